import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE } from "./shared_options.ts";

/** `diff`, as data. */
export const DIFF = {
  synopsis: "OLD NEW [FLOW…] [options]",
  operands: "file",
  options: {
    json: { about: "one JSON document" },
    ...EVERYWHERE,
  },
  notes: [
    "OLD and NEW are each a policy file, or a directory that stands for a chain of its files by name. " +
    "They are compared by what they mean: order, spelling and comments are no difference.",
    "Exact for paths, class prefixes, hosts, variables, volumes, ports and ceilings, each with an example and " +
    "the lines that decide. Images, patterns of classes, defaults and rules of Kestra 2.0 are compared as " +
    "far as can be told; what cannot be counts as widened.",
    "With flows, the tasks that are planned otherwise are listed too, on a machine that has everything.",
  ],
  exits: [
    ["ok", "nothing widened"],
    ["failed", "something widened: a task may do what it might not"],
    "usage",
    "unreadable",
    "closedPipe",
  ],
  examples: [
    "bulkhead diff policies/main.yaml policies/proposed.yaml",
    "bulkhead diff old/ new/ flows/*.yaml --json",
  ],
} as const satisfies CommandTable;
