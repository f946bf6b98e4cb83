import type { Access, LayerPart, Permission, TaskPlan } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { hostDenied, hostMatches, hostParts, isAddress } from "./host_matches.ts";

/** What a layer says, without its name. */
export type Part = Omit<LayerPart, "layer">;

/** Says what Deno would: it compares texts, and does not look where a link leads. */
export function denoPart(
  { permissions, layers, spawn, program }: TaskPlan,
  { kind, value = "", real = value }: Access,
): Part {
  if (permissions === undefined) {
    return silent(layers.deno.active ? "it does not look at this" : layers.deno.why);
  }
  if (kind === "spawn") {
    return spawn === "allowed" && permissions.run.allow === "all"
      ? allows("--allow-run")
      : denies(program?.kind === "built-in" ? "it is given no --allow-run" : "--deny-run");
  }
  const { allow, deny, rest } = permissions[kind];
  const denied = firstOf(kind, deny, value, hostDenied);
  if (denied !== undefined) return denies(`--deny-${kind}${denied}`);
  const allowed = firstOf(kind, allow, value);
  if (allowed === undefined) {
    return denies(
      rest === "absent"
        ? "it is not there: no --allow-env names it"
        : isNothing(allow)
        ? `no --allow-${kind} is given`
        : `no --allow-${kind} covers it`,
    );
  }
  if ((kind === "read" || kind === "write") && isSpecial(real)) {
    return denies(`${real} is the system's own, and Deno opens it to none but --allow-all`);
  }
  const partly = kind === "net" ? portsDenied(deny, value) : [];
  const behind = kind === "net" ? addressesDenied(deny, value) : [];
  return allows([
    `--allow-${kind}${allowed}`,
    ...(partly.length > 0 ? [`but for ${partly.join(", ")}`] : []),
    ...(behind.length > 0 ? [`unless it comes to ${behind.join(" or ")}`] : []),
  ].join(", "));
}

/** The entry that covers a value, as it stands in the flag; empty for one without a list. */
function firstOf(
  kind: Exclude<Access["kind"], "spawn">,
  list: Permission["allow"],
  value: string,
  isHost = hostMatches,
): string | undefined {
  if (list === "all") return "";
  const found = list.filter((it) => matches(kind, it, value, isHost))
    .toSorted((a, b) => b.length - a.length)[0];
  return found === undefined ? undefined : `=${found}`;
}

function matches(
  kind: Exclude<Access["kind"], "spawn">,
  pattern: string,
  value: string,
  isHost: typeof hostMatches,
): boolean {
  if (kind === "env") return pattern === value;
  return kind === "net" ? isHost(pattern, value) : isWithin(pattern, value);
}

function isNothing(list: Permission["allow"]): boolean {
  return list !== "all" && list.length === 0;
}

/** Ports that are denied of a host of which all are asked for. */
function portsDenied(deny: Permission["deny"], value: string): readonly string[] {
  return deny === "all"
    ? []
    : deny.filter((it) =>
      hostMatches(it.replace(/:\d+$/, ""), value) && !hostMatches(it, value) &&
      !/:\d+$/.test(value.replace(/^\[[^\]]*\]/, ""))
    );
}

/** Addresses that are denied, where a name is asked for that may come to one of them. */
function addressesDenied(deny: Permission["deny"], value: string): readonly string[] {
  const asked = hostParts(value);
  if (deny === "all" || isAddress(asked.host)) return [];
  return deny.filter((it) => {
    const { host, port } = hostParts(it);
    return isAddress(host) &&
      (port === undefined || asked.port === undefined || port === asked.port);
  });
}

/** Devices that hold nothing, which Deno opens as any file. */
const PLAIN = /^\/dev\/(?:null|zero|random|urandom)$/;

/** What Deno opens only to who may do everything: it looks there where a link leads. */
function isSpecial(real: string): boolean {
  return /^\/(?:proc|sys|dev)(?:\/|$)/.test(real) && !PLAIN.test(real);
}

export function silent(fact: string): Part {
  return { verdict: "silent", fact };
}

export function allows(fact: string): Part {
  return { verdict: "allows", fact };
}

export function denies(fact: string): Part {
  return { verdict: "denies", fact };
}
