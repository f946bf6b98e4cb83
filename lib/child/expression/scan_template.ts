import type { Segment } from "./ast.ts";
import { Fault } from "./fault.ts";
import { type Token, tokenize } from "./tokenize.ts";

/** A stretch of a template. Comments are gone. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "raw"; readonly text: string; readonly source: string }
  | {
    readonly kind: "print" | "tag";
    readonly tokens: readonly Token[];
    readonly segment: Segment;
  };

const RAW_TAG = /\{%-?\s*(raw|verbatim)\s*-?%\}/y;
const RAW_ENDS: ReadonlyMap<string, RegExp> = new Map([
  ["raw", /\{%-?\s{0,99}endraw\s{0,99}-?%\}/g],
  ["verbatim", /\{%-?\s{0,99}endverbatim\s{0,99}-?%\}/g],
]);

/**
 * Cuts a template into text, `{{…}}` and `{%…%}`, and tokenizes the latter.
 *
 * A dash inside a delimiter trims the white space before or behind it. What stands between
 * `{% raw %}` and `{% endraw %}` is text as it is, untrimmed.
 *
 * @throws {Fault} When a delimiter, text or bracket is left open.
 */
export function scanTemplate(source: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let trim = false;
  const text = (from: number, to: number) => {
    const cut = source.slice(from, to);
    const left = trim ? cut.trimStart() : cut;
    const kept = source[to + 2] === "-" && !isRaw(source, to) ? left.trimEnd() : left;
    if (kept !== "") pieces.push({ kind: "text", text: kept });
    trim = false;
  };
  let at = 0;
  for (let start; (start = opening(source, at)) < source.length;) {
    text(at, start);
    const raw = rawTag(source, start);
    if (raw !== undefined) {
      pieces.push(raw.piece);
      at = raw.end;
    } else if (source[start + 1] === "#") {
      at = source.indexOf("#}", start + 2) + 2;
      if (at < 2) throw new Fault('"#}" is missing', undefined, { offset: start });
      trim = source[at - 3] === "-" && at - 3 > start + 1;
    } else {
      const [kind, close] = source[start + 1] === "{"
        ? ["print", "}}"] as const
        : ["tag", "%}"] as const;
      const from = start + (source[start + 2] === "-" ? 3 : 2);
      const { tokens, end, after } = tokenize(source, from, close);
      pieces.push({ kind, tokens, segment: { start, end } });
      trim = after === "trim";
      at = end;
    }
  }
  text(at, source.length);
  return pieces;
}

/** Where the next delimiter opens, or the template ends. */
function opening(source: string, from: number): number {
  for (let at = source.indexOf("{", from); at >= 0; at = source.indexOf("{", at + 1)) {
    const next = source[at + 1];
    if (next === "{" || next === "%" || next === "#") return at;
  }
  return source.length;
}

function isRaw(source: string, at: number): boolean {
  RAW_TAG.lastIndex = at;
  return RAW_TAG.test(source);
}

function rawTag(source: string, start: number) {
  RAW_TAG.lastIndex = start;
  const tag = RAW_TAG.exec(source);
  if (tag === null) return undefined;
  const from = start + tag[0].length;
  const ending = RAW_ENDS.get(tag[1]!)!;
  ending.lastIndex = from;
  const closing = ending.exec(source);
  if (closing === null) {
    throw new Fault(`"end${tag[1]}" is missing`, undefined, { offset: start });
  }
  const end = closing.index + closing[0].length;
  const text = source.slice(from, closing.index);
  const piece: Piece = { kind: "raw", text, source: source.slice(start, end) };
  return { piece, end };
}
