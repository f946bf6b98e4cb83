import { equal, match } from "node:assert/strict";
import { judgeAssertion } from "./judge_assertion.ts";
import type { Operator } from "./shapes.ts";

/** Each operator with a value for which it holds, and one for which it does not. */
const ROWS: readonly (readonly [Operator, unknown, { yes: unknown; no: unknown }])[] = [
  ["equalTo", 200, { yes: "200", no: "201" }],
  ["equalTo", "", { yes: null, no: "x" }],
  ["equalTo", ["a", { b: 1, c: 2 }], { yes: '["a", {"c": 2, "b": 1}]', no: '["a"]' }],
  ["equalTo", { a: 1 }, { yes: { a: 1 }, no: "not JSON" }],
  ["notEqualTo", "a", { yes: "b", no: "a" }],
  ["contains", "b", { yes: "abc", no: "ac" }],
  ["contains", 2, { yes: 123, no: null }],
  ["startsWith", "a", { yes: "ab", no: "ba" }],
  ["endsWith", "a", { yes: "ba", no: "ab" }],
  ["greaterThan", 2, { yes: "3", no: "2" }],
  ["greaterThanOrEqualTo", "2.5", { yes: 2.5, no: 2.4 }],
  ["lessThan", 10, { yes: "9", no: "10" }],
  ["lessThan", 10, { yes: "9", no: "nine" }],
  ["lessThanOrEqualTo", 10, { yes: "10", no: "" }],
  ["in", [200, "x"], { yes: "200", no: "201" }],
  ["in", '["a", "b"]', { yes: "a", no: "c" }],
  ["notIn", [404], { yes: "200", no: "404" }],
  ["isNull", true, { yes: "", no: "x" }],
  ["isNull", "false", { yes: "x", no: null }],
  ["isNotNull", true, { yes: "x", no: "" }],
  ["isNotNull", false, { yes: null, no: "x" }],
];

const AT = { file: "t.yaml", line: 1, column: 1 };

function judge(operator: Operator, expected: unknown, actual: unknown, errorMessage?: string) {
  const [verdict] = judgeAssertion({
    value: { value: "{{ it }}", source: AT },
    checks: [{ operator, expected: { value: expected, source: AT } }],
    ...(errorMessage !== undefined && { errorMessage }),
  }, { actual, expected: [expected] });
  return verdict!;
}

for (const [operator, expected, { yes, no }] of ROWS) {
  const name = `${operator} ${JSON.stringify(expected)}`;
  Deno.test(`unit tests: ${name} holds for ${JSON.stringify(yes)} alone`, () => {
    equal(judge(operator, expected, yes).holds, true);
    const { holds, message } = judge(operator, expected, no);
    equal(holds, false);
    match(message!, /^"\{\{ it \}\}" is |^"\{\{ it \}\}" does not /);
  });
}

Deno.test("unit tests: what cannot be compared does not hold, and says why", () => {
  match(judge("greaterThan", 2, "many").message!, /"many" is no number$/);
  match(judge("lessThan", "few", 2).message!, /"few" is no number$/);
  match(judge("in", "a", "a").message!, /"a" is no list$/);
  match(judge("notIn", "a", "b").message!, /"a" is no list$/);
  match(judge("isNull", "perhaps", "").message!, /"perhaps" is neither true nor false$/);
});

Deno.test("unit tests: an error message of the author's stands in place of ours", () => {
  equal(judge("equalTo", 1, 2, "one, please").message, "one, please");
  equal(judge("equalTo", 1, 1, "one, please").message, undefined);
});
