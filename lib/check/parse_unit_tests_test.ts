import { deepEqual, equal, ok } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { parseUnitTests } from "./parse_unit_tests.ts";

const HEAD = "id: s\nnamespace: a.b\nflowId: f\ntestCases:\n";
const CASE = `${HEAD}  - id: one\n    type: io.kestra.core.tests.flow.UnitTest\n`;
const FIXTURES = `${CASE}    fixtures:\n`;
const ASSERTION = `${CASE}    assertions:\n      - value: "{{ outputs.x }}"\n`;

function complaints(text: string): readonly string[] {
  try {
    parseUnitTests(text, "t.yaml");
    return [];
  } catch (error) {
    ok(error instanceof StageError, String(error));
    return error.diagnostics.map((it) => `${it.at?.line}:${it.at?.column} ${it.code}`);
  }
}

Deno.test("unit tests: a file is read with its fixtures and assertions", () => {
  const suite = parseUnitTests(
    `${FIXTURES}      inputs: {count: 3}
      files: {in.txt: "a\\nb"}
      tasks:
        - id: slack
          description: says nothing
        - {id: each, value: 2, state: FAILED, outputs: {uri: "{{ files['in.txt'] }}"}}
      trigger: {id: hook, type: some.Webhook, variables: {body: hi}}
    assertions:
      - value: "{{ outputs.slack }}"
        isNull: true
        equalsTo: 7
        taskId: slack
        errorMessage: no
`,
    "t.yaml",
  );
  const [test] = suite.cases;
  equal(`${suite.namespace}/${suite.flowId.value}`, "a.b/f");
  deepEqual(test!.fixtures, {
    inputs: { count: 3 },
    files: { "in.txt": "a\nb" },
    tasks: [
      {
        id: "slack",
        state: "SUCCESS",
        outputs: {},
        source: { file: "t.yaml", line: 11, column: 11 },
      },
      {
        id: "each",
        value: "2",
        state: "FAILED",
        outputs: { uri: "{{ files['in.txt'] }}" },
        source: { file: "t.yaml", line: 13, column: 11 },
      },
    ],
    trigger: { id: "hook", type: "some.Webhook", variables: { body: "hi" } },
  });
  const [assertion] = test!.assertions;
  deepEqual(
    assertion!.checks.map((it) => [it.operator, it.expected.value, it.expected.source.line]),
    [
      ["isNull", true, 17],
      ["equalTo", 7, 18],
    ],
  );
  equal(assertion!.taskId?.value, "slack");
});

const ROWS: readonly (readonly [string, string, string])[] = [
  ["nothing at all", "", "1:1 test/not-a-map"],
  ["a list", "- a", "1:1 test/not-a-map"],
  ["no test cases", "id: s\nnamespace: a.b\nflowId: f\n", "1:1 test/missing-key"],
  ["an empty list of them", `${HEAD.replace(/:\n$/, ": []\n")}`, "4:12 test/wrong-value"],
  ["another kind of test", `${HEAD}  - {id: a, type: b.C}\n`, "5:19 test/wrong-value"],
  ["a key that is none", `${CASE}    fixture: {}\n`, "7:5 test/unknown-key"],
  [
    "a state that ends nothing",
    `${FIXTURES}      tasks: [{id: a, state: RUNNING}]\n`,
    "8:30 test/wrong-value",
  ],
  [
    "a task that is mocked twice",
    `${FIXTURES}      tasks: [{id: a}, {id: a}]\n`,
    "8:24 test/duplicate-mock",
  ],
  ["two of a name", `${CASE}${CASE.slice(HEAD.length)}`, "7:5 test/duplicate-case"],
  ["an assertion of nothing", ASSERTION, "8:9 test/no-operator"],
  [
    "an assertion without a value",
    `${CASE}    assertions: [{isNull: true}]\n`,
    "7:18 test/missing-key",
  ],
  ["an operator that is none", `${ASSERTION}        equal: 1\n`, "9:9 test/unknown-key"],
  ["a number that is none", `${ASSERTION}        lessThan: few\n`, "9:19 test/wrong-value"],
  ["a list that is none", `${ASSERTION}        in: 3\n`, "9:13 test/wrong-value"],
  ["a truth that is none", `${ASSERTION}        isNull: perhaps\n`, "9:17 test/wrong-value"],
];

for (const [name, text, complaint] of ROWS) {
  Deno.test(`unit tests: a file is refused for ${name}`, () => {
    deepEqual(complaints(text), [complaint]);
  });
}

Deno.test("unit tests: the controls of what is refused are read", () => {
  for (
    const text of [
      CASE,
      `${FIXTURES}      tasks: [{id: a, value: 1}, {id: a, value: 2}, {id: a}]\n`,
      `${ASSERTION}        equalTo: 1\n        lessThan: "{{ inputs.most }}"\n`,
    ]
  ) deepEqual(complaints(text), []);
});
