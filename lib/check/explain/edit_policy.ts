import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { PolicyEdit, Source } from "../../model/mod.ts";

/**
 * Changes the text of a policy file as a person would, to see what comes of it.
 *
 * Both spellings of a key are one key.
 *
 * @param edits Those of this file; their places are places in `text`.
 * @returns `undefined` where one of them cannot be made: there is nothing at its place, or something
 * else stands where it would put a list.
 */
export function editPolicy(text: string, edits: readonly PolicyEdit[]): EditedPolicy | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  if (document.errors.length > 0) return undefined;
  // All places are looked up before the first thing is moved.
  const made = edits.map((it) => {
    if (it.kind !== "remove") return () => put(document, it);
    const found = findAt(document, lines, it.at);
    return found && (() => take(document, found, it.whole === true));
  });
  for (const make of made) if (make === undefined || !make()) return undefined;
  const edited = document.toString({ lineWidth: 0 });
  return { text: edited, writtenAt: (at) => placesOf(document, lines, edited).get(keyOf(at)) };
}

/** The text of a policy file after edits. */
export interface EditedPolicy {
  readonly text: string;
  /** Where what stands at a place now stood before; `undefined` for what was not there. */
  readonly writtenAt: (at: Place) => Place | undefined;
}

type Place = Pick<Source, "line" | "column">;

/** Old places by new ones: both texts have the same tree, in which what is new has no old place. */
function placesOf(
  document: Document,
  lines: LineCounter,
  edited: string,
): ReadonlyMap<string, Place> {
  const newLines = new LineCounter();
  const places = new Map<string, Place>();
  const startOf = (node: unknown, counter: LineCounter): Place | undefined => {
    const range = (node as { range?: readonly number[] } | null)?.range;
    if (!range) return undefined;
    const { line, col } = counter.linePos(range[0]!);
    return { line, column: col };
  };
  const pair = (old: unknown, now: unknown): void => {
    const [before, after] = [startOf(old, lines), startOf(now, newLines)];
    if (before !== undefined && after !== undefined) places.set(keyOf(after), before);
    if (isMap(old) && isMap(now)) {
      for (const [i, it] of old.items.entries()) {
        pair(it.key, now.items[i]?.key);
        pair(it.value, now.items[i]?.value);
      }
    } else if (isSeq(old) && isSeq(now)) {
      for (const [i, it] of old.items.entries()) pair(it, now.items[i]);
    }
  };
  pair(document.contents, parseDocument(edited, { lineCounter: newLines }).contents);
  return places;
}

function keyOf({ line, column }: Place): string {
  return `${line}:${column}`;
}

/** An entry of a list, or a pair of a map, with what holds it. */
type Found =
  | { readonly list: YAMLSeq; readonly item: unknown }
  | { readonly map: YAMLMap; readonly pair: Pair };

function findAt(document: Document, lines: LineCounter, at: Source): Found | undefined {
  let found: Found | undefined;
  const isThere = (node: unknown) => {
    const range = (node as { range?: readonly number[] } | null)?.range;
    if (!range) return false;
    const { line, col } = lines.linePos(range[0]!);
    return line === at.line && col === at.column;
  };
  visit(document, {
    Seq(_, list) {
      const item = list.items.find(isThere);
      if (item !== undefined) found ??= { list, item };
    },
    Map(_, map) {
      const pair = map.items.find((it) => isThere(it.key) || isThere(it.value));
      if (pair !== undefined) found ??= { map, pair };
    },
  });
  return found;
}

function take(document: Document, found: Found, whole: boolean): boolean {
  if ("map" in found) {
    found.map.items.splice(found.map.items.indexOf(found.pair), 1);
    return true;
  }
  found.list.items.splice(found.list.items.indexOf(found.item), 1);
  if (!whole) return true;
  visit(document, {
    Map(_, map) {
      const pair = map.items.find((it) => it.value === found.list);
      if (pair === undefined) return;
      map.items.splice(map.items.indexOf(pair), 1);
      return visit.BREAK;
    },
  });
  return found.list.items.length === 0;
}

function put(document: Document, edit: Exclude<PolicyEdit, { kind: "remove" }>): boolean {
  if (document.contents === null) document.contents = document.createNode({}) as never;
  let map: unknown = document.contents;
  for (const [i, key] of edit.path.entries()) {
    if (!isMap(map)) return false;
    const pair = map.items.find((it) => camelCase(nameOf(it)) === camelCase(key));
    if (i === edit.path.length - 1) {
      const value = edit.kind === "add" ? [edit.value] : edit.value;
      if (pair === undefined) map.set(key, document.createNode(value));
      else if (edit.kind === "set") pair.value = document.createNode(value);
      else if (isSeq(pair.value)) pair.value.add(edit.value);
      else return false;
      return true;
    }
    if (pair === undefined || (isScalar(pair.value) && pair.value.value === null)) {
      // A block that is made must be on to mean anything.
      const made = document.createNode(key === "java-security" ? { enabled: true } : {});
      if (pair === undefined) map.set(key, made);
      else pair.value = made;
      map = made;
    } else map = pair.value;
  }
  return false;
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function camelCase(key: string): string {
  return key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
