import type { Guard } from "../bundle/mod.ts";
import { cannotWrite, makeOwnDirectory, requireOwn } from "../host/mod.ts";

/** What keeps others out of the directories in which bundles are kept. */
export function ownGuard(use: "cache" | "state"): Guard {
  return {
    make: (path) => makeOwnDirectory(path, use),
    require: (path, info) => requireOwn(path, info, use),
    cannotWrite: (path, cause) => cannotWrite(path, cause, use),
  };
}
