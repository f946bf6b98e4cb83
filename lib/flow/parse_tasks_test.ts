import { deepEqual, equal, ok } from "node:assert/strict";
import { faults, FLOW, HEAD, messages, parse, refusals } from "./sample_flow.ts";

const B = "type: io.a.B";
const tasks = (text: string) => `${HEAD}tasks:\n${text}`;
const one = (text: string) => tasks(`  - {id: o, ${text}}\n`);

/** Where the tasks inside each flowable are found, in both dialects. */
Deno.test.each([
  { type: "Sequential", text: `tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "Parallel", text: `concurrent: 2, tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "AllowFailure", text: `tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "ForEach", text: `values: [1], tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "EachSequential", text: `value: [1], tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "EachParallel", text: `value: "[]", tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "Loop", text: `values: {a: 1}, tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "LoopUntil", text: `condition: "x", tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "WaitFor", text: `condition: "x", tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "WorkingDirectory", text: `tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "Pause", text: "delay: PT1S", paths: [] },
  { type: "Pause", text: `tasks: [{id: a, ${B}}]`, paths: ["tasks[0]"] },
  { type: "Pause", text: "onResume: [{id: a, type: BOOL}]", paths: [] },
  { type: "Subflow", text: "namespace: x, flowId: y", paths: [] },
  { type: "ForEachItem", text: 'items: "{{ x }}", namespace: x, flowId: y', paths: [] },
  {
    type: "If",
    text: `condition: "x", then: [{id: a, ${B}}], else: [{id: b, ${B}}]`,
    paths: ["then[0]", "else[0]"],
  },
  { type: "If", text: `condition: "x", then: [{id: a, ${B}}], else: []`, paths: ["then[0]"] },
  {
    type: "Switch",
    text: `value: "x", cases: {A: [{id: a, ${B}}], 1: [{id: b, ${B}}]}, defaults: [{id: c, ${B}}]`,
    paths: ["cases.A[0]", "cases.1[0]", "defaults[0]"],
  },
  { type: "Switch", text: `value: "x", defaults: [{id: c, ${B}}]`, paths: ["defaults[0]"] },
  {
    type: "Dag",
    text: `tasks: [{task: {id: a, ${B}}}, {task: {id: b, ${B}}, dependsOn: [a]}]`,
    paths: ["tasks[0]", "tasks[1]"],
  },
  {
    type: "Approval",
    text: `onWait: [{id: a, ${B}}], onApprove: [{id: b, ${B}}], onDeny: [{id: c, ${B}}]`,
    paths: ["onWait[0]", "onApprove[0]", "onDeny[0]"],
  },
])("parseFlow() finds the tasks of $type: $text", ({ type, text, paths }) => {
  const local = `errors: [{id: e, ${B}}], finally: [{id: f, ${B}}]`;
  const { flow } = parse(one(`type: ${FLOW}.${type}, ${text}, ${local}`));
  deepEqual(flow.refusals, []);
  deepEqual(
    flow.tasks[0]?.children.map((it) => it.path),
    [...paths, "errors[0]", "finally[0]"].map((it) => `tasks[0].${it}`),
  );
});

Deno.test("parseFlow() knows flowables by their old names", () => {
  const old = "io.kestra.core.tasks.flows";
  deepEqual(faults(one(`type: ${old}.Parallel`)), ["flow/missing-key: {id:"]);
  deepEqual(faults(one(`type: ${old}.Worker`)), ["flow/missing-key: {id:"]);
  deepEqual(faults(one(`type: ${old}.Worker, tasks: [{id: a, ${B}}]`)), []);
});

Deno.test("parseFlow() asks nothing of what a class that nobody knows calls tasks", () => {
  for (const text of ["[1]", "[{taskKey: a}]", "{a: b}", "x", "[]", "[null]", "[{type: a}]"]) {
    deepEqual(parse(one(`type: com.example.Job, tasks: ${text}`)).flow.tasks[0]?.children, []);
  }
  const { flow } = parse(one(`type: com.example.Group, tasks: [{id: a, ${B}}, {x: y}]`));
  deepEqual(flow.tasks[0]?.children.map((it) => it.path), ["tasks[0].tasks[0]"]);
});

/** Each refusal beside the twin that is accepted. */
Deno.test.each([
  ...["Sequential", "Parallel", "AllowFailure", "WorkingDirectory"].flatMap((type) => [
    {
      name: `${type} without tasks`,
      text: one(`type: ${FLOW}.${type}`),
      says: ["flow/missing-key: {id:"],
      control: one(`type: ${FLOW}.${type}, tasks: [{id: a, ${B}}]`),
    },
    {
      name: `${type} with an empty list`,
      text: one(`type: ${FLOW}.${type}, tasks: []`),
      says: ["flow/no-tasks: tasks:"],
      control: one(`type: ${FLOW}.${type}, tasks: [{id: a, ${B}}]`),
    },
    {
      name: `${type} with nothing`,
      text: one(`type: ${FLOW}.${type}, tasks: [null]`),
      says: ["flow/wrong-value: null"],
      control: one(`type: ${FLOW}.${type}, tasks: [{id: a, ${B}}]`),
    },
  ]),
  {
    name: "ForEach without values",
    text: one(`type: ${FLOW}.ForEach, tasks: [{id: a, ${B}}]`),
    says: ["flow/missing-key: {id:"],
    control: one(`type: ${FLOW}.ForEach, values: [], tasks: [{id: a, ${B}}]`),
  },
  {
    name: "Loop without values",
    text: one(`type: ${FLOW}.Loop, tasks: [{id: a, ${B}}]`),
    says: ["flow/missing-key: {id:"],
    control: one(`type: ${FLOW}.Loop, values: "{{ x }}", tasks: [{id: a, ${B}}]`),
  },
  {
    name: "If without a condition",
    text: one(`type: ${FLOW}.If, then: [{id: a, ${B}}]`),
    says: ["flow/missing-key: {id:"],
    control: one(`type: ${FLOW}.If, condition: false, then: [{id: a, ${B}}]`),
  },
  {
    name: "If without then",
    text: one(`type: ${FLOW}.If, condition: "x"`),
    says: ["flow/missing-key: {id:"],
    control: one(`type: ${FLOW}.If, condition: "x", then: [{id: a, ${B}}]`),
  },
  {
    name: "Switch without cases and defaults",
    text: one(`type: ${FLOW}.Switch, value: "x", cases: {}`),
    says: ["flow/no-tasks: {id:"],
    control: one(`type: ${FLOW}.Switch, value: "x", cases: {A: [{id: a, ${B}}]}`),
  },
  {
    name: "Switch with an empty case",
    text: one(`type: ${FLOW}.Switch, value: "x", cases: {A: []}`),
    says: ["flow/no-tasks: A:"],
    control: one(`type: ${FLOW}.Switch, value: "x", cases: {A: [{id: a, ${B}}]}`),
  },
  {
    name: "Switch with empty defaults",
    text: one(`type: ${FLOW}.Switch, value: "x", defaults: []`),
    says: ["flow/no-tasks: defaults:"],
    control: one(`type: ${FLOW}.Switch, value: "x", defaults: [{id: a, ${B}}]`),
  },
  {
    name: "a flowable in a WorkingDirectory",
    text: one(
      `type: ${FLOW}.WorkingDirectory, tasks: [{id: a, type: ${FLOW}.Sequential, tasks: [{id: b, ${B}}]}]`,
    ),
    says: [`flow/flowable-in-working-directory: ${FLOW}.Sequential`],
    control: one(
      `type: ${FLOW}.WorkingDirectory, tasks: [{id: a, ${B}}], errors: [{id: b, type: ${FLOW}.Pause}]`,
    ),
  },
  {
    name: "a Subflow that calls its own flow",
    text: one(`type: ${FLOW}.Subflow, namespace: a.b, flowId: f`),
    says: ["flow/recursive-subflow: f"],
    control: one(`type: ${FLOW}.Subflow, namespace: a.c, flowId: f`),
  },
  {
    name: "a ForEachItem that calls its own flow, deep inside",
    text: one(
      `type: ${FLOW}.Parallel, tasks: [{id: a, type: ${FLOW}.ForEachItem, items: x, namespace: a.b, flowId: f}]`,
    ),
    says: ["flow/recursive-subflow: f"],
    control: one(
      `type: ${FLOW}.Parallel, tasks: [{id: a, type: ${FLOW}.ForEachItem, items: x, namespace: a.b, flowId: g}]`,
    ),
  },
  {
    name: "a Dag whose step is no step",
    text: one(`type: ${FLOW}.Dag, tasks: [{id: a, ${B}}]`),
    says: ["flow/missing-key: {id:"],
    control: one(`type: ${FLOW}.Dag, tasks: [{task: {id: a, ${B}}}]`),
  },
  {
    name: "a Dag that waits for a task outside of it",
    text: tasks(
      `  - {id: z, ${B}}\n  - {id: d, type: ${FLOW}.Dag, tasks: [{task: {id: a, ${B}}, dependsOn: [z]}]}\n`,
    ),
    says: ["flow/unknown-dependency: z"],
    control: tasks(
      `  - {id: z, ${B}}\n  - {id: d, type: ${FLOW}.Dag, tasks: [{task: {id: a, ${B}}}, {task: {id: b, ${B}}, dependsOn: [a]}]}\n`,
    ),
  },
  {
    name: "a Dag that goes round",
    text: one(
      `type: ${FLOW}.Dag, tasks: [{task: {id: a, ${B}}, dependsOn: [b]}, {task: {id: b, ${B}}, dependsOn: [a]}]`,
    ),
    says: ["flow/cyclic-dependency: [b"],
    control: one(
      `type: ${FLOW}.Dag, tasks: [{task: {id: a, ${B}}}, {task: {id: b, ${B}}, dependsOn: [a]}]`,
    ),
  },
  {
    name: "a Pause that asks for an input Kestra has not",
    text: one(`type: ${FLOW}.Pause, onResume: [{id: a, type: FOO}]`),
    says: ["flow/unknown-input-type: FOO"],
    control: one(`type: ${FLOW}.Pause, onResume: [{id: a, type: FILE}]`),
  },
  {
    name: "runIf and when at once",
    text: one(`${B}, runIf: "x", when: "x"`),
    says: ["flow/two-conditions: when:"],
    control: one(`${B}, when: "x"`),
  },
  {
    name: "a task that is a text",
    text: tasks("  - hello\n"),
    says: ["flow/wrong-value: hello"],
    control: tasks(`  - {id: hello, ${B}}\n`),
  },
  {
    name: "disabled as a word",
    text: one(`${B}, disabled: perhaps`),
    says: ["flow/wrong-value: perhaps"],
    control: one(`${B}, disabled: "True"`),
  },
])("parseFlow() refuses $name", ({ text, says, control }) => {
  deepEqual(faults(text), says);
  deepEqual(faults(control), []);
});

Deno.test("parseFlow() names the cycle of a Dag, and what is not in it", () => {
  const dag = (steps: string) => one(`type: ${FLOW}.Dag, tasks: [${steps}]`);
  const step = (id: string, ...on: string[]) =>
    `{task: {id: ${id}, ${B}}, dependsOn: [${on.join(", ")}]}`;
  deepEqual(messages(dag([step("a", "b"), step("b", "c"), step("c", "b")].join(", "))), [
    'Cannot order Dag "o": cyclic dependency b → c → b',
  ]);
  deepEqual(messages(dag(step("a", "a"))), ['Cannot order Dag "o": cyclic dependency a → a']);
  deepEqual(messages(dag(step("a", "x"))), ['Cannot run "a" after "x": Dag "o" has no such task']);
});

Deno.test("parseFlow() tells all that is wrong at once, inside a broken task too", () => {
  const text = one(
    `type: ${FLOW}.Sequential, tasks: [{${B}}, {id: a}, {id: b, ${B}}, {id: b, ${B}}]`,
  );
  equal(faults(text).length, 3);
});

Deno.test.each([
  { name: "an expression as logLevel", text: 'logLevel: "{{ x }}"', at: '"{{ x }}"' },
  { name: "a retry that waits for seconds", text: "retry: {type: constant, interval: 1}", at: "1" },
  { name: "a cache of outputs", text: "taskCache: {enabled: true}", at: "taskCache:" },
  { name: "a timeout in seconds", text: "timeout: 60", at: "60" },
  { name: "a timeout of nothing", text: "timeout: PT0S", at: "PT0S" },
  { name: "an expression as disabled", text: 'disabled: "{{ x }}"', at: '"{{ x }}"' },
  { name: "an expression as allowFailure", text: 'allowFailure: "{{ x }}"', at: '"{{ x }}"' },
  { name: "workerGroup", text: "workerGroup: {key: a}", at: "workerGroup:" },
  { name: "workerSelector", text: "workerSelector: {tags: [a]}", at: "workerSelector:" },
])("parseFlow() reads $name of a task, and says that it cannot be run", ({ text, at }) => {
  deepEqual(refusals(one(`${B}, ${text}`)), [`flow/not-supported: ${at}`]);
  deepEqual(refusals(one(B)), []);
});

Deno.test("parseFlow() reads when as runIf, and null as nothing", () => {
  const [task] = parse(one(`${B}, when: "{{ x }}", timeout:, disabled:, allowFailure:, runIf:`))
    .flow.tasks;
  equal(task?.runIf?.value, "{{ x }}");
  equal(task?.timeoutMs, undefined);
  ok(task?.disabled === false && task.allowFailure === false);
});
