import type { CommandTable } from "../command_table.ts";
import { SHELLS } from "../completions/shells.ts";
import { EVERYWHERE } from "./shared_options.ts";

/** `completions`, as data. */
export const COMPLETIONS = {
  synopsis: `${SHELLS.join("|")} [options]`,
  operands: SHELLS,
  options: EVERYWHERE,
  notes: [
    "The script knows commands, options and the values they take; it never starts bulkhead.",
  ],
  exits: ["ok", "usage", "closedPipe"],
  examples: [
    "source <(bulkhead completions bash)              # in ~/.bashrc",
    "source <(bulkhead completions zsh)               # in ~/.zshrc, after compinit",
    "bulkhead completions fish | source               # in ~/.config/fish/config.fish",
  ],
} as const satisfies CommandTable;
