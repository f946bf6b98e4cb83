/** An import where it is written: line and character count from 0. */
export interface WrittenImport {
  readonly specifier: string;
  readonly line: number;
  readonly character: number;
}
