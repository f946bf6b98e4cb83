import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE, FLOWS, INPUTS, MACHINE, POLICY, TASKS } from "./shared_options.ts";

/** `learn`, as data. */
export const LEARN = {
  synopsis: "FLOW [options]",
  operands: "file",
  options: {
    ...INPUTS,
    yes: {
      short: "y",
      about: "run the flow twice or more without asking, and every pause at once",
    },
    "no-prove": { about: "propose after one run, and do not try the proposal" },
    out: { short: "o", value: "FILE", about: "write the policy there", completes: "file" },
    json: { about: "one JSON document" },
    ...POLICY,
    ...TASKS,
    ...FLOWS,
    ...MACHINE,
    ...EVERYWHERE,
  },
  notes: [
    "Runs the flow under the given policies, watches what its tasks ask for, and proposes the smallest " +
    "policy that gives it to them. Then it runs the flow again under that policy, and says whether it " +
    "ended alike and nothing more was denied; what was is added, three times at most.",
    "Four files of one directory or more become the directory, but for those that hold everybody's things " +
    "(/etc, /usr, /home, …) or hold something forbidden. What was denied is in the proposal as a comment only.",
    "Seen is what a task's own code asks Deno for. What a task starts is not: for a class that starts " +
    "processes /usr, /lib, /lib64 and /bin are proposed, and the second run tells whether that is enough.",
  ],
  exits: [
    ["ok", "the proposal was proved, or --no-prove was given"],
    ["failed", "it was not proved, or the flow failed"],
    "usage",
    "unreadable",
    "refused",
    "host",
    "interrupted",
    "closedPipe",
    "terminated",
  ],
  examples: [
    "bulkhead learn flow.yaml -p open.yaml --yes > proposed.yaml",
    "bulkhead learn flow.yaml -p open.yaml -i name=world --no-prove",
  ],
} as const satisfies CommandTable;
