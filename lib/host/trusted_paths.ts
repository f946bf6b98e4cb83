import type { Env } from "./cache_dir.ts";

/** What `BULKHEAD_TRUST` names: files of public keys and directories of them, with colons between. */
export function trustedPaths(env: Env): readonly string[] {
  return (env.BULKHEAD_TRUST ?? "").split(":").filter((it) => it !== "");
}
