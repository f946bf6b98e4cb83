import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE } from "./shared_options.ts";

/** `man`, as data. */
export const MAN = {
  synopsis: "[options]",
  options: EVERYWHERE,
  exits: ["ok", "usage", "closedPipe"],
  examples: [
    "bulkhead man | man -l -",
    "bulkhead man > ~/.local/share/man/man1/bulkhead.1",
  ],
} as const satisfies CommandTable;
