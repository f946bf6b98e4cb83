import { type Diagnostic, StageError, type TestedSuite } from "../model/mod.ts";
import { makeStyle, testJson, testJunit, testText } from "../report/mod.ts";
import { parseYaml } from "../source/mod.ts";
import { type CommandIo, defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { kindOfFile } from "./kind_of_file.ts";
import { listYamlFiles } from "./list_yaml_files.ts";
import { readText } from "./read_text.ts";
import { TEST } from "./tables/test.ts";
import { runUnitTests } from "./run_unit_tests.ts";
import { writeResult } from "./write_result.ts";

/** `test`: unit tests of flows. */
export const test = defineCommand(TEST, async ({ positionals, values }, io) => {
  if (positionals.length === 0) throw new UsageError("Cannot test: no path given");
  const problems: Diagnostic[] = [];
  const suites: TestedSuite[] = [];
  for (const path of positionals) {
    for (const file of await testsOf(io, path, problems)) {
      if (io.signal.aborted) break;
      try {
        suites.push(await runUnitTests(io, file, values));
      } catch (error) {
        if (!(error instanceof StageError) || error.fault === "host") throw error;
        problems.push(...error.diagnostics);
      }
    }
  }
  io.log.tell(problems);
  io.out(
    values.json ? testJson(suites) : testText(suites, io.texts, makeStyle(io.colour.out)),
  );
  if (values.junit !== undefined) {
    await writeResult(values.junit, new TextEncoder().encode(testJunit(suites)), 0o644);
  }
  if (io.signal.aborted) {
    return io.signal.reason === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
  }
  if (problems.length > 0) return ExitCode.unreadable;
  const cases = suites.flatMap((it) => it.cases);
  return cases.every((it) => ["passed", "skipped"].includes(it.verdict))
    ? ExitCode.ok
    : ExitCode.failed;
});

/** The files of tests that a path stands for; of a directory those among its YAML files. */
async function testsOf(
  io: CommandIo,
  path: string,
  problems: Diagnostic[],
): Promise<readonly string[]> {
  const files = await listYamlFiles(path);
  const isNamed = files.length === 1 && files[0] === path;
  const tests: string[] = [];
  for (const file of files) {
    try {
      const kind = kindOfFile(parseYaml(await readText(io, file, "test"), file));
      if (kind === "unit tests") tests.push(file);
      else if (isNamed) problems.push(noTests(path, "it has no testCases"));
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      // Beside tests lies what is none of ours: what it says is told by whoever needs it.
      if (isNamed) problems.push(...error.diagnostics);
    }
  }
  if (!isNamed && tests.length === 0) {
    problems.push(noTests(path, "no file below it has testCases"));
  }
  return tests;
}

function noTests(path: string, fact: string): Diagnostic {
  return {
    code: "test/no-tests",
    severity: "error",
    message: `Cannot test "${path}": ${fact}`,
    help: "A file of unit tests has id, namespace, flowId and testCases",
  };
}
