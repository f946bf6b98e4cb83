import type { PathFact } from "../check/lint/lint_rule.ts";
import type { Policy } from "../model/mod.ts";

/** Asks the disk of every path that a policy names what lies there, and where it leads. */
export async function pathFacts(policy: Policy): Promise<ReadonlyMap<string, PathFact>> {
  const named = [
    ...policy.forbiddenPaths,
    ...policy.allowedPaths,
    ...policy.writable,
    ...policy.containers.volumes,
  ].map((it) => it.value);
  const facts = new Map<string, PathFact>();
  for (const path of new Set(named)) {
    const fact = await factOf(path);
    if (fact !== undefined) facts.set(path, fact);
  }
  return facts;
}

/** Nothing where it may not be looked at: then nobody says that it is missing. */
async function factOf(path: string): Promise<PathFact | undefined> {
  try {
    const real = await Deno.realPath(path);
    const { isFile, isDirectory } = await Deno.stat(real);
    return { kind: isFile ? "file" : isDirectory ? "directory" : "other", real };
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    return isMissing ? { kind: "missing" } : undefined;
  }
}
