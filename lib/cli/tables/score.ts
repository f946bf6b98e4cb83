import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE } from "./shared_options.ts";

/** `score`, as data. */
export const SCORE = {
  synopsis: "POLICY… [options]",
  operands: "file",
  options: {
    max: { value: "NUMBER", about: "end with 1 where the score is higher" },
    json: { about: "one JSON document" },
    ...EVERYWHERE,
  },
  notes: [
    "From 0, nothing is left open, to 10, everything is. Several policies are one chain, outermost first; " +
    "without any the built-in baseline is looked at.",
    "The number depends on the policy alone, and not on this machine, the order of keys or their " +
    "spelling; a policy that is tightened never has a higher one. It says what is left open, not what a " +
    "team has to leave open: compare a policy with itself of last week.",
  ],
  exits: [
    ["ok", "the score was found, and is not above --max"],
    ["failed", "it is above --max"],
    "usage",
    "unreadable",
    "closedPipe",
  ],
  examples: [
    "bulkhead score policies/edge.yaml",
    "bulkhead score policies/ --max 4.5 --json",
  ],
} as const satisfies CommandTable;
