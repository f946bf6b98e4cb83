import { posix } from "node:path";

/**
 * Where a relative link of a writable tree would lead, wherever in writable places a task moved it.
 *
 * Only what lies outside of the tree that it is moved to counts: what is inside is open anyway.
 *
 * @param text What the link says.
 * @param writable Real paths of the writable trees.
 * @param workspaceRoot Workspaces lie two levels below it, under names that nobody guesses.
 * @returns `"unknown"` when names and dots alternate: what it passes through may be a link as well.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { placesOfMoved } from "./movable_link.ts";
 *
 * deepEqual(placesOfMoved("../../x", ["/srv/out"], "/ws"), ["/srv/x", "/x"]);
 * ```
 */
export function placesOfMoved(
  text: string,
  writable: readonly string[],
  workspaceRoot: string,
): readonly string[] | "unknown" {
  if (text.startsWith("/")) return [];
  const segments = text.split("/").filter((it) => it !== "" && it !== ".");
  const ups = segments.findIndex((it) => it !== "..");
  const levels = ups < 0 ? segments.length : ups;
  const rest = segments.slice(levels);
  if (rest.includes("..")) return "unknown";
  const places = new Set<string>();
  for (let level = 1; level <= levels; level++) {
    for (const tree of writable) places.add(posix.resolve(tree, "../".repeat(level), ...rest));
    const fromWorkspace = placeOverWorkspace(level, rest, workspaceRoot);
    if (fromWorkspace !== undefined) places.add(fromWorkspace);
  }
  return [...places];
}

/** `undefined` where it would take a name that nobody guesses to find something there. */
function placeOverWorkspace(
  level: number,
  rest: readonly string[],
  root: string,
): string | undefined {
  if (level > 2) return posix.resolve(root, "../".repeat(level - 2), ...rest);
  const isNamed = level === 1 && rest[0] === "private";
  return rest.length === 0 || isNamed ? root : undefined;
}
