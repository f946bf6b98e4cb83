import { deepEqual, equal } from "node:assert/strict";
import { tasksOf } from "../model/mod.ts";
import { complaints, HEAD, parse, refusals, TASKS } from "./sample_flow.ts";

Deno.test("parseFlow() reads a flow", () => {
  const { flow, warnings } = parse(
    `${HEAD}labels: {team: x}\ninputs:\n  - {id: n, type: INT, defaults: 3}\nvariables: {v: [1]}\n` +
      "tasks:\n  - {id: t, type: io.a.B, timeout: PT5S, allowFailure: true, runIf: '{{ x }}'}\nerrors:\n  - {id: e, type: io.a.C}\n",
  );
  deepEqual(warnings, []);
  equal(flow.namespace, "a.b");
  deepEqual(flow.labels, { team: "x" });
  deepEqual(flow.inputs.map((it) => [it.id, it.type, it.defaults?.value]), [["n", "INT", 3]]);
  deepEqual(flow.variables, { v: [1] });
  const [task] = flow.tasks;
  equal(task?.timeoutMs?.value, 5_000);
  equal(task?.allowFailure, true);
  equal(task?.runIf?.value, "{{ x }}");
  equal(task?.path, "tasks[0]");
  deepEqual(task?.type.source, { file: "f.yaml", line: 8, column: 19 });
  equal(flow.errors[0]?.path, "errors[0]");
});

Deno.test("parseFlow() finds the tasks inside flowables", () => {
  const { flow } = parse(
    `${HEAD}tasks:\n  - id: s\n    type: io.a.Switch\n    cases:\n      x:\n        - {id: c, type: io.a.B}\n    defaults:\n      - {id: d, type: io.a.B}\n` +
      "  - id: g\n    type: io.a.Dag\n    tasks:\n      - task: {id: i, type: io.a.B}\n        dependsOn: [c]\n",
  );
  deepEqual(flow.tasks.flatMap((it) => it.children.map((child) => child.path)), [
    "tasks[0].cases.x[0]",
    "tasks[0].defaults[0]",
    "tasks[1].tasks[0]",
  ]);
});

/** Each refusal beside the twin that is accepted. */
Deno.test.each([
  {
    name: "no id",
    text: `namespace: a\n${TASKS}`,
    says: ["flow/missing-key 1:1"],
    control: HEAD + TASKS,
  },
  {
    name: "an id that is none",
    text: `id: "a b"\nnamespace: a\n${TASKS}`,
    says: ["flow/wrong-value 1:5"],
    control: `id: a_b\nnamespace: a\n${TASKS}`,
  },
  {
    name: "a namespace that is none",
    text: `id: a\nnamespace: A/b\n${TASKS}`,
    says: ["flow/wrong-value 2:12"],
    control: HEAD + TASKS,
  },
  { name: "no tasks", text: HEAD, says: ["flow/missing-key 1:1"], control: HEAD + TASKS },
  {
    name: "an empty list of tasks",
    text: `${HEAD}tasks: []`,
    says: ["flow/no-tasks 3:1"],
    control: HEAD + TASKS,
  },
  {
    name: "tasks that are no list",
    text: `${HEAD}tasks: {id: t}`,
    says: ["flow/wrong-value 3:1"],
    control: HEAD + TASKS,
  },
  {
    name: "a task without type",
    text: `${HEAD}tasks: [{id: t}]`,
    says: ["flow/missing-key 3:9"],
    control: `${HEAD}tasks: [{id: t, type: a.B}]`,
  },
  {
    name: "a class that is no name",
    text: `${HEAD}tasks: [{id: t, type: "a b"}]`,
    says: ["flow/wrong-value 3:23"],
    control: `${HEAD}tasks: [{id: t, type: "a.b"}]`,
  },
  {
    name: "two tasks of one id",
    text: `${HEAD}tasks: [{id: t, type: a.B}, {id: t, type: a.B}]`,
    says: ["flow/duplicate-task 3:29"],
    control: `${HEAD}tasks: [{id: t, type: a.B}, {id: u, type: a.B}]`,
  },
  {
    name: "two tasks of one id, one inside a flowable",
    text: `${HEAD}tasks: [{id: t, type: a.B, tasks: [{id: t, type: a.B}]}]`,
    says: ["flow/duplicate-task 3:36"],
    control: `${HEAD}tasks: [{id: t, type: a.B, tasks: [{id: u, type: a.B}]}]`,
  },
  {
    name: "two inputs of one id",
    text: `${HEAD}inputs: [{id: i, type: INT}, {id: i, type: INT}]\n${TASKS}`,
    says: ["flow/duplicate-input 3:30"],
    control: `${HEAD}inputs: [{id: i, type: INT}, {id: j, type: INT}]\n${TASKS}`,
  },
  {
    name: "an unknown key",
    text: `${HEAD}${TASKS}task: []`,
    says: ["flow/unknown-key 5:1"],
    control: HEAD + TASKS,
  },
  {
    name: "an input type that Kestra has not",
    text: `${HEAD}inputs: [{id: i, type: FOO}]\n${TASKS}`,
    says: ["flow/unknown-input-type 3:24"],
    control: `${HEAD}inputs: [{id: i, type: BOOL}]\n${TASKS}`,
  },
  {
    name: "a default of another type",
    text: `${HEAD}inputs: [{id: i, type: INT, defaults: x}]\n${TASKS}`,
    says: ["flow/wrong-value 3:39"],
    control: `${HEAD}inputs: [{id: i, type: INT, defaults: 1}]\n${TASKS}`,
  },
  {
    name: "a system label",
    text: `${HEAD}labels: {system.x: a}\n${TASKS}`,
    says: ["flow/system-label 3:20"],
    control: `${HEAD}labels: {systemx: a}\n${TASKS}`,
  },
  {
    name: "a system label in a list",
    text: `${HEAD}labels: [{key: system.x, value: a}]\n${TASKS}`,
    says: ["flow/system-label 3:33"],
    control: `${HEAD}labels: [{key: system.readOnly, value: a}]\n${TASKS}`,
  },
  {
    name: "a label that is a map",
    text: `${HEAD}labels: {a: {b: c}}\n${TASKS}`,
    says: ["flow/wrong-value 3:10"],
    control: `${HEAD}labels: {a: b}\n${TASKS}`,
  },
  {
    name: "two triggers of one id",
    text: `${HEAD}${TASKS}triggers: [{id: a, type: a.B}, {id: a, type: a.B}]`,
    says: ["flow/duplicate-trigger 5:32"],
    control: `${HEAD}${TASKS}triggers: [{id: a, type: a.B}, {id: b, type: a.B}]`,
  },
  {
    name: "two preconditions of one id",
    text:
      `${HEAD}${TASKS}triggers: [{id: a, preconditions: {id: p}}, {id: b, preconditions: {id: p}}]`,
    says: ["flow/duplicate-precondition 5:68"],
    control:
      `${HEAD}${TASKS}triggers: [{id: a, preconditions: {id: p}}, {id: b, preconditions: {id: q}}]`,
  },
  {
    name: "two outputs of one id",
    text: `${HEAD}${TASKS}outputs: [{id: a, value: 1}, {id: a, value: 1}]`,
    says: ["flow/duplicate-output 5:30"],
    control: `${HEAD}${TASKS}outputs: [{id: a, value: 1}, {id: b, value: 1}]`,
  },
  {
    name: "an output type that Kestra has not",
    text: `${HEAD}${TASKS}outputs: [{id: a, value: 1, type: FOO}]`,
    says: ["flow/unknown-output-type 5:35"],
    control: `${HEAD}${TASKS}outputs: [{id: a, value: 1, type: STRING}]`,
  },
  {
    name: "a listener without tasks",
    text: `${HEAD}${TASKS}listeners: [{conditions: []}]`,
    says: ["flow/missing-key 5:13"],
    control: `${HEAD}${TASKS}listeners: [{tasks: [{id: u, type: a.B}]}]`,
  },
  {
    name: "two tasks of one id, one of them at the end",
    text: `${HEAD}${TASKS}finally: [{id: t, type: a.B}]`,
    says: ["flow/duplicate-task 5:11"],
    control: `${HEAD}${TASKS}finally: [{id: u, type: a.B}]`,
  },
  {
    name: "a timeout that is none",
    text: `${HEAD}tasks: [{id: t, type: a.B, timeout: 5s}]`,
    says: ["flow/wrong-value 3:37"],
    control: `${HEAD}tasks: [{id: t, type: a.B, timeout: PT5S}]`,
  },
  {
    name: "allowFailure as text",
    text: `${HEAD}tasks: [{id: t, type: a.B, allowFailure: maybe}]`,
    says: ["flow/wrong-value 3:42"],
    control: `${HEAD}tasks: [{id: t, type: a.B, allowFailure: true}]`,
  },
  { name: "a list", text: "- a", says: ["flow/not-a-map 1:1"], control: HEAD + TASKS },
  { name: "nothing", text: "", says: ["flow/not-a-map 1:1"], control: HEAD + TASKS },
])("parseFlow() refuses $name", ({ text, says, control }) => {
  deepEqual(complaints(text), says);
  deepEqual(complaints(control), []);
});

/** What Kestra takes and bulkhead has not yet: planned, refused for `run`. */
Deno.test.each([
  { name: "listeners", text: "listeners:\n  - tasks: [{id: x, type: a.B}]" },
  { name: "checks", text: "checks: [{condition: '{{ true }}'}]" },
  { name: "workerGroup", text: "workerGroup: {key: a}" },
  { name: "workerSelector", text: "workerSelector: {tags: [a]}" },
  { name: "disabled", text: "disabled: true" },
])("parseFlow() reads $name, and says that it cannot be run", ({ name, text }) => {
  deepEqual(refusals(`${HEAD}${TASKS}${text}`), [`flow/not-supported: ${name}:`]);
});

Deno.test("parseFlow() refuses nothing that asks for nothing", () => {
  const idle = "outputs: []\nfinally:\nretry: {}\nerrors: []\ndisabled: false\nlabels:\ninputs:\n";
  deepEqual(refusals(HEAD + TASKS + idle), []);
});

Deno.test("parseFlow() tells what follows the tasks apart, each with its path", () => {
  const { flow } = parse(
    `${HEAD}${TASKS}errors: [{id: e, type: a.B}]\nfinally: [{id: f, type: a.B}]\n` +
      "afterExecution: [{id: a, type: a.B}]\nlisteners: [{tasks: [{id: l, type: a.B}]}]",
  );
  deepEqual(flow.errors.map((it) => it.path), ["errors[0]"]);
  deepEqual(flow.finally.map((it) => it.path), ["finally[0]"]);
  // A flow that has listeners is refused.
  deepEqual(flow.afterExecution.map((it) => it.path), [
    "afterExecution[0]",
    "listeners[0].tasks[0]",
  ]);
  deepEqual(tasksOf(flow).map((it) => it.id), ["t", "e", "f", "a", "l"]);
});

Deno.test("parseFlow() says what has no effect", () => {
  const { flow, warnings } = parse(`${HEAD}${TASKS}triggers: []\nextend: {}\ntutorial: {}\n`);
  deepEqual(warnings.map((it) => [it.code, it.at?.line]), [
    ["flow/idle-key", 5],
    ["flow/idle-key", 6],
    ["flow/idle-key", 7],
  ]);
  deepEqual(flow.refusals, []);
});

Deno.test.each([
  { text: "{a: 1, b: true, c: x}", labels: { a: "1", b: "true", c: "x" } },
  { text: "[{key: a, value: 1}, {key: b, value: x}]", labels: { a: "1", b: "x" } },
  { text: "{a:}", labels: { a: "" } },
  { text: "{system.readOnly: true}", labels: { "system.readOnly": "true" } },
  { text: "", labels: {} },
  { text: "[]", labels: {} },
])("parseFlow() reads the labels $text", ({ text, labels }) => {
  deepEqual(parse(`${HEAD}labels: ${text}\n${TASKS}`).flow.labels, labels);
});

Deno.test.each(["pause", "resume", "executions", "a.b", "2024"])(
  "parseFlow() takes %s as an id",
  (id) => equal(parse(`id: ${id}\nnamespace: a\n${TASKS}`).flow.id, id),
);

Deno.test("parseFlow() says which expressions subtract, once each, and takes their twins", () => {
  const flow = (input: string, output: string) =>
    `${HEAD}inputs: [{id: a-b, type: INT}, {id: ab, type: INT}]\ntasks:\n` +
    `  - {id: c-d, type: a.B, x: "{{ ${input} }}", y: ["{{ ${input} }}"]}\n` +
    `  - {id: cd, type: a.B, x: "a {{ ${output} }}"}\n`;
  deepEqual(refusals(flow("inputs.a-b", "outputs.c-d.value")), [
    'flow/dashed-name: "{{ inputs.a-b }}"',
    'flow/dashed-name: "a {{ outputs.c-d.value }}"',
  ]);
  deepEqual(refusals(flow("inputs['a-b']", "outputs['c-d'].value")), []);
  deepEqual(refusals(flow("inputs.ab", "outputs.cd.value - 1")), []);
});
