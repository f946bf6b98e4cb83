import { defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { loadSheets } from "./load_sheets.ts";
import { manPage } from "./man_page.ts";
import { MAN } from "./tables/man.ts";

/** `man`: the manual page. */
export const man = defineCommand(MAN, async ({ positionals }, io) => {
  if (positionals.length > 0) {
    throw new UsageError(`Cannot show "${positionals[0]}": there is one page, about all commands`);
  }
  io.out(manPage(await loadSheets()));
  return ExitCode.ok;
});
