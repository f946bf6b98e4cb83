import { findLocated } from "../../source/mod.ts";
import type { Because, Located, LocatedMap, Policy, Source } from "../../model/mod.ts";

/** One rule of a policy, and where it stands. */
export interface RuleLine {
  /** `forbiddenPaths /etc`, `limits.memoryBytes`. */
  readonly rule: string;
  readonly at: Source;
  /** All places that mean this rule. */
  readonly places: readonly Source[];
  /** What is said of it where it has no place to point at. */
  readonly said?: string;
}

/** What of a policy is no rule of its own. */
const NO_RULES: readonly string[] = ["files", "digest", "warnings", "tests", "defaults", "rules"];

/**
 * Every rule of a policy that can decide something: each entry of a list, each mode, each limit, each
 * value of a default, each rule of Kestra 2.0. Found by walking the policy itself, so that nothing which
 * a policy can say is left out.
 *
 * @param roots The YAML of its files: a list that is empty has no entry in the policy.
 * @returns In the order of the files, and of their lines.
 */
export function ruleLines(
  policy: Policy,
  roots: ReadonlyMap<string, LocatedMap>,
): readonly RuleLine[] {
  const found: RuleLine[] = [];
  for (const [key, value] of Object.entries(policy)) {
    if (!NO_RULES.includes(key)) walk(value, key, found);
  }
  for (const { type, values } of policy.defaults) {
    leavesOf(values, "").forEach(({ path, source }) =>
      found.push({ rule: `default of ${type.value}: ${path}`, at: source, places: [source] })
    );
  }
  for (const { id, rules } of policy.rules) {
    for (const it of rules) {
      const short = it.type.replace(/^.*\./, "");
      found.push({ rule: `policy "${id.value}": ${short}`, at: it.source, places: sourcesIn(it) });
    }
  }
  found.push(...emptyLists(roots));
  const files = policy.files.map((it) => it.file);
  return found.filter((it) => files.includes(it.at.file)).toSorted((a, b) =>
    files.indexOf(a.at.file) - files.indexOf(b.at.file) || a.at.line - b.at.line ||
    a.at.column - b.at.column
  );
}

/** Whether one of these is that rule. */
export function isDecided({ places, said }: RuleLine, because: Because): boolean {
  const { source, rule } = because;
  if (source === "built-in") return said !== undefined && rule === said;
  return places.some((it) => it.file === source.file && it.line === source.line);
}

function walk(value: unknown, name: string, found: RuleLine[]): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const it of value) walk(it, name, found);
    return;
  }
  if (isSource(value)) {
    found.push({ rule: name, at: value, places: [value] });
    return;
  }
  const { value: said, source } = value as { value?: unknown; source?: unknown };
  if (isSource(source)) {
    found.push({ rule: `${name}: ${said}`, at: source, places: [source] });
    return;
  }
  for (const [key, it] of Object.entries(value)) walk(it, `${name}.${key}`, found);
}

function isSource(value: unknown): value is Source {
  return typeof value === "object" && value !== null && "line" in value && "column" in value &&
    "file" in value;
}

/** The places in a rule, whatever it is made of. */
function sourcesIn(value: unknown): readonly Source[] {
  if (typeof value !== "object" || value === null) return [];
  if (isSource(value)) return [value];
  const parts = value instanceof Map ? [...value.values()] : Object.values(value);
  return parts.flatMap(sourcesIn);
}

function leavesOf(value: Located, path: string): readonly { path: string; source: Source }[] {
  if (value.kind === "map" && value.entries.size > 0) {
    return [...value.entries].flatMap(([key, it]) =>
      leavesOf(it.value, path === "" ? key : `${path}.${key}`)
    );
  }
  if (value.kind === "list" && value.items.length > 0) {
    return value.items.flatMap((it, i) => leavesOf(it, `${path}[${i}]`));
  }
  return [{ path, source: value.source }];
}

/** A list of hosts that is empty is a rule: nobody is reached. */
function emptyLists(roots: ReadonlyMap<string, LocatedMap>): readonly RuleLine[] {
  return [...roots.values()].flatMap((root) => {
    const list = findLocated(root, ["bulkhead", "network", "allow"]);
    return list?.kind === "list" && list.items.length === 0
      ? [{
        rule: "network.allow: nobody",
        at: list.source,
        places: [list.source],
        said: "bulkhead.network.allow is empty",
      }]
      : [];
  });
}
