/** One value of a loop. */
export interface LoopValue {
  /** As `taskrun.value` gives it: a text, or JSON. */
  readonly text: string;
  /** As `item` gives it. */
  readonly item: { readonly value: unknown; readonly key?: string };
}

/** The values of a loop, or why there are none. */
export type ReadValues =
  | { readonly ok: true; readonly values: readonly LoopValue[] }
  | { readonly ok: false; readonly message: string };

/**
 * Reads the values of a loop: of a list its entries, each once, of a map `{"key": …, "value": …}`.
 *
 * @param written A text is JSON once it is rendered; what was no text is a list or a map already.
 * @param distinct Whether a value that comes again is left out, as in every loop but 2.0's `Loop`.
 */
export function readValues(
  written: unknown,
  rendered: unknown,
  distinct: boolean,
): ReadValues {
  let given = rendered;
  if (typeof written === "string" && typeof rendered === "string") {
    try {
      given = JSON.parse(rendered);
    } catch {
      return refused(JSON.stringify(rendered.slice(0, 200)), "it is no JSON list or map");
    }
  }
  if (typeof given !== "object" || given === null) {
    return refused(JSON.stringify(given) ?? "nothing", "it is no list and no map");
  }
  const items = Array.isArray(given)
    ? given.map((value: unknown) => ({ value }))
    : Object.entries(given).map(([key, value]) => ({ key, value }));
  if (items.some((it) => it.value === null || it.value === undefined)) {
    return refused(JSON.stringify(given).slice(0, 200), "a value of it is null");
  }
  const all = items.map((item): LoopValue => ({
    text: textOf("key" in item ? item : item.value),
    item,
  }));
  if (!distinct) return { ok: true, values: all };
  return { ok: true, values: [...new Map(all.map((it) => [it.text, it])).values()] };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function refused(value: string, fact: string): ReadValues {
  return { ok: false, message: `Cannot use values ${value}: ${fact}` };
}
