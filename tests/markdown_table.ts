/**
 * A table in Markdown, as `deno fmt` writes it.
 *
 * @param rows The first is the head; all have as many cells, of characters that are one column wide.
 */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((it) => it.replaceAll("|", "\\|")));
  const widths = cells[0]!.map((_, i) => Math.max(3, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((it, i) => it.padEnd(widths[i]!)).join(" | ")} |\n`;
  const [head, ...body] = cells;
  return line(head!) + line(widths.map((it) => "-".repeat(it))) + body.map(line).join("");
}
