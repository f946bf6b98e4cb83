import { deepEqual, equal, ok } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { parseFlow, readFlow } from "./parse_flow.ts";

const HEAD = "id: f\nnamespace: a.b\n";
const TASKS = "tasks:\n  - {id: t, type: io.a.B}\n";

const parse = (text: string) => parseFlow(readFlow(text, "f.yaml"));

function complaints(text: string): string[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    ok(error instanceof StageError, String(error));
    return error.diagnostics.map((it) => `${it.code} ${it.at?.line}:${it.at?.column}`);
  }
}

Deno.test("parseFlow() reads a flow", () => {
  const { flow, warnings } = parse(
    `${HEAD}labels: {team: x}\ninputs:\n  - {id: n, type: INT, defaults: 3}\nvariables: {v: [1]}\n` +
      "tasks:\n  - {id: t, type: io.a.B, timeout: PT5S, allowFailure: true, runIf: '{{ x }}'}\nerrors:\n  - {id: e, type: io.a.C}\n",
  );
  deepEqual(warnings, []);
  equal(flow.namespace, "a.b");
  deepEqual(flow.labels, { team: "x" });
  deepEqual(flow.inputs.map((it) => [it.id, it.type, it.defaults]), [["n", "INT", { value: 3 }]]);
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
    "tasks[0].defaults[0]",
    "tasks[0].cases.x[0]",
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

Deno.test.each([
  { name: "finally", text: `${HEAD}${TASKS}finally:\n  - {id: x, type: a.B}` },
  { name: "concurrency", text: `${HEAD}${TASKS}concurrency: {limit: 1}` },
  { name: "inputs of a type to come", text: `${HEAD}inputs: [{id: i, type: FILE}]\n${TASKS}` },
  { name: "keys of inputs to come", text: `${HEAD}inputs: [{id: i, type: INT, min: 3}]\n${TASKS}` },
  {
    name: "expressions as defaults",
    text: `${HEAD}inputs: [{id: i, type: STRING, defaults: "{{ now() }}"}]\n${TASKS}`,
  },
])("parseFlow() reads $name, and says that it cannot be run", ({ text }) => {
  deepEqual(parse(text).flow.refusals.map((it) => it.code), ["flow/not-supported"]);
});

Deno.test("parseFlow() says what has no effect", () => {
  const { flow, warnings } = parse(`${HEAD}${TASKS}triggers: []\nextend: {}\n`);
  deepEqual(warnings.map((it) => [it.code, it.at?.line]), [["flow/idle-key", 5], [
    "flow/idle-key",
    6,
  ]]);
  deepEqual(flow.refusals, []);
});
