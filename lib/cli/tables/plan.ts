import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE, QUESTION } from "./shared_options.ts";

/** `plan`, as data. */
export const PLAN = {
  synopsis: "FLOW… [options]",
  operands: "file",
  options: {
    json: { about: "one JSON document" },
    ...QUESTION,
    ...EVERYWHERE,
  },
  notes: ["Of a bundle all flows are shown, or those that are named. The node accepts none by it."],
  exits: [
    ["ok", "everything may run"],
    "usage",
    "unreadable",
    "refused",
    "host",
    "closedPipe",
  ],
  examples: [
    "bulkhead plan examples/demo.yaml -p policies/worker-isolation.yaml",
    "bulkhead plan flows/*.yaml -p policies/edge.yaml --json",
    "bulkhead plan --bundle node.tar --trust edge.pub",
  ],
} as const satisfies CommandTable;
