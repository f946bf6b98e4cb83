import type { Policy, TaskPlan } from "../../model/mod.ts";
import type { Difference } from "./difference.ts";
import { askPlan, directionOf, exceptWords, type Sides } from "./sides.ts";
import { findRegions } from "./find_regions.ts";

/** A host that no rule mentions: names below `.invalid` are nobody's (RFC 2606). */
const OTHER_HOST = "other.invalid";

/**
 * Which hosts and ports an author's code may reach under one policy and not under the other: exact.
 *
 * @param plans Of an author's code, under the old policy and under the new one.
 */
export function diffNetwork(
  old: Policy,
  now: Policy,
  plans: readonly TaskPlan[],
): readonly Difference[] {
  const named = [old, now].flatMap(({ network }) => [...network.allow ?? [], ...network.deny])
    .map((it) => it.value.toLowerCase());
  const hosts = [...new Set(named.map((it) => splitHost(it).host))];
  const ports = new Set(named.map((it) => splitHost(it).port));
  const free = [443, 80, 8443, 1].map(String).find((it) => !ports.has(it)) ?? freePort(ports);
  const example = (root: string) =>
    root === "" ? `${OTHER_HOST}:${free}` : splitHost(root).port === "" ? `${root}:${free}` : root;
  const judge = (root: string): Sides | undefined => {
    const value = example(root);
    const [a, b] = plans.map((it) => askPlan(it, { kind: "net", value }));
    return a!.allowed === b!.allowed ? undefined : { old: a!, new: b! };
  };
  const isBelow = (root: string, name: string) =>
    root === "" || root === name || splitHost(root).port === "" && splitHost(name).host === root;
  const isSame = (a: Sides, b: Sides) => a.new.allowed === b.new.allowed;
  return findRegions([...hosts, ...named], { isBelow }, judge, isSame)
    .map(({ root, except, verdict }): Difference => ({
      subject: "network",
      direction: directionOf(verdict),
      what: (root === "" ? "every host" : root) + exceptWords(except),
      example: example(root),
      old: verdict.old.because,
      new: verdict.new.because,
    }));
}

function splitHost(text: string): { readonly host: string; readonly port: string } {
  const [, host = text, port = ""] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return { host, port };
}

function freePort(ports: ReadonlySet<string>): string {
  let port = 1024;
  while (ports.has(String(port))) port++;
  return String(port);
}

/** Which variables of the harness an author's code sees under one policy and not under the other: exact. */
export function diffEnv(
  old: Policy,
  now: Policy,
  plans: readonly TaskPlan[],
): readonly Difference[] {
  const names = new Set([...old.env, ...now.env].map((it) => it.value));
  return [...names].toSorted().flatMap((value): readonly Difference[] => {
    const [a, b] = plans.map((it) => askPlan(it, { kind: "env", value }));
    if (a!.allowed === b!.allowed) return [];
    return [{
      subject: "env",
      direction: b!.allowed ? "allowed" : "denied",
      what: `variable ${value}`,
      example: value,
      old: a!.because,
      new: b!.because,
    }];
  });
}
