import { StageError } from "../model/mod.ts";

/** Variables of the environment, by name. A missing one is unset. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The directory that holds what bulkhead unpacks and bundles for its children.
 *
 * `BULKHEAD_CACHE`, else `$XDG_CACHE_HOME/bulkhead`, else `$HOME/.cache/bulkhead`, else a
 * directory for this user in `TMPDIR` or `/tmp`. Of the last four a relative one counts as
 * unset, as the XDG specification wants it. Nothing is created or looked at.
 *
 * @throws {StageError} If `BULKHEAD_CACHE` is relative: it would mean another directory
 * for each place one starts from.
 */
export function cacheRoot(env: Env): string {
  const chosen = env.BULKHEAD_CACHE;
  if (chosen !== undefined && chosen !== "") {
    if (chosen.startsWith("/")) return trimmed(chosen);
    throw new StageError([{
      code: "host/cache-relative",
      severity: "error",
      message: `Cannot use BULKHEAD_CACHE "${chosen}": not an absolute path`,
      help: `Write it from the root: BULKHEAD_CACHE=/path/to/${chosen.replace(/^\.?\//, "")}`,
    }], "host");
  }
  const cache = absolute(env.XDG_CACHE_HOME);
  if (cache !== undefined) return `${cache}/bulkhead`;
  const home = absolute(env.HOME);
  if (home !== undefined) return `${home}/.cache/bulkhead`;
  return `${absolute(env.TMPDIR) ?? "/tmp"}/bulkhead-cache-${Deno.uid()}`;
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? trimmed(path) : undefined;
}

function trimmed(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}
