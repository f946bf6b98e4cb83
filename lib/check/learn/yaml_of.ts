/** One line of YAML, and why it is there. */
export interface YamlLine {
  /** How deep it stands: two spaces each. */
  readonly depth: number;
  readonly text: string;
  readonly comment?: string;
  /** The whole line is one: it is not meant to hold. */
  readonly isComment?: boolean;
}

/** Comments begin here where the line leaves room. */
const COLUMN = 56;

/** Writes lines of YAML with their comments behind them. */
export function yamlOf(lines: readonly YamlLine[]): string {
  return lines.map(({ depth, text, comment, isComment = false }) => {
    const written = `${"  ".repeat(depth)}${isComment ? "# " : ""}${text}`;
    // A comment ends with its line, and what is said of a task may hold anything.
    const said = comment?.replace(/[\r\n\u2028\u2029\u0085]+/g, " ");
    return said === undefined ? `${written}\n` : `${written.padEnd(COLUMN)} # ${said}\n`;
  }).join("");
}
