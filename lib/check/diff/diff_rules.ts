import type { Located, PluginDefault, Policy, RulePolicy, Source } from "../../model/mod.ts";
import { toPlain } from "../../source/mod.ts";
import type { Difference } from "./difference.ts";
import { because } from "./diff_lists.ts";

/** Defaults: which are gone, which are new. A forced one that is gone no longer holds what it held. */
export function diffDefaults(old: Policy, now: Policy): readonly Difference[] {
  const rule = "kestra.plugins.defaults";
  const [a, b] = [old.defaults, now.defaults].map((list) =>
    new Map(list.map((it, i) => [`${keyOf(it)}${nth(list, i)}`, it]))
  );
  const report = (it: PluginDefault, side: "old" | "new"): Difference => {
    const what = `${it.forced ? "forced default" : "default"} of ${it.type.value}: ${
      Object.keys(toPlain(it.values) as object).join(", ")
    }`;
    const there = because(`set ${what}`, rule, it.type.source);
    const not = because(`do not set ${what}`, rule, undefined);
    return {
      subject: "default",
      direction: "changed",
      what,
      example: it.type.value,
      old: side === "old" ? there : not,
      new: side === "new" ? there : not,
      ...(side === "old" && it.forced && {
        unsure: "what it forced, authors may choose now, within the other rules",
      }),
    };
  };
  return [
    ...[...b!].filter(([key]) => !a!.has(key)).map(([, it]) => report(it, "new")),
    ...[...a!].filter(([key]) => !b!.has(key)).map(([, it]) => report(it, "old")),
  ];
}

function keyOf({ type, ref, forced, values }: PluginDefault): string {
  return JSON.stringify([type.value, ref?.value ?? null, forced, toPlain(values)]);
}

/** The same default may stand twice. */
function nth(list: readonly PluginDefault[], i: number): string {
  const key = keyOf(list[i]!);
  return ` ${list.slice(0, i).filter((it) => keyOf(it) === key).length}`;
}

/** Rules of Kestra 2.0's policies: each that judges and is in force, by what it says. */
export function diffRules(old: Policy, now: Policy): readonly Difference[] {
  const [a, b] = [old, now].map((it) => new Map(it.rules.flatMap(rulesOf)));
  const report = ({ name, at, judges, isActive }: ShownRule, side: "old" | "new"): Difference => {
    const there = because(`hold tasks to ${name}`, "kestra.policies", at);
    const not = because(`do not hold tasks to ${name}`, "kestra.policies", undefined);
    const direction = judges && isActive ? side === "old" ? "allowed" : "denied" : "changed";
    return {
      subject: "rule",
      direction,
      what: name,
      example: name,
      old: side === "old" ? there : not,
      new: side === "new" ? there : not,
      ...(side === "old" && isActive && !judges && {
        unsure: "it changed what flows say, and no longer does",
      }),
    };
  };
  return [
    ...[...b!].filter(([key]) => !a!.has(key)).map(([, it]) => report(it, "new")),
    ...[...a!].filter(([key]) => !b!.has(key)).map(([, it]) => report(it, "old")),
  ];
}

interface ShownRule {
  readonly name: string;
  readonly at: Source;
  /** Whether it refuses, and not only changes or warns. */
  readonly judges: boolean;
  readonly isActive: boolean;
}

function rulesOf({ id, enforcement, target, rules }: RulePolicy): readonly [string, ShownRule][] {
  return rules.map((it) => {
    const short = it.type.slice(it.type.lastIndexOf(".") + 1);
    const key = JSON.stringify(meaning([id.value, enforcement, target ?? null, it]));
    const judges = "action" in it && it.action === "block";
    return [key, {
      name: `rule ${short} of policy "${id.value}", ${enforcement}`,
      at: it.source,
      judges,
      isActive: enforcement === "ACTIVE",
    }];
  });
}

/** What a value says, without the places where it says so. */
function meaning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== "object" || value === null) return value;
  if ("kind" in value && "source" in value) return toPlain(value as Located);
  return Object.fromEntries(
    Object.entries(value).filter(([key, it]) =>
      typeof it !== "function" &&
      (!/source$/i.test(key) || typeof it !== "object")
    ).map(([key, it]) => [key, meaning(it)]),
  );
}
