import { deepEqual, equal, match } from "node:assert/strict";
import { FLOW, HEAD, parse, TASKS } from "./sample_flow.ts";

const B = "type: io.a.B";

/** What 2.0 removed, with a word of what replaces it, and the twin of 2.0. */
Deno.test.each([
  { name: "pluginDefaults", text: `${TASKS}pluginDefaults: []`, help: /policyRefs/, twin: TASKS },
  { name: "taskDefaults", text: `${TASKS}taskDefaults: []`, help: /policyRefs/, twin: TASKS },
  ...["ForEach", "EachSequential", "EachParallel"].map((type) => ({
    name: type,
    text: `tasks: [{id: o, type: ${FLOW}.${type}, value: [], values: [], tasks: [{id: a, ${B}}]}]`,
    help: /Loop/,
    twin: `tasks: [{id: o, type: ${FLOW}.Loop, values: [], tasks: [{id: a, ${B}}]}]`,
  })),
  {
    name: "ForEachItem",
    text: `tasks: [{id: o, type: ${FLOW}.ForEachItem, items: a, namespace: a, flowId: a}]`,
    help: /Loop/,
    twin: `tasks: [{id: o, type: ${FLOW}.Subflow, namespace: a, flowId: a}]`,
  },
  {
    name: "runIf",
    text: `tasks: [{id: o, ${B}, runIf: x}]`,
    help: /Use when/,
    twin: `tasks: [{id: o, ${B}, when: x}]`,
  },
  {
    name: "workerGroup",
    text: `tasks: [{id: o, ${B}, workerGroup: {key: a}}]`,
    help: /workerSelector/,
    twin: `tasks: [{id: o, ${B}, workerSelector: {tags: [a]}}]`,
  },
  {
    name: "workerGroup",
    text: `${TASKS}workerGroup: {key: a}`,
    help: /workerSelector/,
    twin: `${TASKS}workerSelector: {tags: [a]}`,
  },
  {
    name: "conditions",
    text: `${TASKS}triggers: [{id: a, conditions: []}]`,
    help: /when/,
    twin: `${TASKS}triggers: [{id: a, when: x}]`,
  },
  {
    name: "preconditions",
    text: `${TASKS}triggers: [{id: a, preconditions: {id: p}}]`,
    help: /dependsOn/,
    twin: `${TASKS}triggers: [{id: a, dependsOn: []}]`,
  },
  {
    name: "json()",
    text: `tasks: [{id: o, ${B}, x: "{{ json(inputs.a).b }}"}]`,
    help: /fromJson/,
    twin: `tasks: [{id: o, ${B}, x: "{{ fromJson(inputs.a).b }} json(x)"}]`,
  },
  {
    name: "the filter json",
    text: `tasks: [{id: o, ${B}, x: "{{ inputs.a | json }}"}]`,
    help: /toJson/,
    twin: `tasks: [{id: o, ${B}, x: "{{ inputs.a | toJson }} {{ a is json }}"}]`,
  },
  {
    name: "maxAttempt",
    text: `tasks: [{id: o, ${B}, retry: {type: constant, interval: PT1S, maxAttempt: 3}}]`,
    help: /maxAttempts/,
    twin: `tasks: [{id: o, ${B}, retry: {type: constant, interval: PT1S, maxAttempts: 3}}]`,
  },
  {
    name: "listeners",
    text: `${TASKS}listeners: [{tasks: [{id: l, ${B}}]}]`,
    help: /trigger/,
    twin: TASKS,
  },
  {
    name: "input type ENUM",
    text: `inputs: [{id: a, type: ENUM}]\n${TASKS}`,
    help: /SELECT/,
    twin: `inputs: [{id: a, type: SELECT}]\n${TASKS}`,
  },
  {
    name: "the old name of a class",
    text: "tasks: [{id: o, type: io.kestra.core.tasks.log.Log}]",
    help: /io\.kestra\.plugin\.core\.log\.Log/,
    twin: "tasks: [{id: o, type: io.kestra.plugin.core.log.Log}]",
  },
])("parseFlow() hints at $name, and not at its twin", ({ name, text, help, twin }) => {
  const { warnings, hints: [hint, ...more] } = parse(HEAD + text);
  deepEqual(more, []);
  deepEqual(warnings.filter((it) => it.code === "flow/removed-in-2"), []);
  equal(hint?.code, "flow/removed-in-2");
  match(hint?.message ?? "", new RegExp(`removed "?${name.replace(/[()]/g, "\\$&")}"?$`));
  match(hint?.help ?? "", help);
  deepEqual(parse(HEAD + twin).hints, []);
});

Deno.test("parseFlow() hints at each kind once", () => {
  const { hints } = parse(`${HEAD}tasks: [{id: a, ${B}, runIf: x}, {id: b, ${B}, runIf: x}]`);
  deepEqual(hints.map((it) => it.at?.column), [31]);
});

Deno.test.each([
  `${TASKS}policyRefs: [a]`,
  `${TASKS}workerSelector: {tags: [a]}`,
  `${TASKS}triggers: [{id: a, when: x}]`,
  `tasks: [{id: t, ${B}, when: x}]`,
  `tasks: [{id: t, type: ${FLOW}.Loop, values: [], tasks: [{id: u, ${B}}]}]`,
])("parseFlow() warns of what 2.0 removed where the flow speaks 2.0: %s", (text) => {
  const { warnings, hints } = parse(`${HEAD}pluginDefaults: []\n${text}`);
  deepEqual(hints, []);
  deepEqual(warnings.map((it) => it.code).filter((it) => it !== "flow/idle-key"), [
    "flow/removed-in-2",
  ]);
});
