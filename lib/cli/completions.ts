import { nearest } from "../source/nearest.ts";
import { defineCommand, UsageError } from "./command.ts";
import { bashCompletions } from "./completions/bash.ts";
import { fishCompletions } from "./completions/fish.ts";
import { type Shell, SHELLS } from "./completions/shells.ts";
import { zshCompletions } from "./completions/zsh.ts";
import { ExitCode } from "./exit_code.ts";
import { loadSheets, type Sheet } from "./load_sheets.ts";
import { COMPLETIONS } from "./tables/completions.ts";

const SCRIPTS: Readonly<Record<Shell, (sheets: readonly Sheet[]) => string>> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

/** `completions`: a script that a shell reads. */
export const completions = defineCommand(COMPLETIONS, async ({ positionals }, io) => {
  const [name, ...more] = positionals;
  const known = SHELLS.join(", ");
  if (name === undefined) {
    throw new UsageError("Cannot write completions: no shell given", `There are ${known}`);
  }
  if (more.length > 0) {
    throw new UsageError(`Cannot write completions for "${more[0]}" as well: one shell at a time`);
  }
  const shell = SHELLS.find((it) => it === name);
  if (shell === undefined) {
    const near = nearest(name, SHELLS);
    throw new UsageError(
      `Cannot write completions for "${name}": there are ${known}`,
      near && `Did you mean "${near}"?`,
    );
  }
  io.out(SCRIPTS[shell](await loadSheets()));
  return ExitCode.ok;
});
