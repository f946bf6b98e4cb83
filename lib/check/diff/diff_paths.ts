import { decideAccess } from "../../access/mod.ts";
import type { Access, Because, Policy, TaskPlan } from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import type { Difference, Subject } from "./difference.ts";
import { findRegions } from "./find_regions.ts";
import { UNNAMED } from "../probe_policy.ts";

/** What one policy says of one thing, and why. */
export interface Side {
  readonly allowed: boolean;
  readonly because: Because;
}

/** What both say; told only where they differ. */
export interface Sides {
  readonly old: Side;
  readonly new: Side;
}

/** Which way a difference goes. */
export function directionOf({ new: { allowed } }: Sides): "allowed" | "denied" {
  return allowed ? "allowed" : "denied";
}

/** Asks a plan of one access. */
export function askPlan(plan: TaskPlan, access: Access): Side {
  const { verdict, because } = decideAccess(plan, access);
  return { allowed: verdict === "allowed", because: because[0]! };
}

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

/** `, except /a and /b`; nothing for nothing. */
export function exceptWords(except: readonly string[]): string {
  return except.length === 0
    ? ""
    : `, except ${except.join(", ").replace(/, (?=[^,]*$)/, " and ")}`;
}
