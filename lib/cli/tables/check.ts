import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE, POLICY } from "./shared_options.ts";

/** `check`, as data. */
export const CHECK = {
  synopsis: "PATH… [options]",
  operands: "file",
  options: {
    policy: {
      ...POLICY.policy,
      about: "say too which tasks these policies refuse; repeat it, outermost first",
    },
    format: { value: "FORMAT", choices: ["text", "json"], about: "of the findings on stdout" },
    "fail-on": {
      value: "SEVERITY",
      choices: ["error", "warning"],
      about: "from where on findings end with 1 (default: error)",
    },
    ...EVERYWHERE,
  },
  notes: [
    "Policies and flows are told apart by what is in them. Of a directory all .yaml and .yml files " +
    "are read, whatever depth; links to directories and names that begin with a dot are left out.",
    "Nothing is started, and nothing is asked of this machine: what it lacks only plan and doctor " +
    "say, and classes that plugins implement only plan.",
  ],
  exits: [
    ["ok", "no findings, or none as severe as --fail-on"],
    ["failed", "there are findings"],
    "usage",
    ["unreadable", "a path cannot be read"],
    "closedPipe",
  ],
  examples: [
    "bulkhead check flows/ policies/",
    "bulkhead check flows/ -p policies/edge.yaml --format json --fail-on warning",
  ],
} as const satisfies CommandTable;
