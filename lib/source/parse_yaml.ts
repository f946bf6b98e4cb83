import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import {
  type Diagnostic,
  type Located,
  type LocatedEntry,
  type Source,
  StageError,
} from "../model/mod.ts";

/** The largest file that is read, in bytes. Kestra's own limit for a flow is far below. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** The most values a file may come to once its aliases are written out. */
const MAX_NODES = 500_000;
const MAX_DEPTH = 100;
const MAX_COMPLAINTS = 20;

/**
 * Reads one YAML document into values that know their places.
 *
 * Stricter than YAML, because a value that is lost here is a rule that is lost:
 * a key that stands twice, an unknown tag, a merge key and a second document are errors.
 * Aliases are written out, up to half a million values in all.
 *
 * @param text The file's text.
 * @param file Shown in diagnostics; never opened.
 * @returns The document's value; `undefined` for a file that says nothing.
 * @throws {StageError} With every problem found, `yaml/…`.
 */
export function parseYaml(text: string, file: string): Located | undefined {
  const lines = linesOf(text);
  const place = (offset: number): Source => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line, column: Math.max(col, 1) };
  };
  refuseControlCharacters(text, file);
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      prettyErrors: false,
      // Compares every key with every other; `entriesOf()` looks each one up.
      uniqueKeys: false,
      version: "1.2",
    });
  } catch (cause) {
    throw tooDeep(cause, { file, line: 1, column: 1 });
  }
  if (document.errors.some((it) => it.code === "RESOURCE_EXHAUSTION")) {
    throw tooDeep(new RangeError("the parser ran out of stack"), place(0));
  }
  const complaints = [...document.errors, ...document.warnings].slice(0, MAX_COMPLAINTS);
  if (complaints.length > 0) {
    throw new StageError(complaints.map((it): Diagnostic => ({
      code: CODES[it.code] ?? "yaml/syntax",
      severity: "error",
      message: `Cannot read YAML: ${FACTS[it.code] ?? firstLine(it.message)}`,
      at: place(it.pos[0]),
      ...(it.code === "MULTIPLE_DOCS" && { help: "Give each document a file of its own" }),
    })));
  }
  const walk: Walk = { document, place, budget: { nodes: 0 }, twins: new Map() };
  let root: Located | undefined;
  try {
    if (document.contents !== null) root = locate(document.contents, walk, 0);
  } catch (cause) {
    throw tooDeep(cause, place(0));
  }
  if (walk.twins.size > 0) throw new StageError([...walk.twins.values()]);
  return root;
}

/** The parser's own count misses lines behind a fault, and moves every later complaint. */
function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  for (let start = 0; start >= 0;) {
    lines.addNewLine(start);
    const end = text.indexOf("\n", start);
    start = end < 0 ? -1 : end + 1;
  }
  return lines;
}

const CODES: Readonly<Record<string, Diagnostic["code"]>> = {
  MULTIPLE_DOCS: "yaml/several-documents",
  TAG_RESOLVE_FAILED: "yaml/unknown-tag",
};

/** Facts that the parser words for its own callers. */
const FACTS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "it holds more than one document",
};

interface Walk {
  readonly document: Document.Parsed;
  readonly place: (offset: number) => Source;
  readonly budget: { nodes: number };
  /** Keys that stand twice, by offset: an alias leads to one again. */
  readonly twins: Map<number, Diagnostic>;
  /** What each alias stands for; worked out when the first is met. */
  targets?: ReadonlyMap<Alias, Node>;
}

function locate(node: Node, walk: Walk, depth: number): Located {
  const source = walk.place(node.range?.[0] ?? 0);
  if (++walk.budget.nodes > MAX_NODES) {
    throw failure(
      "yaml/too-many-values",
      `its aliases come to more than ${MAX_NODES} values`,
      source,
    );
  }
  if (depth > MAX_DEPTH) {
    throw failure("yaml/too-deep", `it nests deeper than ${MAX_DEPTH} levels`, source);
  }
  if (isAlias(node)) {
    walk.targets ??= targetsOf(walk.document);
    const target = walk.targets.get(node);
    if (target === undefined) {
      throw failure("yaml/unknown-alias", `no anchor "${node.source}" stands before it`, source);
    }
    return locate(target, walk, depth + 1);
  }
  if (isMap(node)) return { kind: "map", entries: entriesOf(node, walk, depth + 1), source };
  if (isSeq(node)) {
    return {
      kind: "list",
      items: node.items.map((item) =>
        item === null
          ? { kind: "scalar", value: null, source }
          : locate(item as Node, walk, depth + 1)
      ),
      source,
    };
  }
  if (isScalar(node)) return { kind: "scalar", value: scalarOf(node.value, source), source };
  throw failure("yaml/syntax", "a value of an unknown kind", source);
}

/** The last node of an alias's name that begins before it: one pass for all of them. */
function targetsOf(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function entriesOf(
  node: YAMLMap,
  walk: Walk,
  depth: number,
): ReadonlyMap<string, LocatedEntry> {
  const entries = new Map<string, LocatedEntry>();
  for (const pair of node.items) {
    const key = pair.key as Node | null;
    const offset = key?.range?.[0] ?? node.range?.[0] ?? 0;
    const source = walk.place(offset);
    if (!isScalar(key) || key.value === null) {
      throw failure("yaml/key-not-text", "a key is not text", source);
    }
    const name = String(key.value);
    if (name === "<<") {
      throw failure("yaml/merge-key", 'merge keys ("<<") are not supported', source);
    }
    if (entries.has(name) && walk.twins.size < MAX_COMPLAINTS) {
      walk.twins.set(offset, {
        code: "yaml/duplicate-key",
        severity: "error",
        message: "Cannot read YAML: a key stands twice in one map",
        at: source,
      });
    }
    const value = pair.value as Node | null;
    entries.set(name, {
      key: source,
      value: value === null ? { kind: "scalar", value: null, source } : locate(value, walk, depth),
    });
  }
  return entries;
}

function scalarOf(value: unknown, source: Source): string | number | boolean | null {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      throw failure("yaml/not-a-number", `"${value}" has no meaning here`, source);
    case "bigint":
      return Number(value);
    default:
      if (value === null || value === undefined) return null;
      throw failure("yaml/unknown-tag", "a value of an unknown kind", source);
  }
}

function refuseControlCharacters(text: string, file: string): void {
  // deno-lint-ignore no-control-regex
  const found = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.exec(text);
  if (found === null) return;
  const before = text.slice(0, found.index).split("\n");
  throw failure("yaml/control-character", "it holds a control character: is it text at all?", {
    file,
    line: before.length,
    column: before.at(-1)!.length + 1,
  });
}

function failure(code: Diagnostic["code"], fact: string, at: Source): StageError {
  return new StageError([
    { code, severity: "error", message: `Cannot read YAML: ${fact}`, at },
  ]);
}

/** The parser recurses; a bomb of brackets ends in a `RangeError`. */
function tooDeep(cause: unknown, at: Source): unknown {
  return cause instanceof RangeError
    ? failure("yaml/too-deep", `it nests deeper than ${MAX_DEPTH} levels`, at)
    : cause;
}

function firstLine(message: string): string {
  const line = message.split("\n")[0]!.trim().replace(/[.:]$/, "");
  return line.charAt(0).toLowerCase() + line.slice(1);
}
