import { findCoverage, type JudgedSuite } from "../check/mod.ts";
import { type Diagnostic, StageError, type TestedSuite } from "../model/mod.ts";
import { coverageText, makeStyle, testJson, testJunit, testText, totalOf } from "../report/mod.ts";
import { parseYaml } from "../source/mod.ts";
import { type CommandIo, defineCommand, UsageError } from "./command.ts";
import type { Args } from "./command_table.ts";
import { ExitCode } from "./exit_code.ts";
import { type FileKind, kindOfFile } from "./kind_of_file.ts";
import { listYamlFiles } from "./list_yaml_files.ts";
import { readText } from "./read_text.ts";
import { runPolicyTests, runTestsOfPolicy } from "./run_policy_tests.ts";
import { runUnitTests } from "./run_unit_tests.ts";
import { TEST } from "./tables/test.ts";
import { nextChange } from "./watch_files.ts";
import { writeResult } from "./write_result.ts";

type Values = Args<typeof TEST>["values"];

/** `test`: unit tests of flows, and tests of policies. */
export const test = defineCommand(TEST, async ({ positionals, values }, io) => {
  if (positionals.length === 0) throw new UsageError("Cannot test: no path given");
  const least = percentOf(values["coverage-min"]);
  if (!values.watch) return await testOnce(positionals, values, least, io);
  if (positionals.includes("-")) throw new UsageError("Cannot watch standard input");
  while (!io.signal.aborted) {
    const round = { ...io, texts: new Map<string, string>() };
    await testOnce(positionals, values, least, round);
    const others = [...values.policy, ...values.flows, ...values.plugins];
    const read = [...round.texts.keys()].filter((it) => it !== "-" && !it.startsWith("built-in"));
    const paths = [...positionals, ...others, ...read];
    const changed = await nextChange(paths, io.signal, () => changedSince(round));
    if (changed.length > 0) io.log.note("test/changed", `changed: ${changed.join(", ")}`);
    else if (!io.signal.aborted) throw new UsageError("Cannot watch: none of the paths is there");
  }
  return interrupted(io);
});

/** The files that are not any more what a round has read. */
async function changedSince({ texts, readFile }: CommandIo): Promise<readonly string[]> {
  const decoder = new TextDecoder();
  const files = await Promise.all([...texts].map(async ([file, text]) => {
    if (file === "-" || file.startsWith("built-in")) return [];
    const now = await readFile(file).catch(() => undefined);
    return now !== undefined && decoder.decode(now) === text ? [] : [file];
  }));
  return files.flat();
}

async function testOnce(
  paths: readonly string[],
  values: Values,
  least: number | undefined,
  io: CommandIo,
): Promise<number> {
  const { suites, judged, problems } = await runTests(paths, values, io);
  const asks = values.coverage || least !== undefined;
  const coverage = asks ? findCoverage(judged) : undefined;
  const style = makeStyle(io.colour.out);
  io.log.tell(problems);
  io.out(
    values.json ? testJson(suites, coverage) : testText(suites, io.texts, style) +
      (coverage ? `\n${coverageText(coverage, io.texts, style)}` : ""),
  );
  if (values.junit !== undefined) {
    await writeResult(values.junit, new TextEncoder().encode(testJunit(suites)), 0o644);
  }
  if (io.signal.aborted) return interrupted(io);
  if (problems.length > 0) return ExitCode.unreadable;
  const passed = suites.flatMap((it) => it.cases)
    .every((it) => ["passed", "skipped"].includes(it.verdict));
  const isCovered = least === undefined || totalOf(coverage!).percent >= least;
  if (!isCovered) {
    io.log.tell([{
      code: "test/coverage",
      severity: "error",
      message: `Cannot accept a coverage of ${totalOf(coverage!).percent} %: at least ${least} % ` +
        "of the rules are to be decided by tests",
      help: "Expect what the rules above do, or take them out",
    }]);
  }
  return passed && isCovered ? ExitCode.ok : ExitCode.failed;
}

interface Tested {
  readonly suites: readonly TestedSuite[];
  /** Those of policies. */
  readonly judged: readonly JudgedSuite[];
  /** What could not be read. */
  readonly problems: readonly Diagnostic[];
}

async function runTests(
  paths: readonly string[],
  values: Values,
  io: CommandIo,
): Promise<Tested> {
  const problems: Diagnostic[] = [];
  const suites: TestedSuite[] = [];
  const judged: JudgedSuite[] = [];
  for (const path of paths) {
    for (const { file, kind } of await testsOf(io, path, problems)) {
      if (io.signal.aborted) break;
      try {
        if (kind === "unit tests") suites.push(await runUnitTests(io, file, values));
        else {
          const it = kind === "policy tests"
            ? await runPolicyTests(io, file)
            : await runTestsOfPolicy(io, file);
          if (it === undefined) continue;
          suites.push(it.suite);
          judged.push(it);
        }
      } catch (error) {
        if (!(error instanceof StageError) || error.fault === "host") throw error;
        problems.push(...error.diagnostics);
      }
    }
  }
  return { suites, judged, problems };
}

interface FileOfTests {
  readonly file: string;
  readonly kind: FileKind;
}

/** The files of tests that a path stands for; of a directory those among its YAML files. */
async function testsOf(
  io: CommandIo,
  path: string,
  problems: Diagnostic[],
): Promise<readonly FileOfTests[]> {
  const files = await listYamlFiles(path);
  const isNamed = files.length === 1 && files[0] === path;
  const tests: FileOfTests[] = [];
  for (const file of files) {
    try {
      const root = parseYaml(await readText(io, file, "test"), file);
      const kind = kindOfFile(root);
      const bulkhead = root?.kind === "map" ? root.entries.get("bulkhead")?.value : undefined;
      const carries = kind === "policy" && bulkhead?.kind === "map" &&
        bulkhead.entries.has("tests");
      if (carries || kind === "unit tests" || kind === "policy tests") tests.push({ file, kind });
      else if (isNamed) {
        problems.push(noTests(path, `it has no ${kind === "policy" ? "tests" : "testCases"}`));
      }
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      // Beside tests lies what is none of ours: what it says is told by whoever needs it.
      if (isNamed) problems.push(...error.diagnostics);
    }
  }
  if (!isNamed && tests.length === 0) {
    problems.push(noTests(path, "no file below it has testCases, or tests of a policy"));
  }
  return tests;
}

function noTests(path: string, fact: string): Diagnostic {
  return {
    code: "test/no-tests",
    severity: "error",
    message: `Cannot test "${path}": ${fact}`,
    help: "A file of unit tests has id, namespace, flowId and testCases; one of policy tests has " +
      "policy and tests; a policy may have bulkhead.tests",
  };
}

/** @throws {UsageError} When it is no number from 0 to 100. */
function percentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && number <= 100) return number;
  throw new UsageError(`Cannot use --coverage-min "${text}": expected a number from 0 to 100`);
}

function interrupted(io: CommandIo): number {
  return io.signal.reason === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
}
