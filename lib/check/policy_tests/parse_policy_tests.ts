import {
  type Diagnostic,
  type Located,
  type LocatedMap,
  type Source,
  type Sourced,
  StageError,
} from "../../model/mod.ts";
import { checkShape, findLocated, parseYaml } from "../../source/mod.ts";
import { type FilledTest, fillTable } from "./fill_table.ts";
import { expectationsOf } from "./parse_expectations.ts";
import type { PolicyTest, PolicyTestSuite, TestHost, TestSubject } from "./policy_test_suite.ts";
import { ExpectShape, HostShape, PolicyTestsShape, TestsShape } from "./shapes.ts";

/**
 * Reads a file of policy tests.
 *
 * @throws {StageError} With every problem found.
 */
export function parsePolicyTests(text: string, file: string): PolicyTestSuite {
  const root = parseYaml(text, file);
  if (root?.kind !== "map") {
    throw new StageError([{
      code: "test/not-a-map",
      severity: "error",
      message: `Cannot use policy tests of "${file}": ${
        root === undefined ? "it is empty" : `it is a ${root.kind}`
      }`,
      at: root?.source ?? { file, line: 1, column: 1 },
      help: "A file of policy tests has policy and tests",
    }]);
  }
  const problems: Diagnostic[] = [];
  const shape = checkShape(PolicyTestsShape, root, "test", "policy tests", problems);
  if (shape === undefined) throw new StageError(problems);
  const suite: PolicyTestSuite = {
    file,
    policies: textsAt(root, "policy"),
    tests: testsOf(findLocated(root, ["tests"])!, {
      host: hostAt(root, "host", problems),
      filesFor: "its own file",
      problems,
    }),
  };
  if (problems.length > 0) throw new StageError(problems);
  return suite;
}

/**
 * Reads what a policy promises of itself (`bulkhead.tests`).
 *
 * A test of these has its task or flow in it: a policy is judged wherever it is, and files may not be
 * there with it.
 *
 * @param located What stands under `bulkhead.tests`.
 * @throws {StageError} With every problem found.
 */
export function parseOwnTests(located: Located): readonly PolicyTest[] {
  const problems: Diagnostic[] = [];
  const shape = checkShape(TestsShape, located, "test", "bulkhead.tests", problems);
  if (shape === undefined) throw new StageError(problems);
  const tests = testsOf(located, { host: {}, filesFor: "nobody", problems });
  if (problems.length > 0) throw new StageError(problems);
  return tests;
}

/** What holds for all tests of a file. */
interface Around {
  readonly host: TestHost;
  /** Whether tests may name flows by their paths. */
  readonly filesFor: "its own file" | "nobody";
  readonly problems: Diagnostic[];
}

function testsOf(list: Located, around: Around): readonly PolicyTest[] {
  const items = list.kind === "list" ? list.items : [];
  const tests = items.flatMap((it) =>
    it.kind === "map"
      ? fillTable(it, around.problems).flatMap((filled) => testOf(filled, around) ?? [])
      : []
  );
  refuseTwins(tests, around.problems);
  return tests;
}

function testOf({ written, source, suffix }: FilledTest, around: Around): PolicyTest | undefined {
  const { problems } = around;
  const name = `${textAt(written, "name") ?? ""}${suffix === undefined ? "" : ` (${suffix})`}`;
  const subject = subjectOf(written, name, around);
  const expect = findLocated(written, ["expect"]);
  const shape = expect && checkShape(ExpectShape, expect, "test", "expect", problems);
  const host = { ...around.host, ...hostAt(written, "host", problems) };
  if (subject === undefined || shape === undefined || expect?.kind !== "map") return undefined;
  const expectations = expectationsOf(expect, shape);
  if (expectations.length === 0) {
    problems.push({
      code: "test/no-expectation",
      severity: "error",
      message: `Cannot use test "${name}": it expects nothing`,
      at: expect.source,
      help: `Say one of ${Object.keys(ExpectShape()._zod.def.shape).join(", ")}`,
    });
  }
  const description = textAt(written, "description");
  const disabled = findLocated(written, ["disabled"]);
  return {
    name,
    ...(description !== undefined && { description }),
    disabled: disabled?.kind === "scalar" && disabled.value === true,
    subject,
    host,
    expectations,
    source,
  };
}

function subjectOf(test: LocatedMap, name: string, around: Around): TestSubject | undefined {
  const wrong = (message: string, at: Source, help?: string) => {
    around.problems.push({
      code: "test/no-subject",
      severity: "error",
      message: `Cannot use test "${name}": ${message}`,
      at,
      ...(help !== undefined && { help }),
    });
    return undefined;
  };
  const [task, flow] = [test.entries.get("task")?.value, test.entries.get("flow")?.value];
  if (flow === undefined) {
    if (task === undefined) {
      return wrong("it has no task", test.source, "Say what is planned: task, or flow");
    }
    if (task.kind !== "map") {
      return wrong(
        "its task is named, and no flow is",
        task.source,
        "Give the task itself (type: …), or the flow that it stands in",
      );
    }
    return { kind: "flow", flow: flowAround(task, test), task: idOf(task) };
  }
  if (task?.kind === "map") {
    return wrong("it has a task and a flow", task.source, "Beside a flow, task is the id of one");
  }
  const namespace = test.entries.get("namespace");
  if (namespace !== undefined) {
    return wrong("a flow has a namespace of its own", namespace.key, "Leave namespace out");
  }
  const meant = task?.kind === "scalar"
    ? { task: { value: String(task.value), source: task.source } }
    : {};
  if (flow.kind === "map") return { kind: "flow", flow, ...meant };
  if (flow.kind !== "scalar") return undefined;
  if (around.filesFor === "nobody") {
    return wrong(
      "a policy's own tests hold their flows themselves",
      flow.source,
      "Write the flow here, or put the test into a file of tests",
    );
  }
  return { kind: "file", file: { value: String(flow.value), source: flow.source }, ...meant };
}

/** What an inline task is called, where it has no id of its own. */
const TASK_ID = "task";

function idOf(task: LocatedMap): Sourced<string> {
  const id = task.entries.get("id")?.value;
  return id?.kind === "scalar"
    ? { value: String(id.value), source: id.source }
    : { value: TASK_ID, source: task.source };
}

/** A flow that holds nothing but the task. */
function flowAround(task: LocatedMap, test: LocatedMap): LocatedMap {
  const text = (value: string, source: Source) => ({
    key: source,
    value: { kind: "scalar", value, source } as const,
  });
  const withId: LocatedMap = task.entries.has("id") ? task : {
    ...task,
    entries: new Map([["id", text(TASK_ID, task.source)], ...task.entries]),
  };
  const { source } = test;
  return {
    kind: "map",
    source,
    entries: new Map([
      ["id", text("tested", source)],
      ["namespace", test.entries.get("namespace") ?? text("company.team", source)],
      ["tasks", { key: source, value: { kind: "list", items: [withId], source } }],
    ]),
  };
}

function hostAt(map: LocatedMap, key: string, problems: Diagnostic[]): TestHost {
  const host = findLocated(map, [key]);
  const shape = host && checkShape(HostShape, host, "test", key, problems);
  return shape === undefined
    ? {}
    : Object.fromEntries(Object.entries(shape).filter(([, it]) => it !== undefined));
}

function textAt(map: LocatedMap, key: string): string | undefined {
  const value = findLocated(map, [key]);
  return value?.kind === "scalar" && value.value !== null ? String(value.value) : undefined;
}

function textsAt(map: LocatedMap, key: string): readonly Sourced<string>[] {
  const value = findLocated(map, [key]);
  const list = value?.kind === "list" ? value.items : value === undefined ? [] : [value];
  return list.flatMap((it) =>
    it.kind === "scalar" ? [{ value: String(it.value), source: it.source }] : []
  );
}

function refuseTwins(tests: readonly PolicyTest[], problems: Diagnostic[]): void {
  const seen = new Map<string, Source>();
  for (const { name, source } of tests) {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, source);
    else {
      problems.push({
        code: "test/duplicate-name",
        severity: "error",
        message: `Cannot use test "${name}": another one has the same name`,
        at: source,
        related: [{ message: "the first stands here", at: first }],
      });
    }
  }
}
