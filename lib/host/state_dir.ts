import { StageError } from "../model/mod.ts";
import type { Env } from "./cache_dir.ts";

/**
 * The directory in which a node remembers which bundle it accepted last.
 *
 * `BULKHEAD_STATE`, else `$XDG_STATE_HOME/bulkhead`, else `$HOME/.local/state/bulkhead`. Of the last
 * two a relative one counts as unset, as the XDG specification wants it. There is no place among
 * temporary files: a node that forgets would take an older bundle. Nothing is created or looked at.
 *
 * @returns `undefined` where nobody said where.
 * @throws {StageError} If `BULKHEAD_STATE` is relative: it would mean another memory for each place
 * one starts from.
 */
export function stateRoot(env: Env): string | undefined {
  const chosen = env.BULKHEAD_STATE;
  if (chosen !== undefined && chosen !== "") {
    if (chosen.startsWith("/")) return trimmed(chosen);
    throw new StageError([{
      code: "host/state-relative",
      severity: "error",
      message: `Cannot use BULKHEAD_STATE "${chosen}": not an absolute path`,
      help: `Write it from the root: BULKHEAD_STATE=/path/to/${chosen.replace(/^\.?\//, "")}`,
    }], "host");
  }
  if (env.XDG_STATE_HOME?.startsWith("/")) return `${trimmed(env.XDG_STATE_HOME)}/bulkhead`;
  if (env.HOME?.startsWith("/")) return `${trimmed(env.HOME)}/.local/state/bulkhead`;
  return undefined;
}

function trimmed(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}
