import type { Diagnostic, LocatedMap, PluginDefault, Source } from "../model/mod.ts";
import { toPlain } from "../source/to_plain.ts";

/**
 * Finds defaults of different `type` that reach the same tasks and set one key to two values.
 *
 * In Kestra Java's hash order decides between them; here the longer `type` wins, and whoever
 * wrote both should know. Linear in the number of defaults.
 */
export function findOverlaps(defaults: readonly PluginDefault[]): readonly Diagnostic[] {
  const byType = Map.groupBy(defaults, (it) => it.type.value);
  return defaults.flatMap((specific) => {
    const { value } = specific.type;
    const shorter = Array.from({ length: value.length }, (_, i) => value.slice(0, i))
      .flatMap((it) => byType.get(it) ?? [])
      .filter((it) => it.forced === specific.forced && it.ref?.value === specific.ref?.value);
    return shorter.flatMap((general) => {
      const clash = firstClash(specific.values, general.values);
      return clash === undefined ? [] : [
        {
          code: "policy/default-overlap",
          severity: "warning",
          message:
            `"${clash.key}" is set by the defaults of "${value}" and of "${general.type.value}": the longer wins`,
          at: clash.at,
          related: [{ message: "the one that does not count", at: clash.other }],
        } as const,
      ];
    });
  });
}

function firstClash(
  a: LocatedMap,
  b: LocatedMap,
): { readonly key: string; readonly at: Source; readonly other: Source } | undefined {
  for (const [key, { value }] of a.entries) {
    const other = b.entries.get(key)?.value;
    if (other === undefined || (value.kind === "list" && other.kind === "list")) continue;
    if (value.kind === "map" && other.kind === "map") {
      const inner = firstClash(value, other);
      if (inner !== undefined) return { ...inner, key: `${key}.${inner.key}` };
    } else if (JSON.stringify(toPlain(value)) !== JSON.stringify(toPlain(other))) {
      return { key, at: value.source, other: other.source };
    }
  }
  return undefined;
}
