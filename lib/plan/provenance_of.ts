import type { Because, Located, LocatedMap, Provenance } from "../model/mod.ts";
import { becauseOfValue } from "./because_of.ts";

/** Where the values of a task come from, and why it has those that it does not say itself. */
export interface Values {
  readonly provenance: readonly Provenance[];
  readonly because: readonly Because[];
}

/** Every value of a task, with the place that says it and how it came there. */
export function provenanceOf(effective: LocatedMap): Values {
  const provenance: Provenance[] = [];
  const because: Because[] = [];
  const walk = (value: Located, path: string): void => {
    if (value.kind === "map" && value.entries.size > 0) {
      for (const [key, it] of value.entries) walk(it.value, path === "" ? key : `${path}.${key}`);
    } else if (value.kind === "list" && value.items.length > 0) {
      value.items.forEach((it, i) => walk(it, `${path}[${i}]`));
    } else {
      const { injection, source } = value;
      provenance.push({ path, from: injection ?? "flow", source });
      if (injection !== undefined && value.kind === "scalar") {
        because.push(becauseOfValue(path, value, injection));
      }
    }
  };
  walk(effective, "");
  return { provenance, because };
}
