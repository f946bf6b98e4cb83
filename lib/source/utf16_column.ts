/**
 * The place in a line of text, for who counts whole letters: those beyond the first 65,536 are
 * two units of a text here.
 *
 * @param characters From 0, in whole letters.
 * @returns The same from 0, in units of UTF-16.
 */
export function utf16Column(line: string, characters: number): number {
  let at = 0;
  for (let i = 0; i < characters && at < line.length; i++) {
    at += (line.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}
