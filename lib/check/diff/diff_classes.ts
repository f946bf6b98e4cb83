import { CLASSES } from "../../catalog/classes.ts";
import { canonicalClass, namesOfClass } from "../../catalog/aliases.ts";
import type { Because, PluginPattern, Policy } from "../../model/mod.ts";
import { spawnDecider, type SpawnVerdict } from "../../plan/decide_spawn.ts";
import { findRestriction } from "../../plan/refuse_restricted.ts";
import type { Difference } from "./difference.ts";
import { directionOf, exceptWords, type Side, type Sides } from "./sides.ts";
import { findRegions } from "./find_regions.ts";

/** A part of a class that no rule mentions, or the beginning of one. */
const OTHER = "other";

/**
 * Which classes may start threads and processes under one policy and not under the other: exact.
 *
 * What lies below one prefix and below no deeper one is decided alike, but for classes that go by old
 * names too: each of those that are known is asked on its own.
 */
export function diffSpawn(old: Policy, now: Policy): readonly Difference[] {
  const deciders = [spawnDecider(old), spawnDecider(now)] as const;
  const sides = (type: string): Sides | undefined => {
    const [a, b] = deciders.map((it) => sideOf(it(type)));
    return a!.allowed === b!.allowed ? undefined : { old: a!, new: b! };
  };
  const named = [...prefixesOf(old), ...prefixesOf(now)];
  const isNamed = new Set(named);
  // A class that nobody mentions, in the package that is asked for.
  const example = (root: string) => {
    let part = OTHER;
    const name = () => root === "" ? `${part}.Task` : `${root}.${part}`;
    while (named.some((it) => it.length > root.length && isBelow(it, name()))) part += "x";
    return name();
  };
  const known = new Map<string, Sides | undefined>();
  const ofRoot = (root: string): Sides | undefined => {
    if (!known.has(root)) known.set(root, sides(example(root)));
    return known.get(root);
  };
  // Classes that are decided otherwise than what lies beside them: by another name of theirs.
  const renamed = new Set(
    RENAMED.filter((name) => !isNamed.has(name)).filter((name) => {
      const root = packagesOf(name).find((it) => isNamed.has(it)) ?? "";
      return ofRoot(root)?.new.allowed !== sides(name)?.new.allowed;
    }),
  );
  const isSame = (a: Sides, b: Sides) => a.new.allowed === b.new.allowed;
  const judge = (name: string) => renamed.has(name) ? sides(name) : ofRoot(name);
  return findRegions([...named, ...renamed], { isBelow }, judge, isSame)
    // A class is told of once, by its name of today.
    .filter(({ root }) => !renamed.has(root) || canonicalClass(root) === root)
    .map(({ root, except, verdict }): Difference => {
      const single = renamed.has(root);
      return {
        subject: "spawn",
        direction: directionOf(verdict),
        what: (root === "" ? "every class" : single ? root : `classes of ${root}`) +
          exceptWords(except),
        example: single ? root : example(root),
        old: verdict.old.because,
        new: verdict.new.because,
      };
    });
}

/** Every name of the classes that have several. */
const RENAMED = [...CLASSES.keys()].map(namesOfClass).filter((it) => it.length > 1).flat();

/** The packages that a class lies in, the innermost first. */
function packagesOf(name: string): readonly string[] {
  const parts = name.split(".");
  return parts.map((_, i) => parts.slice(0, parts.length - i).join("."));
}

function sideOf({ spawn, because }: SpawnVerdict): Side {
  return { allowed: spawn === "allowed", because };
}

function isBelow(root: string, name: string): boolean {
  return root === "" || name === root || name.startsWith(`${root}.`);
}

function prefixesOf(policy: Policy): readonly string[] {
  const { authorizedClassPrefixes, forbiddenClassPrefixes } = policy;
  return [...authorizedClassPrefixes.flat(), ...forbiddenClassPrefixes]
    .map(({ value }) => value.replace(/\.$/, ""));
}

/**
 * Which classes may be used under one policy and not under the other.
 *
 * The lists hold patterns: every known class is asked, and of a pattern that only one side has and that
 * tells no known class apart, it is said that it could not be compared.
 */
export function diffUse(old: Policy, now: Policy): readonly Difference[] {
  const ask = ({ plugins }: Policy, type: string): Side => {
    const found = findRestriction(type, plugins);
    const listed = plugins.includes.flat()[0];
    return found === undefined
      ? {
        allowed: true,
        because: {
          effect: `allow class ${type}`,
          rule: listed === undefined ? "no list restricts it" : "kestra.plugins.security",
          source: listed?.source ?? "built-in",
        },
      }
      : {
        allowed: false,
        because: {
          effect: `refuse class ${type}: ${found.fact}`,
          rule: "kestra.plugins.security",
          source: found.source,
        },
      };
  };
  const differing = [...CLASSES.keys()].flatMap((type) => {
    const sides = { old: ask(old, type), new: ask(now, type) };
    return sides.old.allowed === sides.new.allowed ? [] : [{ type, sides }];
  });
  const known = (["allowed", "denied"] as const).flatMap((direction): readonly Difference[] => {
    const them = differing.filter((it) => directionOf(it.sides) === direction);
    const [first] = them;
    return first === undefined ? [] : [{
      subject: "class",
      direction,
      what: them.length === 1 ? first.type : `${them.length} known classes: ${listed(them)}`,
      example: first.type,
      old: first.sides.old.because,
      new: first.sides.new.because,
    }];
  });
  return [...known, ...unsurePatterns(old, now)];
}

function listed(them: readonly { readonly type: string }[]): string {
  const shown = them.slice(0, 4).map((it) => it.type).join(", ");
  return them.length > 4 ? `${shown}, …` : shown;
}

/** Patterns of one side only, about classes that nobody here knows. */
function* unsurePatterns(old: Policy, now: Policy): Generator<Difference> {
  const has = (list: readonly PluginPattern[], value: string) =>
    list.some((it) => it.value === value);
  const report = (
    it: PluginPattern,
    rule: string,
    side: "old" | "new",
    widens: boolean,
  ): Difference => {
    const there: Because = { effect: `list ${it.value}`, rule, source: it.source };
    const not: Because = { effect: `do not list ${it.value}`, rule, source: "built-in" };
    return {
      subject: "class",
      direction: "changed",
      what: `classes that "${it.value}" means, in ${rule}`,
      example: it.value,
      old: side === "old" ? there : not,
      new: side === "new" ? there : not,
      ...(widens && { unsure: "patterns are compared over the classes that are known" }),
    };
  };
  const [o, n] = [old.plugins, now.plugins];
  const excludes = "kestra.plugins.security.excludes";
  for (const it of o.excludes) {
    if (!has(n.excludes, it.value)) yield report(it, excludes, "old", true);
  }
  for (const it of n.excludes) {
    if (!has(o.excludes, it.value)) yield report(it, excludes, "new", false);
  }
  const includes = "kestra.plugins.security.includes";
  const [oi, ni] = [o.includes.flat(), n.includes.flat()];
  // Where a list of includes is gone altogether, more is included; where one is new, less.
  const gone = n.includes.length < o.includes.length;
  const fresh = n.includes.length > o.includes.length;
  for (const it of oi) if (!has(ni, it.value)) yield report(it, includes, "old", gone);
  for (const it of ni) {
    if (!has(oi, it.value)) yield report(it, includes, "new", !fresh || oi.length > 0);
  }
}
