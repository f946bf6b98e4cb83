import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type Diagnostic, StageError } from "../../model/mod.ts";
import { HEAD, parse, TASKS } from "../sample_flow.ts";
import { type InputMeans, type InputQuestion, resolveInputs } from "./resolve_inputs.ts";

const inputsOf = (...inputs: readonly string[]) => {
  const { flow } = parse(`${HEAD}inputs:\n${inputs.map((it) => `  - {${it}}\n`).join("")}${TASKS}`);
  deepEqual(flow.refusals, []);
  return flow.inputs;
};

/** Knows `{{ inputs.NAME }}` and `{{ inputs.NAME == 'text' }}`; says what it was given for others. */
const render: InputMeans["render"] = (value, { inputs }) => {
  const fill = (it: unknown): unknown => {
    if (Array.isArray(it)) return it.map(fill);
    if (typeof it === "object" && it !== null) {
      return Object.fromEntries(Object.entries(it).map(([key, below]) => [key, fill(below)]));
    }
    return typeof it !== "string" ? it : it.replace(
      /\{\{ inputs\.(\w+)(?: == '(\w+)')? \}\}/g,
      (_, name: string, other?: string) => {
        const known = inputs as Record<string, unknown>;
        if (!(name in known)) throw new Error(`unknown name "${name}"`);
        const found = known[name];
        if (other !== undefined) return String(found === other);
        return typeof found === "string" ? found : JSON.stringify(found);
      },
    );
  };
  try {
    return Promise.resolve({ ok: true, value: fill(value) });
  } catch (error) {
    return Promise.resolve({ ok: false, message: (error as Error).message });
  }
};

const resolve = async (inputs: readonly string[], given: Record<string, unknown> = {}) =>
  (await resolveInputs(inputsOf(...inputs), given, { render })).values;

async function complaintsOf(
  inputs: readonly string[],
  given: Record<string, unknown> = {},
): Promise<readonly Diagnostic[]> {
  try {
    const values = await resolve(inputs, given);
    ok(false, `it was accepted: ${JSON.stringify(values)}`);
  } catch (error) {
    ok(error instanceof StageError, String(error));
    equal(error.fault, "usage");
    return error.diagnostics;
  }
}

Deno.test("resolveInputs() gives each input its value, its default, or null", async () => {
  const inputs = [
    "id: a, type: INT",
    "id: b, type: STRING, defaults: x",
    "id: c, type: JSON, required: false",
    "id: d, type: BOOLEAN",
  ];
  deepEqual(await resolve(inputs, { a: "7", d: true }), { a: 7, b: "x", c: null, d: true });
});

/** How each type's text becomes a value; `FlowInputOutput` and its tests. */
Deno.test.each([
  { type: "INT", bad: "1.5", good: "-15", value: -15 },
  { type: "FLOAT", bad: "NaN", good: "1e3", value: 1000 },
  { type: "BOOLEAN", bad: "yes", good: "TRUE", value: true },
  { type: "BOOL", bad: 1, good: false, value: false },
  { type: "JSON", bad: "{a}", good: '{"a":1}', value: { a: 1 } },
  { type: "JSON", bad: "[", good: [1], value: [1] },
  { type: "YAML", bad: "a: [", good: "a: [1]", value: { a: [1] } },
  { type: "STRING", bad: { a: 1 }, good: 5, value: "5" },
  { type: "STRING", bad: [], good: "", value: "" },
  { type: "SECRET", bad: [], good: "s", value: "s" },
  { type: "EMAIL", bad: "a@", good: "a@b.c", value: "a@b.c" },
  { type: "URI", bad: "no scheme", good: "https://a.b/c?d=%20", value: "https://a.b/c?d=%20" },
  { type: "DATE", bad: "2023-02-29", good: "2024-02-29", value: "2024-02-29" },
  { type: "TIME", bad: "24:00", good: "11:27", value: "11:27:00" },
  {
    type: "DATETIME",
    bad: "2019-10-06T18:27:49",
    good: "2019-10-06T18:27:49+02:00",
    value: "2019-10-06T16:27:49Z",
  },
  { type: "DURATION", bad: "5m", good: "P1DT5M6.50S", value: "PT24H5M6.5S" },
  { type: "FILE", bad: "/etc/passwd", good: "nsfile:///a.csv", value: "nsfile:///a.csv" },
  { type: "ARRAY, itemType: INT", bad: '["s1"]', good: '[1, "2"]', value: [1, 2] },
  { type: "ARRAY, itemType: DATE", bad: ["1"], good: ["2024-01-01"], value: ["2024-01-01"] },
  { type: "ARRAY, itemType: INT", bad: "1", good: "[]", value: [] },
  { type: "SELECT, values: [a, b]", bad: "c", good: "b", value: "b" },
  { type: "SELECT, values: [1, 2]", bad: "3", good: 2, value: "2" },
  { type: "ENUM, values: [A]", bad: "a", good: "A", value: "A" },
  { type: "MULTISELECT, values: [a, b]", bad: ["a", "c"], good: '["b", "a"]', value: ["b", "a"] },
  { type: "MULTISELECT, options: [a]", bad: '["b"]', good: ["a"], value: ["a"] },
  { type: "INT, min: 10, max: 20", bad: "9", good: "10", value: 10 },
  { type: "FLOAT, min: 0.1, max: 0.5", bad: 0.51, good: 0.5, value: 0.5 },
  { type: "DURATION, min: PT10S, max: PT1H", bad: "PT61M", good: "PT59M", value: "PT59M" },
  { type: "DATE, after: 2023-01-01", bad: "2022-12-31", good: "2023-01-01", value: "2023-01-01" },
  { type: 'TIME, before: "11:59:59"', bad: "11:59:59.001", good: "11:59:59", value: "11:59:59" },
  {
    type: 'DATETIME, after: "2023-01-01T00:00:00Z"',
    bad: "2023-01-01T00:30:00+01:00",
    good: "2023-01-01T00:00:00.5Z",
    value: "2023-01-01T00:00:00.500Z",
  },
  { type: "STRING, validator: 'A\\d+'", bad: "xA1", good: "A1", value: "A1" },
  {
    type: "FILE, allowedFileExtensions: [.csv, .TXT]",
    bad: "nsfile:///a.pdf",
    good: "nsfile:///A.Txt",
    value: "nsfile:///A.Txt",
  },
])("resolveInputs() of $type refuses $bad, and makes $value of $good", async ({
  type,
  bad,
  good,
  value,
}) => {
  const inputs = [`id: a, type: ${type}`];
  deepEqual((await complaintsOf(inputs, { a: bad })).map((it) => it.code), ["usage/bad-input"]);
  deepEqual(await resolve(inputs, { a: good }), { a: value });
});

Deno.test("resolveInputs() takes a value that is no choice where the flow says so", async () => {
  const inputs = ["id: a, type: SELECT, values: [x], allowCustomValue: true"];
  deepEqual(await resolve(inputs, { a: "y" }), { a: "y" });
});

Deno.test("resolveInputs() takes the first choice where the flow says so", async () => {
  const inputs = [
    "id: a, type: SELECT, values: [x, y], autoSelectFirst: true",
    "id: b, type: MULTISELECT, values: [x, y], autoSelectFirst: true",
    "id: c, type: SELECT, values: [x, y], autoSelectFirst: true, defaults: y",
  ];
  deepEqual(await resolve(inputs), { a: "x", b: ["x"], c: "y" });
});

Deno.test("resolveInputs() puts dotted inputs in maps, and takes them from maps", async () => {
  const inputs = [
    "id: nested.a, type: INT",
    "id: nested.more.b, type: STRING, required: false",
    "id: form, type: FORM, inputs: [{id: c, type: INT}, {id: d, type: STRING, defaults: x}]",
    'id: n.__proto__.x, type: STRING, defaults: "y"',
  ];
  const given = { "nested.a": "1", form: { c: 2 } };
  const values = await resolve(inputs, given);
  deepEqual({ ...values, n: undefined }, {
    nested: { a: 1, more: { b: null } },
    form: { c: 2, d: "x" },
    n: undefined,
  });
  equal(JSON.stringify(values.n), '{"__proto__":{"x":"y"}}');
  equal(({} as Record<string, unknown>).x, undefined);
});

Deno.test("resolveInputs() resolves an input after those it depends on", async () => {
  const inputs = [
    'id: c, type: STRING, defaults: "{{ inputs.b }}!", dependsOn: {inputs: [b]}',
    'id: b, type: STRING, defaults: "{{ inputs.a }}_world", dependsOn: {inputs: [a]}',
    "id: a, type: STRING, defaults: hello",
    'id: n, type: INT, defaults: "{{ inputs.m }}", dependsOn: {inputs: [m]}',
    "id: m, type: INT, defaults: 4",
  ];
  deepEqual(await resolve(inputs), { c: "hello_world!", b: "hello_world", a: "hello", n: 4, m: 4 });
});

Deno.test("resolveInputs() leaves out what a condition or a missing value makes unwanted", async () => {
  const inputs = [
    "id: a, type: STRING, required: false",
    "id: b, type: STRING, dependsOn: {inputs: [a], condition: \"{{ inputs.a == 'yes' }}\"}",
    "id: c, type: INT, dependsOn: {inputs: [b]}",
  ];
  const all = { a: "yes", b: "1", c: 2 };
  deepEqual(await resolve(inputs, all), all);
  deepEqual(await resolve(inputs, { ...all, a: "no" }), { a: "no", b: null, c: null });
  deepEqual(await resolve(inputs), { a: null, b: null, c: null });
  const { unused } = await resolveInputs(inputsOf(...inputs), { ...all, a: "no" }, { render });
  deepEqual(unused, ["b", "c"]);
  deepEqual((await complaintsOf(inputs, { a: "yes" })).map((it) => it.message), [
    'Cannot run: input "b" (STRING) has no value',
  ]);
});

Deno.test("resolveInputs() finds choices by an expression", async () => {
  const inputs = [
    'id: all, type: JSON, defaults: \'["x", {"value": "y", "label": "Y"}, null]\'',
    'id: one, type: SELECT, expression: "{{ inputs.all }}", dependsOn: {inputs: [all]}',
  ];
  deepEqual((await resolve(inputs, { one: "y" })).one, "y");
  deepEqual((await complaintsOf(inputs, { one: "z" })).map((it) => it.message), [
    'Cannot use "z" for input "one": it is none of x, y',
  ]);
  deepEqual((await complaintsOf(inputs, { one: "z", all: '"no list"' })).map((it) => it.message), [
    'Cannot find the values of input "one": its expression gives no list',
  ]);
});

Deno.test("resolveInputs() says which expression cannot be rendered, where it stands", async () => {
  const found = await complaintsOf([
    "id: a, type: STRING, defaults: x",
    'id: b, type: STRING, defaults: "{{ inputs.c }}"',
    'id: d, type: STRING, dependsOn: {inputs: [a], condition: "{{ inputs.c }}"}',
  ]);
  deepEqual(found.map(({ code, message, at }) => [code, message, at?.line]), [
    ["usage/input-expression", 'Cannot render the default of input "b": unknown name "c"', 5],
    ["usage/input-expression", 'Cannot tell whether input "d" is wanted: unknown name "c"', 6],
  ]);
});

Deno.test("resolveInputs() tells everything that is wrong, as wrong usage", async () => {
  const found = await complaintsOf(["id: count, type: INT", "id: file, type: FILE"], {
    cuont: "1",
  });
  deepEqual(found.map((it) => [it.code, it.help]), [
    ["usage/unknown-input", 'Did you mean "count"?'],
    ["usage/missing-input", "Give it with -i count=…"],
    ["usage/missing-input", "Give it with -i file=@path"],
  ]);
});

Deno.test("resolveInputs() says the values to hide, and never shows one", async () => {
  const inputs = ["id: a.b, type: SECRET, validator: '[a-z]+'"];
  const { secrets } = await resolveInputs(inputsOf(...inputs), { "a.b": "hush" }, { render });
  deepEqual(secrets, ["hush"]);
  const [problem] = await complaintsOf(inputs, { "a.b": "HUSH" });
  ok(!JSON.stringify(problem).includes("HUSH"), problem!.message);
});

Deno.test("resolveInputs() asks for what is missing until the answer fits", async () => {
  const inputs = inputsOf(
    'id: b, type: SELECT, expression: "{{ inputs.a }}", prefill: y, dependsOn: {inputs: [a]}',
    "id: a, type: ARRAY, itemType: STRING",
    "id: c, type: INT, required: false",
    "id: d, type: INT, defaults: 1",
  );
  const answers: unknown[] = ["no list", '["x", "y"]', "z", "", "x"];
  const questions: InputQuestion[] = [];
  const { values } = await resolveInputs(inputs, {}, {
    render,
    ask(question) {
      questions.push(question);
      return Promise.resolve(answers.shift());
    },
  });
  deepEqual(values, { b: "x", a: ["x", "y"], c: null, d: 1 });
  deepEqual(
    questions.map(({ input, choices, offer, fact }) => [
      input.id,
      choices?.map((it) => it.value),
      offer,
      fact,
    ]),
    [
      ["a", undefined, undefined, undefined],
      ["a", undefined, undefined, 'expected a list, as JSON: ["a", "b"]'],
      ["b", ["x", "y"], "y", undefined],
      ["b", ["x", "y"], "y", "it is none of x, y"],
      ["b", ["x", "y"], "y", "it is none of x, y"],
    ],
  );
});

Deno.test("resolveInputs() asks no more when there is no answer, nor when something is wrong", async () => {
  const inputs = inputsOf("id: a, type: INT", "id: b, type: INT");
  let asked = 0;
  const ask = () => {
    asked++;
    return Promise.resolve(undefined);
  };
  await rejects(resolveInputs(inputs, {}, { render, ask }), /"a" .*\n.*"b"/);
  equal(asked, 1);
  await rejects(resolveInputs(inputs, { c: 1 }, { render, ask }), /"c"/);
  equal(asked, 1);
});
