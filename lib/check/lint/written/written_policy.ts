import type { Fix, Located, LocatedEntry, LocatedMap, Sourced } from "../../../model/mod.ts";
import { camelCase } from "../../../policy/keys.ts";
import type { LintContext } from "../lint_rule.ts";
import { linesOf } from "./place_at.ts";

/** What stands at a path of keys of a policy file, each in either spelling. */
export function entryAt(root: LocatedMap, path: string): LocatedEntry | undefined {
  let at: LocatedEntry | undefined = { key: root.source, value: root };
  for (const step of path.split("/")) {
    at = at?.value.kind === "map"
      ? [...at.value.entries].find(([key]) => camelCase(key) === camelCase(step))?.[1]
      : undefined;
  }
  return at;
}

/** The items of a list of a policy file; none where there is no list. */
export function itemsAt(root: LocatedMap, path: string): readonly Located[] {
  const list = entryAt(root, path)?.value;
  return list?.kind === "list" ? list.items : [];
}

/** The texts of a list of a policy file, as they are written. */
export function wordsAt(root: LocatedMap, path: string): readonly Sourced<string>[] {
  return itemsAt(root, path).flatMap((it) =>
    it.kind === "scalar" ? [{ value: String(it.value), source: it.source }] : []
  );
}

/** Where the lists of `kestra.ee.java-security` stand. */
export const JAVA_SECURITY = "kestra/ee/java-security";

/** Whether the block `java-security` of a file has an effect. */
export function isEnabled(root: LocatedMap): boolean {
  const enabled = entryAt(root, `${JAVA_SECURITY}/enabled`)?.value;
  return enabled?.kind === "scalar" && enabled.value === true;
}

/**
 * Takes an item out of a list that is written with one item a line.
 *
 * @param item Of a list that holds another one beside it.
 * @returns `undefined` where more stands on its line, or it spans several.
 */
export function dropItem(
  context: Pick<LintContext, "texts">,
  { value, source }: Sourced<string>,
): Fix | undefined {
  const line = linesOf(context, source.file)[source.line - 1] ?? "";
  const before = line.slice(0, source.column - 1);
  const rest = line.slice(source.column - 1);
  const written = /^(?:"[^"]*"|'[^']*'|[^#]*?)(?=\s*(?:\s#.*)?$)/.exec(rest)?.[0];
  if (!/^\s*-\s+$/.test(before) || written?.replace(/^(["'])(.*)\1$/, "$2") !== value) {
    return undefined;
  }
  return {
    title: `leave "${value}" out`,
    edits: [{
      at: { file: source.file, line: source.line, column: 1 },
      end: { line: source.line + 1, column: 1 },
      text: "",
    }],
  };
}
