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
    "Without assertions a test case passes where its execution ends with SUCCESS or WARNING. A Pause " +
    "that waits for somebody goes on at once.",
  ],
  exits: [
    ["ok", "all passed"],
    ["failed", "one did not"],
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
  ],
} as const satisfies CommandTable;
