/** Two lines of a page, between which its text is made from a run. */
export interface Markers {
  readonly begin: string;
  readonly end: string;
}

/**
 * The text between two markers of a page.
 *
 * @throws {RangeError} When the page does not have both, in this order.
 */
export function markedText(page: string, markers: Markers): string {
  const [from, to] = place(page, markers);
  return `${page.slice(from, to).trim()}\n`;
}

/**
 * The page with this text between its markers, and nothing else changed.
 *
 * @throws {RangeError} When the page does not have both, in this order.
 */
export function withMarkedText(page: string, markers: Markers, text: string): string {
  const [from, to] = place(page, markers);
  return `${page.slice(0, from)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}

function place(page: string, { begin, end }: Markers): [number, number] {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`the page has no "${begin}" before "${end}"`);
  return [from + begin.length, to];
}
