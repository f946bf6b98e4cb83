import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE, FLOWS, MACHINE, POLICY, TASKS } from "./shared_options.ts";

/** `what-if`, as data. */
export const WHAT_IF = {
  synopsis: "EVENTS… [FLOW…] [options]",
  operands: "file",
  options: {
    "fail-on": {
      value: "WHAT",
      choices: ["never", "change", "denied", "allowed"],
      about: "exit with 1 when a decision changes, or changes to denied, or to allowed",
      completes: ["never", "change", "denied", "allowed"],
    },
    json: { about: "one JSON document" },
    ...POLICY,
    ...FLOWS,
    ...TASKS,
    ...MACHINE,
    ...EVERYWHERE,
  },
  notes: [
    "Replays recorded runs against the policies of -p: every task that ran, and everything it was denied " +
    "or, where run --json --accesses has recorded it, had. Each is decided again by planning its flow. " +
    "Nothing runs.",
    "EVENTS are files of what run --json says, - is standard input. A .yaml or .yml file is a FLOW; the " +
    "flows of --flows are replayed as well. What belongs to a flow that is not given is counted as not " +
    "replayed.",
    "Files are read line by line, in memory that does not grow with them.",
  ],
  exits: [
    ["ok", "all of it was replayed, whatever changes"],
    ["failed", "what --fail-on names has happened"],
    "usage",
    ["unreadable", "something cannot be read, or was not replayed"],
    "host",
    "interrupted",
    "closedPipe",
    "terminated",
  ],
  examples: [
    "bulkhead what-if run.jsonl flow.yaml -p new-policy.yaml",
    "bulkhead what-if runs/*.jsonl --flows flows/ -p policies/edge.yaml --fail-on denied --json",
  ],
} as const satisfies CommandTable;
