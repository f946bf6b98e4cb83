import { deepEqual, equal, ok } from "node:assert/strict";
import { INPUT_TYPES, KESTRA_INPUT_TYPES, NO_INPUT_TYPES } from "./input_keys.ts";
import { faults, HEAD, messages, parse, refusals, TASKS } from "../sample_flow.ts";

const flow = (...inputs: readonly string[]) =>
  `${HEAD}inputs:\n${inputs.map((it) => `  - {${it}}\n`).join("")}${TASKS}`;

Deno.test("parseInputs() takes every type that Kestra has, and refuses to run what we have not", () => {
  ok(KESTRA_INPUT_TYPES.length >= 24);
  for (const type of KESTRA_INPUT_TYPES) {
    const says = refusals(flow(`id: i, type: ${type}`));
    const taken = type === "FORM" || Object.hasOwn(INPUT_TYPES, type);
    deepEqual(says, taken ? [] : [`flow/not-supported: ${type}`], type);
    equal(taken, !Object.hasOwn(NO_INPUT_TYPES, type), type);
  }
});

Deno.test("parseInputs() reads name for id, and text for true", () => {
  const { flow: { inputs } } = parse(
    flow(
      "name: a, type: INT",
      'id: b, type: BOOL, required: "False", prefill: true',
      "id: 3, type: STRING",
    ),
  );
  deepEqual(inputs.map((it) => [it.id, it.type, it.required]), [
    ["a", "INT", true],
    ["b", "BOOLEAN", false],
    ["3", "STRING", true],
  ]);
});

Deno.test("parseInputs() reads everything that an input may say", () => {
  const { flow: { inputs, refusals } } = parse(flow(
    'id: a, type: SELECT, values: [a, {value: 2, label: B}], defaults: a, displayName: A, description: "the a"',
    'id: b, type: MULTISELECT, itemType: INT, expression: "{{ x }}", allowCustomValue: true',
    "id: c, type: FILE, defaults: nsfile:///a, extension: .csv, allowedFileExtensions: [.csv]",
    "id: d, type: DURATION, min: PT60S, defaults: PT2M, prefill: PT3M",
    'id: e, type: STRING, validator: "(?i)a+", dependsOn: {inputs: [a], condition: "{{ x }}"}',
    'id: f, type: INT, defaults: "{{ x }}"',
  ));
  deepEqual(refusals, []);
  const plain = inputs.map(({ id: _i, type: _t, source: _s, required: _r, ...rest }) =>
    JSON.parse(JSON.stringify(rest, (key, it) => key === "source" ? undefined : it))
  );
  const usual = { bounds: [], allowCustomValue: false, autoSelectFirst: false, extensions: [] };
  deepEqual(plain, [
    {
      ...usual,
      displayName: "A",
      description: "the a",
      defaults: { value: "a" },
      choices: [{ value: "a" }, { value: "2", label: "B" }],
    },
    { ...usual, expression: { value: "{{ x }}" }, allowCustomValue: true, itemType: "INT" },
    { ...usual, defaults: { value: "nsfile:///a" }, extensions: [".csv"] },
    {
      ...usual,
      defaults: { value: "PT2M" },
      prefill: { value: "PT3M" },
      bounds: [{ name: "min", value: "PT1M" }],
    },
    {
      ...usual,
      validator: { value: "(?i)a+" },
      dependsOn: { inputs: ["a"], condition: { value: "{{ x }}" } },
    },
    { ...usual, defaults: { value: "{{ x }}" } },
  ]);
});

Deno.test.each([
  { name: "min of a text", text: 'id: i, type: STRING, min: "a"', at: "min:" },
  {
    name: "a validator that only Java matches",
    text: 'id: i, type: STRING, validator: "(?i)a++"',
    at: '"(?i)a++"',
  },
  { name: "a key that is to come", text: "id: i, type: STRING, colour: red", at: "colour:" },
  { name: "JSON that is none", text: "id: i, type: JSON, defaults: hello", at: "hello" },
  {
    name: "values beside options",
    text: "id: i, type: MULTISELECT, values: [a], options: [b]",
    at: "[b",
  },
  { name: "ions in a list", text: "id: i, type: ARRAY, itemType: ION", at: "ION" },
  {
    name: "a condition on a form",
    text: "id: i, type: FORM, inputs: [], dependsOn: {inputs: []}",
    at: "dependsOn:",
  },
])("parseInputs() reads $name, and says that it cannot be run", ({ text, at }) => {
  deepEqual(refusals(flow(text)), [`flow/not-supported: ${at}`]);
});

Deno.test("parseInputs() reads what a FORM asks for, by dotted names", () => {
  const form = (on: string) =>
    `id: env, type: FORM, inputs: [{id: a, type: STRING}, {id: b, type: INT, dependsOn: {inputs: [${on}]}}]`;
  deepEqual(refusals(flow(form("env.a"))), []);
  deepEqual(parse(flow(form("env.a"))).flow.inputs.map((it) => it.id), ["env.a", "env.b"]);
  deepEqual(faults(flow(form("a"))), ["flow/unknown-input: a"]);
});

Deno.test("parseInputs() refuses a form in a form, and a value that is a map as well", () => {
  deepEqual(refusals(flow("id: a, type: FORM, inputs: [{id: b, type: FORM, inputs: []}]")), [
    "flow/not-supported: {id:",
  ]);
  deepEqual(refusals(flow("id: a, type: INT", "id: a.b.c, type: INT")), [
    "flow/not-supported: {id:",
  ]);
});

/** Each refusal beside the twin that is accepted. */
Deno.test.each([
  {
    name: "an input without type",
    text: "id: i",
    says: ["flow/missing-key: {id:"],
    control: "id: i, type: INT",
  },
  {
    name: "an input without id",
    text: "type: INT",
    says: ["flow/missing-key: {type:"],
    control: "id: i, type: INT",
  },
  {
    name: "an id that is none, and no type",
    text: 'id: "a b"',
    says: ['flow/wrong-value: "a b"', "flow/missing-key: {id:"],
    control: "id: a_b, type: INT",
  },
  {
    name: "an ARRAY of ARRAY",
    text: "id: i, type: ARRAY, itemType: ARRAY",
    says: ["flow/item-type: ARRAY"],
    control: "id: i, type: ARRAY, itemType: STRING",
  },
  {
    name: "an ARRAY of SECRET",
    text: "id: i, type: ARRAY, itemType: SECRET",
    says: ["flow/item-type: SECRET"],
    control: "id: i, type: ARRAY, itemType: FILE",
  },
  {
    name: "an ARRAY of what is not there",
    text: "id: i, type: ARRAY, itemType: FOO",
    says: ["flow/unknown-input-type: FOO"],
    control: "id: i, type: ARRAY, itemType: DATE",
  },
  {
    name: "a FILE by a bare path",
    text: "id: i, type: FILE, defaults: /etc/passwd",
    says: ["flow/file-default: /etc/passwd"],
    control: "id: i, type: FILE, defaults: file:///etc/passwd",
  },
  {
    name: "a validator that does not compile",
    text: "id: i, type: STRING, validator: '['",
    says: ["flow/bad-validator: '['"],
    control: "id: i, type: STRING, validator: '[a]'",
  },
  {
    name: "a default below the least",
    text: "id: i, type: INT, min: 3, defaults: 2",
    says: ["flow/wrong-value: 2"],
    control: "id: i, type: INT, min: 3, defaults: 3",
  },
  {
    name: "a default that is no choice",
    text: "id: i, type: SELECT, values: [1, 2], defaults: 3",
    says: ["flow/wrong-value: 3"],
    control: "id: i, type: SELECT, values: [1, 2], defaults: 3, allowCustomValue: true",
  },
  {
    name: "required as a word",
    text: "id: i, type: INT, required: perhaps",
    says: ["flow/wrong-value: perhaps"],
    control: "id: i, type: INT, required: false",
  },
  {
    name: "a condition that is no map",
    text: "id: i, type: INT, dependsOn: [j]",
    says: ["flow/wrong-value: [j"],
    control: "id: i, type: INT, dependsOn: {inputs: []}",
  },
  {
    name: "values that are no list",
    text: "id: i, type: SELECT, values: {a: b}",
    says: ["flow/wrong-value: {a:"],
    control: "id: i, type: SELECT, values: [{value: b}]",
  },
  {
    name: "an end of another type",
    text: "id: i, type: DATE, after: soon",
    says: ["flow/wrong-value: soon"],
    control: "id: i, type: DATE, after: 2024-01-01",
  },
  {
    name: "an input that waits for itself",
    text: "id: i, type: INT, dependsOn: {inputs: [i]}",
    says: ["flow/cyclic-input: {id:"],
    control: "id: i, type: INT, dependsOn: {inputs: []}",
  },
])("parseInputs() refuses $name", ({ text, says, control }) => {
  deepEqual(faults(flow(text)), says);
  deepEqual(faults(flow(control)), []);
});

Deno.test("parseInputs() refuses two of one id, whatever their types", () => {
  const twins = ["id: i, type: FILE", "id: i, type: STRING"];
  deepEqual(faults(flow(...twins)), ["flow/duplicate-input: {id:"]);
  deepEqual(faults(flow(twins[0]!, "id: j, type: STRING")), []);
});

Deno.test("parseInputs() names the type that was meant", () => {
  equal(
    messages(flow("id: i, type: STRNG"))[0],
    'Cannot use input type "STRNG": Kestra has no such type',
  );
});
