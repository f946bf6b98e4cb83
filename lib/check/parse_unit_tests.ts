import {
  type Diagnostic,
  type Located,
  type LocatedMap,
  type Source,
  type Sourced,
  StageError,
} from "../model/mod.ts";
import { checkShape, findLocated, parseYaml, sourceAt, toPlain } from "../source/mod.ts";
import { fixturesOf, NO_FIXTURES } from "./parse_fixtures.ts";
import { OLDER_OPERATORS, type Operator, OPERATORS, TestSuiteShape } from "./shapes.ts";
import type { Assertion, Check, TestCase, TestSuite } from "./test_suite.ts";

/**
 * Reads a file of Kestra's unit tests.
 *
 * @throws {StageError} With every problem found.
 */
export function parseUnitTests(text: string, file: string): TestSuite {
  const root = parseYaml(text, file);
  const problems: Diagnostic[] = [];
  if (root?.kind !== "map") {
    throw new StageError([{
      code: "test/not-a-map",
      severity: "error",
      message: `Cannot use unit tests of "${file}": ${
        root === undefined ? "it is empty" : `it is a ${root.kind}`
      }`,
      at: root?.source ?? { file, line: 1, column: 1 },
      help: "A file of unit tests has id, namespace, flowId and testCases",
    }]);
  }
  const shape = checkShape(TestSuiteShape, root, "test", "test suite", problems);
  if (shape === undefined) throw new StageError(problems);
  const suite: TestSuite = {
    file,
    id: shape.id,
    namespace: shape.namespace,
    flowId: { value: shape.flowId, source: sourceAt(root, ["flowId"]) },
    disabled: shape.disabled === true,
    cases: shape.testCases.map((it, i) =>
      caseOf(
        {
          id: it.id,
          disabled: it.disabled === true,
          ...described(it.description ?? it.name),
        },
        findLocated(root, ["testCases", String(i)]) as LocatedMap,
        problems,
      )
    ),
  };
  refuseTwins(suite.cases, problems);
  if (problems.length > 0) throw new StageError(problems);
  return suite;
}

function described(text: unknown): { readonly description?: string } {
  return text === undefined || text === null ? {} : { description: String(text) };
}

function caseOf(
  head: Pick<TestCase, "id" | "disabled" | "description">,
  located: LocatedMap,
  problems: Diagnostic[],
): TestCase {
  const fixtures = findLocated(located, ["fixtures"]);
  const list = findLocated(located, ["assertions"]);
  return {
    ...head,
    fixtures: fixtures?.kind === "map"
      ? fixturesOf(fixtures, `${head.id}.fixtures`, problems)
      : NO_FIXTURES,
    assertions: list?.kind === "list"
      ? list.items.map((it) => assertionOf(it as LocatedMap, head.id, problems))
      : [],
    source: located.source,
  };
}

function assertionOf(located: LocatedMap, test: string, problems: Diagnostic[]): Assertion {
  const { entries, source } = located;
  const checks = [...entries].flatMap(([key, { key: at, value }]): Check[] => {
    const operator = OLDER_OPERATORS[key] ?? OPERATORS.find((it) => it === key);
    if (operator === undefined || (value.kind === "scalar" && value.value === null)) return [];
    const fact = faultOf(operator, value);
    if (fact === undefined) return [{ operator, expected: { value: toPlain(value), source: at } }];
    problems.push({
      code: "test/wrong-value",
      severity: "error",
      message: `Cannot use "${key}" of an assertion: ${fact}`,
      at: value.source,
    });
    return [];
  });
  if (checks.length === 0 && problems.length === 0) {
    problems.push({
      code: "test/no-operator",
      severity: "error",
      message: `Cannot use an assertion of test case "${test}": it says nothing of its value`,
      at: source,
      help: `Say one of ${OPERATORS.join(", ")}`,
    });
  }
  const value = entries.get("value")?.value;
  if (value === undefined) {
    problems.push({
      code: "test/missing-key",
      severity: "error",
      message: `Cannot use an assertion of test case "${test}" without "value"`,
      at: source,
    });
  }
  const errorMessage = textAt(located, "errorMessage");
  const taskId = textAt(located, "taskId");
  return {
    value: { value: value === undefined ? null : toPlain(value), source: value?.source ?? source },
    checks,
    ...described(textAt(located, "description")?.value),
    ...(errorMessage && { errorMessage: errorMessage.value }),
    ...(taskId && { taskId }),
    source,
  };
}

/** What of an expected value can be known to be wrong before it is rendered. */
function faultOf(operator: Operator, value: Located): string | undefined {
  const plain = toPlain(value);
  const isExpression = typeof plain === "string" && plain.includes("{");
  if (isExpression) return undefined;
  switch (operator) {
    case "isNull":
    case "isNotNull":
      return typeof plain === "boolean" || plain === "true" || plain === "false"
        ? undefined
        : "expected true or false";
    case "in":
    case "notIn":
      return value.kind === "list" ? undefined : "expected a list";
    case "greaterThan":
    case "greaterThanOrEqualTo":
    case "lessThan":
    case "lessThanOrEqualTo":
      return Number.isFinite(Number(plain)) && plain !== "" && typeof plain !== "boolean"
        ? undefined
        : "expected a number";
    default:
      return undefined;
  }
}

function textAt({ entries }: LocatedMap, key: string): Sourced<string> | undefined {
  const value = entries.get(key)?.value;
  if (value?.kind !== "scalar" || value.value === null) return undefined;
  return { value: String(value.value), source: value.source };
}

function refuseTwins(cases: readonly TestCase[], problems: Diagnostic[]): void {
  const seen = new Map<string, Source>();
  for (const { id, source } of cases) {
    const first = seen.get(id);
    if (first === undefined) seen.set(id, source);
    else {
      problems.push({
        code: "test/duplicate-case",
        severity: "error",
        message: `Cannot use test case "${id}": another one has the same id`,
        at: source,
        related: [{ message: "the first stands here", at: first }],
      });
    }
  }
}
