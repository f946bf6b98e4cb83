import { equal } from "node:assert/strict";
import { Ajv } from "ajv";
import { parseUnitTests } from "../lib/check/mod.ts";
import { testSchema } from "../lib/check/test_schema.ts";
import { StageError } from "../lib/model/mod.ts";

const SCHEMA = new Ajv({ strict: false }).compile(testSchema());

const suite = (own: object) => ({
  id: "s",
  namespace: "a.b",
  flowId: "f",
  testCases: [{ id: "one", type: "io.kestra.core.tests.flow.UnitTest", ...own }],
});

const ROWS: readonly (readonly [string, object, boolean])[] = [
  ["a case that says nothing", suite({}), true],
  [
    "one with everything",
    suite({
      name: "n",
      description: "d",
      disabled: true,
      fixtures: {
        inputs: { a: [1] },
        files: { "a.txt": "text" },
        tasks: [{ id: "t", value: "1", state: "WARNING", outputs: { a: 1 }, description: "d" }],
        trigger: { id: "t", type: "some.Trigger", variables: { a: 1 } },
      },
      assertions: [{ value: "{{ x }}", equalTo: 1, in: ["a"], isNull: false, errorMessage: "e" }],
    }),
    true,
  ],
  ["an older operator", suite({ assertions: [{ value: 1, equalsTo: 1 }] }), true],
  ["no cases", { ...suite({}), testCases: [] }, false],
  ["no flow", { ...suite({}), flowId: undefined }, false],
  ["another kind of case", suite({ type: "some.Other" }), false],
  ["an unknown key", suite({ fixture: {} }), false],
  ["an unknown operator", suite({ assertions: [{ value: 1, equal: 1 }] }), false],
  ["an unknown state", suite({ fixtures: { tasks: [{ id: "a", state: "RUNNING" }] } }), false],
  ["a mock without an id", suite({ fixtures: { tasks: [{ state: "FAILED" }] } }), false],
  ["a trigger without a type", suite({ fixtures: { trigger: { id: "a" } } }), false],
];

for (const [name, value, isTaken] of ROWS) {
  Deno.test(`schema of unit tests: it takes what the parser takes: ${name}`, () => {
    const text = JSON.stringify(value);
    equal(SCHEMA(JSON.parse(text)), isTaken);
    let problems = 0;
    try {
      parseUnitTests(text, "t.yaml");
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems = error.diagnostics.length;
    }
    equal(problems === 0, isTaken);
  });
}
