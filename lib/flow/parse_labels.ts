import type { Located, Source } from "../model/mod.ts";
import { findLocated } from "../source/mod.ts";
import { type Findings, wrongValue } from "./findings.ts";
import { isNull, kindOf, textOf } from "./located_values.ts";

/** The one label of Kestra's own that a flow may set itself (`FlowValidator`). */
const READ_ONLY = "system.readOnly";

/**
 * Reads labels: a map, or a list of key and value.
 *
 * @returns Each label once; of two with one key the later wins, as in Kestra.
 */
export function parseLabels(
  value: Located | undefined,
  { problems }: Findings,
): Record<string, string> {
  if (value === undefined || isNull(value)) return {};
  if (value.kind === "scalar") {
    problems.push(
      wrongValue(
        '"labels"',
        `expected a map, or a list of key and value, got ${kindOf(value)}`,
        value.source,
      ),
    );
    return {};
  }
  const pairs = value.kind === "map"
    ? [...value.entries].map(([key, it]): Pair => ({ key, value: it.value, at: it.key }))
    : value.items.map((it): Pair => ({
      key: textOf(findLocated(it, ["key"])),
      value: findLocated(it, ["value"]),
      at: it.source,
    }));
  return Object.fromEntries(pairs.flatMap(({ key, value: it, at }) => {
    if (key === undefined || (it !== undefined && it.kind !== "scalar")) {
      problems.push(
        wrongValue(
          key === undefined ? '"labels"' : `label "${key}"`,
          key === undefined ? "expected a key and a value" : `expected a text, got ${kindOf(it!)}`,
          at,
        ),
      );
      return [];
    }
    if (key.startsWith("system.") && key !== READ_ONLY) {
      problems.push({
        code: "flow/system-label",
        severity: "error",
        message: `Cannot set label "${key}": labels that begin with "system." are Kestra's own`,
        at: it?.source ?? at,
        help: `Choose another name; only "${READ_ONLY}" may be set by a flow`,
      });
    }
    return [[key, textOf(it) ?? ""]];
  }));
}

interface Pair {
  readonly key: string | undefined;
  readonly value: Located | undefined;
  readonly at: Source;
}
