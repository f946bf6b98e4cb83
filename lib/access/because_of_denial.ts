import type { Because, Denial } from "../model/mod.ts";

/** The rule behind a denial: the deepest path that covers it, else the rule about its kind. */
export function becauseOfDenial(denial: Denial, because: readonly Because[]): Because {
  const { permission, value } = denial;
  if (value !== undefined && (permission === "read" || permission === "write")) {
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
  const word = permission === "run" ? "spawn" : permission;
  return because.find((it) =>
    it.effect.startsWith(`deny ${word}`) || it.effect.startsWith(`withhold ${word}`)
  ) ?? {
    effect: `withhold ${permission}${value === undefined ? "" : ` ${value}`}`,
    rule: "no rule grants it",
    source: "built-in",
  };
}
