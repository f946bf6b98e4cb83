/** A glob without its alternatives, as regular expressions that RE2 reads. */
export interface GlobAlternative {
  /** Matches whole relative paths. */
  readonly path: string;
  /** Match segments that the glob itself begins with a dot. */
  readonly hidden: readonly string[];
}

/** What a glob means, or why it means nothing. */
export type Glob =
  | { readonly ok: true; readonly alternatives: readonly GlobAlternative[] }
  | { readonly ok: false; readonly fact: string };

/** One piece of a glob. */
type Piece =
  | { readonly kind: "literal"; readonly text: string }
  /** `*`, `**`, `?`. */
  | { readonly kind: "any" | "deep" | "one" }
  | { readonly kind: "set"; readonly source: string }
  | { readonly kind: "group"; readonly alternatives: readonly (readonly Piece[])[] };

/** More than this many alternatives is a mistake, or an attack. */
const MAX_ALTERNATIVES = 256;

/** What stops a glob from being read. */
class GlobFault extends Error {}

/**
 * Reads a glob as Java's `FileSystem.getPathMatcher` does: `*` and `?` stay within a name, `**`
 * does not, `{a,b}` is one or the other, `[a-c]` and `[!a-c]` are one letter, `\` takes what
 * follows as it is. Groups do not nest.
 *
 * @param text Without `glob:`.
 * @returns The fact completes `Cannot use pattern "…": `.
 */
export function readGlob(text: string): Glob {
  try {
    const alternatives = expand(readPieces([...text]));
    return {
      ok: true,
      alternatives: alternatives.map((pieces) => ({
        path: sourceOf(pieces, ".*"),
        hidden: segmentsOf(pieces).filter(beginsWithDot).map((it) => sourceOf(it, "[^/]*")),
      })),
    };
  } catch (error) {
    if (error instanceof GlobFault) return { ok: false, fact: error.message };
    throw error;
  }
}

function readPieces(letters: readonly string[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let group: { alternatives: Piece[][]; current: Piece[] } | undefined;
  const add = (piece: Piece) => void (group?.current ?? pieces).push(piece);
  for (let i = 0; i < letters.length;) {
    const letter = letters[i++]!;
    if (letter === "\\") {
      if (i === letters.length) throw new GlobFault("nothing follows its last backslash");
      add({ kind: "literal", text: letters[i++]! });
    } else if (letter === "*") {
      const deep = letters[i] === "*";
      if (deep) i++;
      add({ kind: deep ? "deep" : "any" });
    } else if (letter === "?") {
      add({ kind: "one" });
    } else if (letter === "[") {
      const set = readSet(letters, i);
      add({ kind: "set", source: set.source });
      i = set.next;
    } else if (letter === "{") {
      if (group !== undefined) throw new GlobFault('"{" stands inside another "{"');
      group = { alternatives: [], current: [] };
    } else if (letter === "," && group !== undefined) {
      group.alternatives.push(group.current);
      group.current = [];
    } else if (letter === "}" && group !== undefined) {
      pieces.push({ kind: "group", alternatives: [...group.alternatives, group.current] });
      group = undefined;
    } else {
      add({ kind: "literal", text: letter });
    }
  }
  if (group !== undefined) throw new GlobFault('a "{" is not closed');
  return pieces;
}

const SLASH = 0x2f;

/** Reads what stands between `[` and `]`; a set never matches a slash. */
function readSet(
  letters: readonly string[],
  from: number,
): { readonly source: string; readonly next: number } {
  let i = from;
  const negated = letters[i] === "!";
  if (negated) i++;
  const ranges: (readonly [number, number])[] = [];
  for (; letters[i] !== "]"; i++) {
    if (i >= letters.length) throw new GlobFault('a "[" is not closed');
    const first = letters[i]!.codePointAt(0)!;
    let last = first;
    if (letters[i + 1] === "-" && i + 2 < letters.length && letters[i + 2] !== "]") {
      last = letters[i + 2]!.codePointAt(0)!;
      i += 2;
      if (last < first) throw new GlobFault("a range in it ends before it begins");
    }
    if (first === SLASH || last === SLASH) throw new GlobFault('a "/" stands in brackets');
    ranges.push([first, last]);
  }
  if (ranges.length === 0) throw new GlobFault("its brackets are empty");
  const source = negated
    ? `[^${ranges.map(rangeSource).join("")}${codeSource(SLASH)}]`
    : `[${ranges.flatMap(withoutSlash).map(rangeSource).join("")}]`;
  return { source, next: i + 1 };
}

function withoutSlash(
  [first, last]: readonly [number, number],
): readonly (readonly [number, number])[] {
  if (first > SLASH || last < SLASH) return [[first, last]];
  return [[first, SLASH - 1], [SLASH + 1, last]];
}

function rangeSource([first, last]: readonly [number, number]): string {
  return first === last ? codeSource(first) : `${codeSource(first)}-${codeSource(last)}`;
}

function codeSource(code: number): string {
  return `\\x{${code.toString(16)}}`;
}

/** Each way through the groups. */
function expand(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  let all: readonly (readonly Piece[])[] = [[]];
  for (const piece of pieces) {
    const ways = piece.kind === "group" ? piece.alternatives : [[piece]];
    if (all.length * ways.length > MAX_ALTERNATIVES) {
      throw new GlobFault(`it has more than ${MAX_ALTERNATIVES} alternatives`);
    }
    all = all.flatMap((before) => ways.map((way) => [...before, ...way]));
  }
  return all;
}

function segmentsOf(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const segments: Piece[][] = [[]];
  for (const piece of pieces) {
    if (piece.kind === "literal" && piece.text === "/") segments.push([]);
    else segments.at(-1)!.push(piece);
  }
  return segments;
}

function beginsWithDot([first]: readonly Piece[]): boolean {
  return first?.kind === "literal" && first.text === ".";
}

function sourceOf(pieces: readonly Piece[], deep: string): string {
  return pieces.map((piece) => {
    switch (piece.kind) {
      case "literal":
        return codeSource(piece.text.codePointAt(0)!);
      case "any":
        return "[^/]*";
      case "deep":
        return deep;
      case "one":
        return "[^/]";
      case "set":
        return piece.source;
      case "group":
        throw new TypeError("groups were expanded");
    }
  }).join("");
}
