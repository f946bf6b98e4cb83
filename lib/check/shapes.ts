/**
 * What stands in a file of unit tests, as Kestra's own classes have it
 * (`io.kestra.core.test.TestSuite` and `io.kestra.core.test.flow`).
 *
 * @module
 */
import * as z from "zod/mini";
import { once } from "../source/once.ts";

/** The class of a test case that is known here. */
export const UNIT_TEST = "io.kestra.core.tests.flow.UnitTest";

/** How a mocked task may end: the states that a task run can end with. */
export const MOCK_STATES = [
  "SUCCESS",
  "WARNING",
  "FAILED",
  "KILLED",
  "CANCELLED",
  "SKIPPED",
] as const;

/** What can be asserted of a value. */
export const OPERATORS = [
  "equalTo",
  "notEqualTo",
  "contains",
  "startsWith",
  "endsWith",
  "greaterThan",
  "greaterThanOrEqualTo",
  "lessThan",
  "lessThanOrEqualTo",
  "in",
  "notIn",
  "isNull",
  "isNotNull",
] as const;

/** One of them, by the name that it has today. */
export type Operator = typeof OPERATORS[number];

/** Names that two of them had until Kestra 1.0. */
export const OLDER_OPERATORS: Readonly<Record<string, Operator>> = {
  equalsTo: "equalTo",
  notEqualsTo: "notEqualTo",
};

const text = () =>
  z.pipe(
    z.transform((it) => typeof it === "number" || typeof it === "boolean" ? String(it) : it),
    z.string("expected a text"),
  );
const name = () =>
  z.pipe(
    z.transform((it) => typeof it === "number" || typeof it === "boolean" ? String(it) : it),
    z.string("expected a name").check(z.minLength(1, "expected a name")),
  );
const free = () => z.optional(z.unknown());
const map = () => z.record(z.string(), z.unknown(), "expected a map");
const orNothing = <T extends z.ZodMiniType>(it: T) => z.optional(z.nullable(it));

/** One of `fixtures.tasks`. */
export const TaskFixtureShape = once(() =>
  z.strictObject({
    id: name(),
    value: orNothing(text()),
    state: orNothing(z.enum(MOCK_STATES, `expected one of ${MOCK_STATES.join(", ")}`)),
    outputs: orNothing(map()),
    assets: free(),
    description: free(),
  }, "expected a task: id, state, outputs")
);

/** `fixtures` of a test case; a file of mocks is the same. */
export const FixturesShape = once(() =>
  z.strictObject({
    inputs: orNothing(map()),
    files: orNothing(z.record(z.string(), text(), "expected a map of names and texts")),
    tasks: orNothing(z.array(TaskFixtureShape(), "expected a list of tasks")),
    trigger: orNothing(
      z.strictObject(
        { id: name(), type: name(), variables: orNothing(map()) },
        "expected a trigger: id, type, variables",
      ),
    ),
  }, "expected fixtures: inputs, files, tasks, trigger")
);

/** One of `assertions`. */
export const AssertionShape = once(() =>
  z.strictObject({
    value: z.unknown(),
    taskId: orNothing(name()),
    description: free(),
    errorMessage: free(),
    ...Object.fromEntries(
      [...OPERATORS, ...Object.keys(OLDER_OPERATORS)].map((it) => [it, free()]),
    ),
  }, "expected an assertion: value, and an operator")
);

/** One of `testCases`. */
export const TestCaseShape = once(() =>
  z.strictObject({
    id: name(),
    type: z.literal(UNIT_TEST, `expected ${UNIT_TEST}`),
    name: free(),
    description: free(),
    disabled: orNothing(z.boolean("expected true or false")),
    fixtures: orNothing(FixturesShape()),
    assertions: orNothing(z.array(AssertionShape(), "expected a list of assertions")),
  }, "expected a test case: id, type, fixtures, assertions")
);

/** A whole file. */
export const TestSuiteShape = once(() =>
  z.strictObject({
    id: name(),
    namespace: name(),
    flowId: name(),
    description: free(),
    disabled: orNothing(z.boolean("expected true or false")),
    testCases: z.array(TestCaseShape(), "expected a list of test cases").check(
      z.minLength(1, "expected at least one test case"),
    ),
  })
);
