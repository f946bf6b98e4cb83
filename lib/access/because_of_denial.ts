import type { Because, Denial } from "../model/mod.ts";
import { hostDenied, hostMatches } from "./host_matches.ts";

/** The rule behind a denial: the deepest path that covers it, else the rule about its kind. */
export function becauseOfDenial(denial: Denial, because: readonly Because[]): Because {
  const { permission, value } = denial;
  if (value !== undefined && (permission === "read" || permission === "write")) {
    return ofPath(permission, value, because);
  }
  if (value !== undefined && (permission === "net" || permission === "env")) {
    return ofList(permission, value, because);
  }
  const word = permission === "run" ? "spawn" : permission;
  return because.find((it) =>
    it.effect.startsWith(`deny ${word}`) || it.effect.startsWith(`withhold ${word}`)
  ) ?? withheld(denial);
}

function ofPath(permission: "read" | "write", value: string, because: readonly Because[]): Because {
  const covers = because.filter(({ effect }) => {
    const path = /^(?:deny|withhold) read and write (\/.*)$/.exec(effect)?.[1];
    return path !== undefined && (path === "/" || value === path || value.startsWith(`${path}/`));
  });
  const [found] = covers.toSorted((a, b) => b.effect.length - a.effect.length);
  if (found !== undefined) return found;
  const scope = permission === "read" &&
    because.find((it) => it.rule === "bulkhead.filesystem" && it.source !== "built-in");
  if (scope) return scope;
  return {
    effect: `withhold ${permission} ${value}`,
    rule: permission === "write"
      ? "writing is open in the workspace and in bulkhead.writable only"
      : "it is not in what was open when the run started",
    source: "built-in",
  };
}

const LISTS = { net: "bulkhead.network.allow", env: "bulkhead.env.allow" } as const;

/** What names the value; else the list that does not. */
function ofList(permission: "net" | "env", value: string, because: readonly Because[]): Because {
  const entry = new RegExp(`^(deny|withhold|allow) ${permission} (\\S+)$`);
  const entries = because.flatMap((it) => {
    const [, verb, of] = entry.exec(it.effect) ?? [];
    return of === undefined ? [] : [{ it, verb, of }];
  });
  const named = entries.find(({ verb, of }) =>
    verb !== "allow" &&
    (permission === "env"
      ? of === value
      : verb === "deny"
      ? hostDenied(of, value)
      : hostMatches(of, value))
  );
  if (named !== undefined) return named.it;
  const whole = because.find((it) =>
    it.effect === `deny ${permission}` || (permission === "net" && it.effect === "deny network")
  );
  if (whole !== undefined) return whole;
  const list = entries.find(({ it }) => it.rule === LISTS[permission])?.it;
  return list === undefined ? withheld({ permission, value }) : {
    effect: `withhold ${permission} ${value}`,
    rule: `${LISTS[permission]} does not name it`,
    source: list.source,
  };
}

function withheld({ permission, value }: Denial): Because {
  return {
    effect: `withhold ${permission}${value === undefined ? "" : ` ${value}`}`,
    rule: "no rule grants it",
    source: "built-in",
  };
}
