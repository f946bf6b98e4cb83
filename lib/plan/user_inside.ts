import type { EngineFlavour } from "../container/mod.ts";
import type { ContainerUser } from "../model/mod.ts";

/**
 * Tells as whom a container has to run, so that a directory of a user of this machine is its own.
 *
 * The engine of an ordinary user maps its containers' root to that user and all others to nobody
 * who has files here; podman is told to map each user to itself.
 */
export function userInside({ kind, rootless }: EngineFlavour, owner: ContainerUser): ContainerUser {
  return rootless === true && kind !== "podman" ? { uid: 0, gid: 0 } : owner;
}
