import type { Injection, Located, LocatedMap, Provenance } from "../model/mod.ts";

/** Every value of a task, with the place that says it and how it came there. */
export function provenanceOf(effective: LocatedMap): readonly Provenance[] {
  const found: Provenance[] = [];
  const walk = (value: Located, path: string): void => {
    if (value.kind === "map" && value.entries.size > 0) {
      for (const [key, it] of value.entries) walk(it.value, path === "" ? key : `${path}.${key}`);
    } else if (value.kind === "list" && value.items.length > 0) {
      value.items.forEach((it, i) => walk(it, `${path}[${i}]`));
    } else {
      const from: Injection | "flow" = value.injection ?? "flow";
      found.push({ path, from, source: value.source });
    }
  };
  walk(effective, "");
  return found;
}
