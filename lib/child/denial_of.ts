import type { Denial } from "../model/outcome.ts";

/**
 * Finds in an error, or in what caused it, the permission that a task does not have.
 *
 * @returns `undefined` for an error of any other kind.
 */
export function denialOf(error: unknown): Denial | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const found = /Requires (\w+) access(?: to (?:"([^"]*)"|([^",:]+)))?(?=,|:| \(|$)/.exec(
      at.message,
    );
    if (found === null) continue;
    const [, permission, quoted, plain] = found;
    const value = quoted ?? plain;
    if (!(at instanceof Deno.errors.NotCapable) && at.name !== "TypeError") continue;
    return { permission: permission!, ...(value !== undefined && value !== "" && { value }) };
  }
  return undefined;
}
