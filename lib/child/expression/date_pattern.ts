import { Fault, quote } from "./fault.ts";

/** A piece of a date pattern: a field, written with `count` letters, or text as it is. */
export type PatternPart =
  | { readonly kind: "field"; readonly letter: Letter; readonly count: number }
  | { readonly kind: "text"; readonly text: string };

/** A letter of Java's `DateTimeFormatter` that we support. */
export type Letter = keyof typeof COUNTS;

/** The greatest count of each letter. */
const COUNTS = {
  y: 4,
  u: 4,
  M: 4,
  L: 4,
  d: 2,
  D: 3,
  E: 4,
  a: 1,
  H: 2,
  h: 2,
  m: 2,
  s: 2,
  S: 9,
  n: 9,
  X: 3,
  x: 3,
  Z: 3,
  V: 2,
} as const;

const LONGEST = 200;

/** The named formats of Kestra that are patterns; that of RFC 1123 but for its `GMT`. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ["iso", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"],
  ["iso_sec", "yyyy-MM-dd'T'HH:mm:ssXXX"],
  ["sql", "yyyy-MM-dd HH:mm:ss.SSSSSS"],
  ["sql_seq", "yyyy-MM-dd HH:mm:ss"],
  ["iso_date", "yyyy-MM-ddXXX"],
  ["iso_local_date", "yyyy-MM-dd"],
  ["iso_ordinal_date", "yyyy-DDDXXX"],
  ["rfc_1123_date_time", "EEE, d MMM yyyy HH:mm:ss XX"],
]);

/**
 * Reads a pattern of Java's `DateTimeFormatter`, or one of Kestra's names for one.
 *
 * @throws {Fault} For a letter we do not have. Java reserves all letters, so none is text
 * unless it is quoted: `'T'`.
 */
export function parsePattern(format: string): readonly PatternPart[] {
  if (format.length > LONGEST) throw new Fault(`the format is longer than ${LONGEST} characters`);
  const pattern = NAMED.get(format) ?? format;
  const parts: PatternPart[] = [];
  for (let at = 0; at < pattern.length;) {
    const char = pattern[at]!;
    if (char === "'") {
      const { text, end } = quoted(pattern, at);
      parts.push({ kind: "text", text });
      at = end;
    } else if (/[A-Za-z]/.test(char)) {
      let end = at;
      while (pattern[end] === char) end++;
      parts.push(field(char, end - at, format));
      at = end;
    } else if ("[]{}#".includes(char)) {
      throw new Fault(`"${char}" in a date format is not supported`);
    } else {
      parts.push({ kind: "text", text: char });
      at++;
    }
  }
  return parts;
}

function field(char: string, count: number, format: string): PatternPart {
  if (Object.hasOwn(COUNTS, char)) {
    const letter = char as Letter;
    const twoOnly = letter === "V" && count !== 2;
    if (count <= COUNTS[letter] && !twoOnly) return { kind: "field", letter, count };
  }
  const named = [...NAMED.keys()].join(", ");
  throw new Fault(
    `${quote(char.repeat(count))} in the date format ${quote(format)} is not supported`,
    `Letters of a text need single quotes; named formats are: ${named}`,
  );
}

function quoted(pattern: string, start: number): { readonly text: string; readonly end: number } {
  if (pattern[start + 1] === "'") return { text: "'", end: start + 2 };
  let text = "";
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] !== "'") {
      text += pattern[at];
    } else if (pattern[at + 1] === "'") {
      text += "'";
      at++;
    } else {
      return { text, end: at + 1 };
    }
  }
  throw new Fault(`the date format ${quote(pattern)} has an open quote`);
}
