import { canonicalClass } from "../../../catalog/aliases.ts";
import type { Diagnostic, Located, LocatedMap, PluginDefault, Source } from "../../../model/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";

/** A value of a default, and the keys that lead to it. */
type Leaf = readonly [path: string, value: Located];

function leavesOf(map: LocatedMap, above = ""): readonly Leaf[] {
  return [...map.entries].flatMap(([key, { value }]): readonly Leaf[] =>
    value.kind === "map" && value.entries.size > 0
      ? leavesOf(value, `${above}${key}.`)
      : [[`${above}${key}`, value]]
  );
}

/** Defaults of one file that are for the same, and of which each key has one winner. */
function* find({ policy }: LintContext): Generator<Diagnostic> {
  if (policy === undefined) return;
  const groups = Map.groupBy(
    policy.defaults,
    (it) => `${it.type.source.file}\n${canonicalClass(it.type.value)}\n${it.ref?.value ?? ""}`,
  );
  for (const list of groups.values()) {
    const won = new Map<string, Source>();
    for (const it of byStrength(list, policy.forcedPrecedence === "flow-first")) {
      const leaves = leavesOf(it.values);
      // Lists are joined, so that each of them counts.
      const beaten = leaves.filter(([path, value]) => value.kind !== "list" && won.has(path));
      if (leaves.length > 0 && beaten.length === leaves.length) {
        yield {
          code: "check/idle-default",
          severity: "warning",
          message: `Default for "${it.type.value}" has no effect: another one sets all of its keys`,
          at: it.type.source,
          related: [{ message: `"${beaten[0]![0]}" is set here`, at: won.get(beaten[0]![0])! }],
          help: it.forced
            ? "Of forced defaults for one class the last one counts. Leave one of the two out"
            : "A forced default counts before others, and of these the first. Leave one of the two out",
        };
      }
      for (const [path, value] of leaves) {
        if (value.kind !== "list" && !won.has(path)) won.set(path, value.source);
      }
    }
  }
}

/** Those whose values count come first. */
function byStrength(
  list: readonly PluginDefault[],
  isFirstForced: boolean,
): readonly PluginDefault[] {
  const forced = list.filter((it) => it.forced);
  return [
    ...isFirstForced ? forced : forced.toReversed(),
    ...list.filter((it) => !it.forced),
  ];
}

const policy = (second: string) =>
  `kestra:
  plugins:
    defaults:
      - type: io.kestra.plugin.scripts.shell.Commands
        forced: true
        values:
          containerImage: ubuntu:24.04
      - type: io.kestra.plugin.scripts.shell.Commands
        values:
          ${second}
`;

/** Defaults that others beat in each of their keys. */
export const IDLE_DEFAULT: LintRule = {
  code: "check/idle-default",
  severity: "warning",
  title: "a default never takes effect",
  why:
    "Of forced defaults for one class the one that is listed last counts, as in Kestra since 1.3.22; of " +
    "others the first; and forced ones beat others. A default all of whose keys another one sets does nothing. " +
    "Lists are joined, so that both count.",
  bad: policy("containerImage: alpine:3.20"),
  good: policy("timeout: PT5M"),
  find,
};
