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
    format: {
      value: "FORMAT",
      choices: ["text", "json", "sarif", "junit", "github"],
      about: "of the findings on stdout",
    },
    "fail-on": {
      value: "SEVERITY",
      choices: ["error", "warning"],
      about: "from where on findings end with 1 (default: error)",
    },
    fix: { about: "mend in the files what can be mended safely, and check again" },
    "dry-run": { about: "with --fix: print what would be changed as a patch, and change nothing" },
    explain: {
      value: "CODE",
      about: "say what a code means, with a bad and a good example; no PATH then",
    },
    rules: { about: "list every rule, with its severity; no PATH then" },
    ...EVERYWHERE,
  },
  notes: [
    "Policies and flows are told apart by what is in them. Of a directory all .yaml and .yml files " +
    "are read, whatever depth; links to directories and names that begin with a dot are left out.",
    "Nothing is started. Of this machine only the paths that policies name are asked for: what it " +
    "lacks only plan and doctor say, and classes that plugins implement only plan.",
    "A comment takes a finding out that is meant, on its own line or on the next: " +
    "# bulkhead-ignore CODE: reason. What a run would refuse is never taken out.",
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
    "bulkhead check flows/ -p policies/edge.yaml --format sarif --fail-on warning",
    "bulkhead check flows/ --fix --dry-run",
    "bulkhead check --explain check/no-timeout",
  ],
} as const satisfies CommandTable;
