import type { CommandTable } from "./command_table.ts";
import { COMMANDS } from "./commands.ts";

/** A command with its table, for texts about all of them. */
export interface Sheet {
  readonly name: string;
  readonly summary: string;
  readonly table: CommandTable;
}

/** Loads the tables of every command, and nothing of what they do. */
export async function loadSheets(): Promise<readonly Sheet[]> {
  return await Promise.all(COMMANDS.map(async ({ name, summary, table }) => (
    { name, summary, table: await table() }
  )));
}
