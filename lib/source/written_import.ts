/** An import where it is written. */
export interface WrittenImport {
  readonly specifier: string;
  /** Loaded when the code comes to it, and not with its module. */
  readonly isDynamic: boolean;
  /** From 0. */
  readonly line: number;
  /** From 0, as Deno counts: whole letters, where a text here counts halves of some. */
  readonly character: number;
}
