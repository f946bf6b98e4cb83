import type { ExitName } from "./exit_code.ts";

/** What a shell offers where a value is expected. */
export type Completion = "file" | "directory" | "command" | readonly string[];

/** One option, by its long name. */
export interface OptionTable {
  /** One letter. */
  readonly short?: string;
  /** What stands for its value in texts: `PATH`. Without one it is a flag. */
  readonly value?: string;
  /** The values that it takes; any other is wrong usage. */
  readonly choices?: readonly string[];
  /** May be given more than once. */
  readonly multiple?: true;
  /** One line, no capital, no period. */
  readonly about: string;
  readonly completes?: Completion;
}

/**
 * What there is to know of a command without loading it: `--help`, completions, the manual page
 * and the reading of the command line are all made from this.
 */
export interface CommandTable {
  /** What stands behind its name: `FLOW… [options]`. */
  readonly synopsis: string;
  /** What its operands are. */
  readonly operands?: Completion;
  readonly options: Readonly<Record<string, OptionTable>>;
  /** What there is to say beyond the options; each a paragraph. */
  readonly notes?: readonly string[];
  /** The codes it ends with; with a text where it means something narrower than others do. */
  readonly exits: readonly (ExitName | readonly [ExitName, string])[];
  readonly examples: readonly string[];
}

type ValueOf<O extends OptionTable> = O extends { readonly multiple: true } ? readonly string[]
  : O extends { readonly choices: readonly (infer C)[] } ? C | undefined
  : O extends { readonly value: string } ? string | undefined
  : boolean;

/** A command line that was read by a table. */
export interface Args<T extends CommandTable = CommandTable> {
  readonly positionals: readonly string[];
  /** By long name. A flag is `false` and a list empty where it was not given. */
  readonly values: { readonly [K in keyof T["options"]]: ValueOf<T["options"][K]> };
}
