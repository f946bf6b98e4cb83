import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE, FLOWS, MACHINE, POLICY, TASKS } from "./shared_options.ts";

/** `test`, as data. */
export const TEST = {
  synopsis: "PATH… [options]",
  operands: "file",
  options: {
    json: { about: "one JSON document" },
    junit: {
      value: "FILE",
      about: "write what became of them as JUnit's XML as well",
      completes: "file",
    },
    coverage: { about: "which rules of the tested policies decided something that a test expects" },
    "coverage-min": {
      value: "PERCENT",
      about: "the least share of rules that are to be decided; below it the exit code is 1",
    },
    watch: {
      about:
        "test again whenever a test, a policy or a flow changes, until Ctrl-C; --json is a document " +
        "a round then",
    },
    ...POLICY,
    ...FLOWS,
    ...TASKS,
    ...MACHINE,
    ...EVERYWHERE,
  },
  notes: [
    "Runs Kestra's unit tests: files with testCases of type io.kestra.core.tests.flow.UnitTest. Of a " +
    "directory all of them are run, whatever depth. The flow is looked for in --flows, else in the " +
    "directory of the test. What fixtures do not mock runs as it would, under the policies.",
    "Judges policy tests: files with policy and tests, and policies with bulkhead.tests. Each test plans " +
    "a task or a flow and says what is expected: verdict, spawn, access, permissions, values, limits, " +
    "container, because. Nothing runs, and nothing of this machine is looked at: they are planned for " +
    "one that has everything, on which a path is there when the policy or the test names it. Their " +
    "policies are those that the file names, not those of --policy.",
    "Without assertions a test case passes where its execution ends with SUCCESS or WARNING. A Pause " +
    "that waits for somebody goes on at once.",
  ],
  exits: [
    ["ok", "all passed"],
    ["failed", "one did not, or too few rules are decided"],
    "usage",
    ["unreadable", "a path, or a test in it, cannot be read"],
    "host",
    "interrupted",
    "closedPipe",
    "terminated",
  ],
  examples: [
    "bulkhead test tests/ --flows flows/ -p policies/worker-isolation.yaml",
    "bulkhead test tests/greet.yaml --junit report.xml",
    "bulkhead test policies/ --coverage --coverage-min 80",
  ],
} as const satisfies CommandTable;
