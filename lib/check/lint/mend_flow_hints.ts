import { ALIASES, canonicalClass } from "../../catalog/aliases.ts";
import type { Diagnostic, Fix, Located, LocatedMap, Source, TextEdit } from "../../model/mod.ts";
import { findLocated, keyOfPlace } from "../../source/mod.ts";
import type { LintContext } from "./lint_rule.ts";
import { expressionsIn } from "./written/expressions_in.ts";
import { linesOf, placeAt, replaceWord } from "./written/place_at.ts";
import { textsIn, wordAt, writtenFlow } from "./written/written_flow.ts";

/** A fix, and the place of the complaint that it is for. */
interface Mend {
  readonly anchor: Source;
  readonly title: string;
  /** `undefined` among them: a place where the file cannot be changed safely, and so nowhere. */
  readonly edits: readonly (TextEdit | undefined)[];
}

type Texts = Pick<LintContext, "texts">;

/**
 * Adds the way out to what the parser says of words that Kestra 2.0 removed, where it is another word
 * that both Kestra 1.x and 2.0 take.
 *
 * Not `runIf`, `maxAttempt`, `conditions` and the like: what 2.0 has in their place no 1.x knows.
 *
 * @param diagnostics Of one flow; all that are not about that come back as they are.
 */
export function mendFlowHints(
  diagnostics: readonly Diagnostic[],
  root: LocatedMap,
  context: Texts,
): readonly Diagnostic[] {
  const removed = diagnostics.filter((it) => it.code === "flow/removed-in-2");
  if (removed.length === 0) return diagnostics;
  const fixes = new Map<string, Fix>();
  for (const { anchor, title, edits } of mendsOf(root, context)) {
    const sure = edits.filter((it) => it !== undefined);
    if (sure.length === 0 || sure.length < edits.length) continue;
    // An alias leads to the place of its anchor once more.
    const once = new Map(sure.map((it) => [keyOfPlace(it.at), it]));
    fixes.set(keyOfPlace(anchor), { title, edits: [...once.values()] });
  }
  return diagnostics.map((it) => {
    const fix = it.code === "flow/removed-in-2" && it.at !== undefined
      ? fixes.get(keyOfPlace(it.at))
      : undefined;
    return fix === undefined ? it : { ...it, fix };
  });
}

function* mendsOf(root: LocatedMap, context: Texts): Generator<Mend> {
  const old = writtenFlow(root).tasks.map((it) => it.type)
    .filter((it) => canonicalClass(it.value) !== it.value);
  if (old[0] !== undefined && !goesByOldNames(root)) {
    const all = classesIn(root).filter((it) => canonicalClass(it.value) !== it.value);
    yield {
      anchor: old[0].source,
      title: all.length === 1
        ? `write ${canonicalClass(old[0].value)}`
        : `write the ${all.length} classes by the names they have today`,
      edits: all.map((it) => replaceWord(context, it.source, it.value, canonicalClass(it.value))),
    };
  }
  const defaults = root.entries.get("taskDefaults");
  if (defaults !== undefined && !root.entries.has("pluginDefaults")) {
    yield {
      anchor: defaults.key,
      title: 'replace "taskDefaults" by "pluginDefaults"',
      edits: [replaceWord(context, defaults.key, "taskDefaults", "pluginDefaults")],
    };
  }
  yield* mendsOfInputs(root, context);
  yield* mendsOfJson(root, context);
}

/** Whether a default of the flow is for an old package, which fits the old names and not today's. */
function goesByOldNames(root: LocatedMap): boolean {
  return ["pluginDefaults", "taskDefaults"].some((key) => {
    const list = root.entries.get(key)?.value;
    return list?.kind === "list" && list.items.some((it) => {
      const type = it.kind === "map" ? wordAt(it, "type") ?? "" : "";
      return !ALIASES.has(type) && ALIASES.keys().some((old) => old.startsWith(type));
    });
  });
}

/** Classes that are named anywhere, task runners and triggers among them. */
function classesIn(value: Located): readonly { readonly value: string; readonly source: Source }[] {
  return textsIn(value).filter(({ path }) => path.at(-1) === "type")
    .map(({ scalar }) => ({ value: scalar.value, source: scalar.source }));
}

function* mendsOfInputs(root: LocatedMap, context: Texts): Generator<Mend> {
  const list = root.entries.get("inputs")?.value;
  const inputs = list?.kind === "list" ? list.items.filter((it) => it.kind === "map") : [];
  const named = inputs.flatMap((it) => it.entries.get("name") ?? []);
  if (
    named[0] !== undefined && !inputs.some((it) => ["id", "name"].every((k) => it.entries.has(k)))
  ) {
    yield {
      anchor: named[0].value.source,
      title: 'replace "name" by "id"',
      edits: named.map((it) => replaceWord(context, it.key, "name", "id")),
    };
  }
  for (const [old, today] of [["ENUM", "SELECT"], ["BOOLEAN", "BOOL"]] as const) {
    const found = inputs.flatMap((it) => {
      const type = findLocated(it, ["type"]);
      return type?.kind === "scalar" && type.value === old ? [type] : [];
    });
    if (found[0] === undefined) continue;
    yield {
      anchor: found[0].source,
      title: `replace "${old}" by "${today}"`,
      edits: found.map((it) => replaceWord(context, it.source, old, today)),
    };
  }
}

/** Of a flow that says it more often nobody is shown a change. */
const MOST_WORDS = 200;

const JSON_WORDS = [
  // The same letters as the parser looks for.
  { pattern: /(?<![\w.])json(?=\s{0,9}\()/g, today: "fromJson", not: /\|\s{0,9}$/ },
  { pattern: /(?<=\|\s{0,9})json(?![\w(])/g, today: "toJson", not: undefined },
];

function* mendsOfJson(root: LocatedMap, context: Texts): Generator<Mend> {
  const texts = textsIn(root).filter(({ scalar }) =>
    scalar.value.includes("json") && scalar.value.includes("{")
  );
  for (const { pattern, today, not } of JSON_WORDS) {
    const found = texts.flatMap(({ scalar }) =>
      expressionsIn(scalar.value).flatMap(({ bare, offset }) =>
        [...bare.matchAll(pattern)]
          .filter(({ index }) => !not?.test(bare.slice(Math.max(0, index - 10), index)))
          .map((it) => ({ scalar, offset: offset + it.index }))
      )
    );
    // Each place costs a look through its text.
    if (found[0] === undefined || found.length > MOST_WORDS) continue;
    yield {
      anchor: found[0].scalar.source,
      title: `replace "json" by "${today}"`,
      edits: found.map(({ scalar, offset }) => {
        const at = placeAt(context, scalar, offset);
        // In a folded or escaped text the place of a word is not known.
        return at !== scalar.source &&
            linesOf(context, at.file)[at.line - 1]?.startsWith("json", at.column - 1)
          ? { at, end: { line: at.line, column: at.column + 4 }, text: today }
          : undefined;
      }),
    };
  }
}
