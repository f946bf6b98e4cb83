import type { Diagnostic } from "../model/mod.ts";
import type { PackedYaml } from "../source/mod.ts";

/** A file whose text was read. */
export interface TextOfFile {
  readonly file: string;
  readonly text: string;
}

/** What `parseYaml()` says of a text, on its way between threads. Empty for one that says nothing. */
export interface PackedRead {
  readonly packed?: PackedYaml;
  readonly complaints?: readonly Diagnostic[];
}

/** The answer to some texts, in their order. */
export type FromYamlThread = readonly PackedRead[];
