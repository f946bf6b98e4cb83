import type { Policy, TaskPlan } from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import { askPlan, directionOf, exceptWords, type Sides } from "./sides.ts";
import type { Difference, Subject } from "./difference.ts";
import { findRegions } from "./find_regions.ts";
import { UNNAMED } from "../probe_policy.ts";

/**
 * Where reading and writing differ: exact, since a policy names whole trees, and what lies between the
 * names it gives is decided alike.
 *
 * @param named What either policy names.
 * @param plans Of an author's code, under the old policy and under the new one.
 */
export function diffPaths(
  named: readonly string[],
  plans: readonly TaskPlan[],
): readonly Difference[] {
  return (["read", "write"] as const).flatMap((kind) => differencesOf(kind, named, plans));
}

/** The paths that a policy names for tasks that read and write. */
export function pathsOf({ forbiddenPaths, allowedPaths, writable }: Policy): readonly string[] {
  return [...forbiddenPaths, ...allowedPaths, ...writable].map((it) => it.value);
}

function differencesOf(
  kind: Subject & ("read" | "write"),
  named: readonly string[],
  [old, now]: readonly TaskPlan[],
): readonly Difference[] {
  // What a path stands for is what is below it: a directory that holds something closed is not listed
  // itself, and its other entries are open.
  const example = (root: string) =>
    named.some((it) => it !== root && isWithin(root === "" ? "/" : root, it))
      ? `${root === "/" ? "" : root}/${UNNAMED}`
      : root === ""
      ? `/${UNNAMED}`
      : root;
  const judge = (root: string): Sides | undefined => {
    const value = example(root);
    const sides = {
      old: askPlan(old!, { kind, value }),
      new: askPlan(now!, { kind, value }),
    };
    return sides.old.allowed === sides.new.allowed ? undefined : sides;
  };
  const names = named.map((it) => it === "/" ? "" : it);
  const order = { isBelow: (root: string, name: string) => isWithin(root || "/", name || "/") };
  const isSame = (a: Sides, b: Sides) => a.new.allowed === b.new.allowed;
  return findRegions(names, order, judge, isSame).map(({ root, except, verdict }) => ({
    subject: kind,
    direction: directionOf(verdict),
    what: (root === "" ? "everything" : `${root} and below`) + exceptWords(except),
    example: example(root).replace(UNNAMED, "example"),
    old: verdict.old.because,
    new: verdict.new.because,
  }));
}
