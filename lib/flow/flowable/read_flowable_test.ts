import { deepEqual, equal, ok } from "node:assert/strict";
import { CLASSES } from "../../catalog/classes.ts";
import type { Flowable, Task } from "../../model/mod.ts";
import { FLOWABLE_CLASSES } from "../flowables.ts";
import { faults, FLOW, HEAD, parse, refusals } from "../sample_flow.ts";

const A = "{id: a, type: io.a.B}";
const one = (text: string) => `${HEAD}tasks:\n  - {id: o, type: ${FLOW}.${text}}\n`;

function flowable(text: string): Flowable {
  const found = parse(one(text)).flow.tasks[0]?.flowable;
  ok(found !== undefined, `${text} is no flowable`);
  return found;
}

/** A flowable with ids for tasks and texts without their places. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("path" in value && "effective" in value) return (value as unknown as Task).id;
  if ("source" in value && "value" in value) return value.value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, plain(it)]));
}

const HANDLERS = { errors: ["e"], finally: ["f"] };
const TASKS = { tasks: ["a"] };
const STARTED = {
  namespace: "x",
  flowId: "{{ y }}",
  inputs: undefined,
  labels: undefined,
  inheritLabels: false,
  wait: true,
  transmitFailed: true,
};

/** What each class says, where it says nothing and where it says all it can. */
Deno.test.each<{ readonly text: string; readonly says: unknown }>([
  { text: `Sequential, tasks: [${A}]`, says: { kind: "Sequential", ...TASKS } },
  { text: `AllowFailure, tasks: [${A}]`, says: { kind: "AllowFailure", ...TASKS } },
  { text: `Parallel, tasks: [${A}]`, says: { kind: "Parallel", concurrent: 0, ...TASKS } },
  {
    text: `Parallel, concurrent: "3", failFast: false, tasks: [${A}]`,
    says: { kind: "Parallel", concurrent: 3, ...TASKS },
  },
  {
    text: `ForEach, values: ["{{ x }}", {k: 1}], tasks: [${A}]`,
    says: {
      kind: "ForEach",
      values: ["{{ x }}", { k: 1 }],
      concurrent: 1,
      tasksInParallel: false,
      ...TASKS,
    },
  },
  {
    text: `ForEach, values: "{{ x }}", concurrencyLimit: 0, tasks: [${A}]`,
    says: { kind: "ForEach", values: "{{ x }}", concurrent: 0, tasksInParallel: false, ...TASKS },
  },
  {
    text: `Loop, values: {a: 1}, tasks: [${A}]`,
    says: {
      kind: "ForEach",
      values: { a: 1 },
      concurrent: 0,
      tasksInParallel: false,
      loop: { transmitFailed: true },
      ...TASKS,
    },
  },
  {
    text: `Loop, values: [], concurrencyLimit: 2, transmitFailed: false, tasks: [${A}]`,
    says: {
      kind: "ForEach",
      values: [],
      concurrent: 2,
      tasksInParallel: false,
      loop: { transmitFailed: false },
      ...TASKS,
    },
  },
  {
    text: `EachSequential, value: '["a"]', tasks: [${A}]`,
    says: { kind: "ForEach", values: '["a"]', concurrent: 1, tasksInParallel: false, ...TASKS },
  },
  {
    text: `EachParallel, value: [1], tasks: [${A}]`,
    says: { kind: "ForEach", values: [1], concurrent: 0, tasksInParallel: true, ...TASKS },
  },
  {
    text: `EachParallel, value: [1], concurrent: 4, tasks: [${A}]`,
    says: { kind: "ForEach", values: [1], concurrent: 4, tasksInParallel: true, ...TASKS },
  },
  {
    text: `If, condition: false, then: [${A}]`,
    says: { kind: "If", condition: "false", then: ["a"], else: [] },
  },
  {
    text: `If, condition: "{{ x }}", then: [{id: b, type: io.a.B}], else: [${A}]`,
    says: { kind: "If", condition: "{{ x }}", then: ["b"], else: ["a"] },
  },
  {
    text: `Switch, value: "{{ x }}", cases: {A: [${A}], "A[0].x": [{id: b, type: io.a.B}]}`,
    says: { kind: "Switch", value: "{{ x }}", cases: { A: ["a"], "A[0].x": ["b"] }, defaults: [] },
  },
  {
    text: `Switch, value: 1, defaults: [${A}]`,
    says: { kind: "Switch", value: "1", cases: {}, defaults: ["a"] },
  },
  {
    text: `Dag, tasks: [{task: ${A}}, {task: {id: b, type: io.a.B}, dependsOn: [a]}]`,
    says: {
      kind: "Dag",
      concurrent: 0,
      steps: [{ task: "a", dependsOn: [] }, { task: "b", dependsOn: ["a"] }],
    },
  },
  {
    text: `LoopUntil, condition: "{{ x }}", tasks: [${A}]`,
    says: {
      kind: "LoopUntil",
      condition: "{{ x }}",
      interval: "PT1M",
      failOnMaxReached: false,
      ...TASKS,
    },
  },
  {
    text:
      `WaitFor, condition: x, failOnMaxReached: true, checkFrequency: {interval: PT0.1S, maxIterations: 3, maxDuration: "{{ d }}"}, tasks: [${A}]`,
    says: {
      kind: "LoopUntil",
      condition: "x",
      interval: "PT0.1S",
      maxIterations: "3",
      maxDuration: "{{ d }}",
      failOnMaxReached: true,
      ...TASKS,
    },
  },
  { text: "Pause", says: { kind: "Pause", behavior: "RESUME", onResume: [], tasks: [] } },
  {
    text: `Pause, delay: PT1S, behavior: WARN, tasks: [${A}]`,
    says: { kind: "Pause", pauseDuration: "PT1S", behavior: "WARN", onResume: [], ...TASKS },
  },
  {
    text: "Pause, delay: PT1S, pauseDuration: PT2S",
    says: { kind: "Pause", pauseDuration: "PT2S", behavior: "RESUME", onResume: [], tasks: [] },
  },
  {
    text: 'Subflow, namespace: x, flowId: "{{ y }}"',
    says: { kind: "Subflow", ...STARTED, outputs: undefined },
  },
  {
    text:
      'Subflow, namespace: x, flowId: "{{ y }}", wait: false, transmitFailed: false, inheritLabels: true, inputs: {a: "{{ b }}"}, labels: [{key: k, value: v}], outputs: {o: 1}',
    says: {
      kind: "Subflow",
      ...STARTED,
      inputs: { a: "{{ b }}" },
      labels: [{ key: "k", value: "v" }],
      inheritLabels: true,
      wait: false,
      transmitFailed: false,
      outputs: { o: 1 },
    },
  },
  {
    text: 'ForEachItem, items: "{{ i }}", namespace: x, flowId: "{{ y }}"',
    says: { kind: "ForEachItem", ...STARTED, items: "{{ i }}", batch: {} },
  },
  {
    text:
      'ForEachItem, items: i, namespace: x, flowId: "{{ y }}", batch: {rows: 4, bytes: 1MB, partitions: "{{ p }}", separator: ";", regexPattern: x}',
    says: {
      kind: "ForEachItem",
      ...STARTED,
      items: "i",
      batch: { rows: "4", bytes: "1MB", partitions: "{{ p }}", separator: ";", regexPattern: "x" },
    },
  },
  {
    text: `WorkingDirectory, tasks: [${A}]`,
    says: { kind: "WorkingDirectory", inputFiles: {}, outputFiles: [], ...TASKS },
  },
  {
    text:
      `WorkingDirectory, inputFiles: {a.txt: x, b:}, outputFiles: ["*.txt"], namespaceFiles: {enabled: true, include: [a], namespaces: [n]}, tasks: [${A}]`,
    says: {
      kind: "WorkingDirectory",
      inputFiles: { "a.txt": "x", b: null },
      outputFiles: ["*.txt"],
      namespaceFiles: {
        namespaces: ["n"],
        include: ["a"],
        exclude: [],
        ifExists: "OVERWRITE",
        folderPerNamespace: false,
      },
      ...TASKS,
    },
  },
  {
    text:
      `WorkingDirectory, inputFiles: "{{ x }}", namespaceFiles: {enabled: false}, tasks: [${A}]`,
    says: { kind: "WorkingDirectory", inputFiles: "{{ x }}", outputFiles: [], ...TASKS },
  },
])("parseFlow() reads $text", ({ text, says }) => {
  const handlers = "errors: [{id: e, type: io.a.B}], finally: [{id: f, type: io.a.B}]";
  const whole = one(`${text}, ${handlers}`);
  deepEqual(refusals(whole), []);
  deepEqual(plain(flowable(`${text}, ${handlers}`)), { ...says as object, ...HANDLERS });
});

Deno.test("parseFlow() gives files of the flow's own namespace where none is named", () => {
  for (const text of ["true", "{enabled: true}"]) {
    const found = flowable(`WorkingDirectory, namespaceFiles: ${text}, tasks: [${A}]`);
    ok(found.kind === "WorkingDirectory");
    deepEqual(found.namespaceFiles?.namespaces, ["{{ flow.namespace }}"]);
  }
});

Deno.test("parseFlow() reads flowables inside flowables, each with its own tasks", () => {
  const { flow } = parse(
    one(
      `Sequential, tasks: [{id: i, type: ${FLOW}.If, condition: x, then: [${A}], errors: [{id: e, type: io.a.B}]}]`,
    ),
  );
  const [outer] = flow.tasks;
  ok(outer?.flowable?.kind === "Sequential");
  deepEqual(outer.flowable.tasks.map((it) => it.id), ["i"]);
  deepEqual(outer.flowable.errors, []);
  const [inner] = outer.flowable.tasks;
  ok(inner?.flowable?.kind === "If");
  equal(inner.flowable.then[0], inner.children[0]);
  deepEqual(inner.flowable.errors.map((it) => it.id), ["e"]);
});

Deno.test("parseFlow() takes nothing for a flowable that contains no tasks, or is not run", () => {
  for (const text of ["Template, namespace: a, templateId: b", `Approval, onWait: [${A}]`]) {
    equal(parse(one(text)).flow.tasks[0]?.flowable, undefined);
  }
  const { flow } = parse(`${HEAD}tasks: [{id: t, type: com.example.Group, tasks: [${A}]}]`);
  equal(flow.tasks[0]?.flowable, undefined);
});

Deno.test("parseFlow() reads every flowable that is said to be run", () => {
  for (const [name, { slots, needs }] of FLOWABLE_CLASSES) {
    const known = CLASSES.get(name);
    ok(known?.kind === "flowable", name);
    for (const key of [...Object.keys(slots), ...needs]) {
      ok(known.properties.includes(key), `${name} has no ${key}`);
    }
    const task = A.replace("a,", "s,");
    const keys = [
      ...needs.map((it) => `${it}: "x"`),
      ...Object.entries(slots).flatMap(([key, slot]) =>
        slot === "required"
          ? [`${key}: [${task}]`]
          : slot === "steps"
          ? [`${key}: [{task: ${task}}]`]
          : slot === "filled"
          ? [`${key}: [${task}]`]
          : []
      ),
    ];
    const { flow } = parse(`${HEAD}tasks: [{id: o, type: ${name}, ${keys.join(", ")}}]`);
    equal(flow.tasks[0]?.flowable !== undefined, known.notRun === undefined, name);
  }
});

/** A value of a wrong type beside one of the right type. */
Deno.test.each([
  { bad: `Parallel, concurrent: -1, tasks: [${A}]`, at: "-1", good: "0" },
  { bad: `Parallel, concurrent: 1.5, tasks: [${A}]`, at: "1.5", good: "2" },
  { bad: `Parallel, concurrent: many, tasks: [${A}]`, at: "many", good: '"2"' },
  { bad: `ForEach, values: [1], concurrencyLimit: [2], tasks: [${A}]`, at: "[2]", good: "2" },
  { bad: `ForEach, values: 5, tasks: [${A}]`, at: "5", good: '"5"' },
  { bad: `If, condition: [a], then: [${A}]`, at: "[a]", good: "a" },
  { bad: `Switch, value: {a: b}, defaults: [${A}]`, at: "{a: b}", good: "a" },
  {
    bad: `LoopUntil, condition: x, checkFrequency: {interval: soon}, tasks: [${A}]`,
    at: "soon",
    good: "PT1S",
  },
  {
    bad: `LoopUntil, condition: x, checkFrequency: {maxIterations: 0}, tasks: [${A}]`,
    at: "0",
    good: "1",
  },
  { bad: `LoopUntil, condition: x, checkFrequency: often, tasks: [${A}]`, at: "often", good: "{}" },
  { bad: "Pause, behavior: resume", at: "resume", good: "RESUME" },
  { bad: "Pause, pauseDuration: [a]", at: "[a]", good: "PT1S" },
  { bad: "Subflow, namespace: x, flowId: y, inputs: [a]", at: "[a]", good: "{a: b}" },
  { bad: "Subflow, namespace: x, flowId: y, wait: perhaps", at: "perhaps", good: '"True"' },
  { bad: "Subflow, namespace: x, flowId: [y]", at: "[y]", good: "y" },
  {
    bad: "ForEachItem, items: i, namespace: x, flowId: y, batch: {rows: none}",
    at: "none",
    good: "1",
  },
  { bad: `WorkingDirectory, outputFiles: {a: b}, tasks: [${A}]`, at: "{a: b}", good: "[a]" },
  {
    bad: `WorkingDirectory, inputFiles: {a: [b]}, tasks: [${A}]`,
    at: "[b]",
    good: "b",
  },
  {
    bad: `WorkingDirectory, namespaceFiles: {enabled: perhaps}, tasks: [${A}]`,
    at: "perhaps",
    good: "true",
  },
])("parseFlow() rejects $bad", ({ bad, at, good }) => {
  const first = at.startsWith("{") ? at : at.split(/[,}\]\s]/)[0];
  deepEqual(faults(one(bad)), [`flow/wrong-value: ${first?.split(/[,}\]\s]/)[0]}`]);
  deepEqual(faults(one(bad.replace(at, good))), []);
});

/** What some Kestra takes and cannot be honoured, beside what is. */
Deno.test.each([
  { bad: `Parallel, concurrent: "{{ x }}", tasks: [${A}]`, at: '"{{ x }}"', good: "2" },
  { bad: `Parallel, failFast: true, tasks: [${A}]`, at: "failFast:", good: "" },
  {
    bad: `ForEach, values: [], concurrencyLimit: "{{ x }}", tasks: [${A}]`,
    at: '"{{ x }}"',
    good: "2",
  },
  { bad: 'Pause, behavior: "{{ x }}"', at: '"{{ x }}"', good: "FAIL" },
  { bad: "Pause, pauseDuration: 5", at: "5", good: "PT5S" },
  { bad: 'Subflow, namespace: x, flowId: y, wait: "{{ x }}"', at: '"{{ x }}"', good: "true" },
  {
    bad: "ForEachItem, items: i, namespace: x, flowId: y, batch: {row: 1}",
    at: "row:",
    good: "rows:",
  },
  {
    bad: `LoopUntil, condition: x, checkFrequency: {every: PT1S}, tasks: [${A}]`,
    at: "every:",
    good: "interval:",
  },
])("parseFlow() reads $bad, and says that it cannot be run", ({ bad, at, good }) => {
  deepEqual(refusals(one(bad)), [`flow/not-supported: ${at}`]);
  deepEqual(
    refusals(one(good === "" ? bad.replace(/failFast: true, /, "") : bad.replace(at, good))),
    [],
  );
});

Deno.test("parseFlow() says that nothing is cached between executions", () => {
  const text = one(`WorkingDirectory, cache: {patterns: [a], ttl: PT1H}, tasks: [${A}]`);
  deepEqual(parse(text).warnings.map((it) => it.code), ["flow/idle-key"]);
  deepEqual(parse(one(`WorkingDirectory, tasks: [${A}]`)).warnings, []);
});
