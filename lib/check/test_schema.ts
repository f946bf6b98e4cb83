import { describeSchema } from "../source/describe_schema.ts";
import { DRAFT, type JsonSchema, jsonSchemaOf } from "../source/json_schema.ts";
import { ExpectShape, HostShape, PolicyTestsShape, TestsShape } from "./policy_tests/shapes.ts";
import { TestSuiteShape } from "./shapes.ts";
import { TEST_WORDS } from "./test_words.ts";

/**
 * The JSON Schema of a file of tests, for editors; made from the shapes that the parsers go by. What has
 * `testCases` are unit tests of a flow, what has `tests` are tests of a policy.
 */
export function testSchema(): JsonSchema {
  const policyTests = jsonSchemaOf(PolicyTestsShape);
  const properties = policyTests.properties as object;
  return describeSchema({
    $schema: DRAFT,
    title: "Unit tests of a flow, or tests of a policy",
    anyOf: [
      { title: "Unit tests of a flow", ...jsonSchemaOf(TestSuiteShape) },
      {
        title: "Tests of a policy",
        ...policyTests,
        properties: { ...properties, host: jsonSchemaOf(HostShape), tests: ownTestsSchema() },
      },
    ],
  }, TEST_WORDS);
}

/**
 * Tests that a policy carries. In a test with a table anything may be a placeholder, so that what is
 * expected there is looked at when it is filled in.
 */
export function ownTestsSchema(): JsonSchema {
  const tests = jsonSchemaOf(TestsShape);
  const items = tests.items as JsonSchema;
  return describeSchema({
    ...tests,
    items: {
      ...items,
      if: { not: { required: ["table"] } },
      then: { properties: { expect: jsonSchemaOf(ExpectShape), host: jsonSchemaOf(HostShape) } },
    },
  }, TEST_WORDS);
}
