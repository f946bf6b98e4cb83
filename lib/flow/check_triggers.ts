import type { Diagnostic, Located, LocatedMap } from "../model/mod.ts";
import { findLocated } from "../source/mod.ts";
import { duplicate, wrongValue } from "./findings.ts";
import { isNull, kindOf, textOf } from "./located_values.ts";

/** Says what Kestra rejects in triggers, although nothing here is triggered. */
export function checkTriggers(list: Located | undefined, problems: Diagnostic[]): void {
  if (list === undefined || isNull(list)) return;
  if (list.kind !== "list") {
    const fact = `expected a list, got ${kindOf(list)}`;
    problems.push(wrongValue('"triggers"', fact, list.source));
    return;
  }
  const triggers = list.items.filter((it) => it.kind === "map");
  refuseTwins("trigger", triggers, problems);
  refuseTwins(
    "precondition",
    triggers.flatMap((it) => {
      const conditions = findLocated(it, ["preconditions"]);
      return conditions?.kind === "map" ? [conditions] : [];
    }),
    problems,
  );
}

function refuseTwins(
  what: "trigger" | "precondition",
  all: readonly LocatedMap[],
  problems: Diagnostic[],
): void {
  const seen = new Map<string, LocatedMap>();
  for (const it of all) {
    const id = textOf(findLocated(it, ["id"]));
    if (id === undefined) continue;
    const twin = seen.get(id);
    if (twin === undefined) seen.set(id, it);
    else problems.push(duplicate(what, id, it, twin.source));
  }
}
