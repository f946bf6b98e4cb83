import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE } from "./shared_options.ts";

/** What there are schemas of. */
export const SCHEMAS = ["policy", "flow", "test"] as const;

/** `schema`, as data. */
export const SCHEMA = {
  synopsis: `${SCHEMAS.join("|")} [options]`,
  operands: SCHEMAS,
  options: EVERYWHERE,
  notes: [
    "A schema knows keys and types; check and plan say more. It is of draft-07, which every " +
    "version of yaml-language-server reads: VS Code and Helix use that.",
  ],
  exits: ["ok", "usage", "closedPipe"],
  examples: [
    "bulkhead schema policy > policy.schema.json",
    "bulkhead schema flow > flow.schema.json",
    "# yaml-language-server: $schema=flow.schema.json      (first line of a flow)",
  ],
} as const satisfies CommandTable;
