import type { Denial } from "../model/outcome.ts";

/** No path is longer. */
const MAX_VALUE = 4096;

/**
 * Finds in an error, or in what caused it, the permission that a task does not have.
 *
 * @returns `undefined` for an error of any other kind.
 */
export function denialOf(error: unknown): Denial | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (!(at instanceof Deno.errors.NotCapable) && at.name !== "TypeError") continue;
    const found = denialIn(at.message);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Reads what Deno says when it refuses something: `Requires read access to "/etc/passwd"`. */
export function denialIn(message: string): Denial | undefined {
  const found = /Requires (\w+) access(?: to (?:"([^"]*)"|([^",:]+)))?(?=,|:| \(|$)/.exec(message);
  if (found === null) return undefined;
  const [, permission, quoted, plain] = found;
  return { permission: permission!, ...valueOf(quoted ?? plain), layer: "deno" };
}

/** What Deno's operations on files ask of the kernel; those that only look are not named. */
const WRITES = new Set(
  "writefile,mkdir,remove,rename,link,symlink,chmod,chown,utime,truncate,copy,mktemp".split(","),
);

/**
 * Reads what Deno says when the kernel refuses something that Deno has allowed:
 * `Permission denied (os error 13): readfile '/srv/x'`, or the same with error 1.
 *
 * An `open` may have been for writing: the message does not tell, and it is told as reading.
 */
export function kernelDenialIn(message: string): Denial | undefined {
  if (!/\(os error (?:13|1)\)/.test(message)) return undefined;
  const spawned = /^Failed to spawn '(.*?)':/s.exec(message);
  if (spawned !== null) return { permission: "run", ...valueOf(spawned[1]), layer: "kernel" };
  const [, operation, path] = /\): (\w+) '(.*?)'(?: -> '.*')?$/s.exec(message) ?? [];
  // Deno's files are named with what was done to them; what is not is a socket, most likely.
  if (operation === undefined) return undefined;
  return {
    permission: WRITES.has(operation) ? "write" : "read",
    ...valueOf(path),
    layer: "kernel",
  };
}

function valueOf(text: string | undefined): { readonly value?: string } {
  return text === undefined || text === "" ? {} : { value: text.slice(0, MAX_VALUE) };
}
