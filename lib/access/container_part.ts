import type { Access, ContainerProgram, Mount, TaskPlan } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { allows, denies, type Part, silent } from "./deno_part.ts";
import { WORKSPACE } from "./place_path.ts";

/** What of the host is where in a container. */
export interface Mounted {
  readonly mount: Mount;
  /** The path in the container. */
  readonly inside: string;
}

/**
 * Says what a container lets its task have of the host. A path is meant as the task would write it,
 * else as it is on the host. What is mounted nowhere is the image's own there, whatever its name is:
 * of the host it is nothing.
 */
export function containerPart({ program, layers }: TaskPlan, access: Access): Part {
  if (program?.kind !== "container") {
    return silent(layers.container.active ? "it does not look at this" : layers.container.why);
  }
  const { kind, value = "" } = access;
  const { spec, work } = program;
  if (kind === "spawn") return allows("what it starts stays in the container");
  if (kind === "env") {
    return value in spec.env || value in work.env
      ? allows("it is set for the task")
      : denies("the harness passes none of its own variables on");
  }
  if (kind === "net") {
    return spec.network === "none"
      ? denies("its network is none")
      : allows(`its network is ${spec.network}, in which no hosts are governed`);
  }
  const found = mountedAt(program, access);
  if (found === undefined) {
    return denies(
      `${value} is the image's own there: the host's is not mounted`,
    );
  }
  const { mount, inside } = found;
  const of = mount.type === "bind" && mount.source !== WORKSPACE
    ? `${mount.source} of the host is mounted at ${mount.target}`
    : "the workspace is there";
  const named = inside === value ? of : `${of}: it is ${inside} there`;
  return kind === "write" && mount.type === "bind" && mount.readOnly
    ? denies(`${named}, read-only`)
    : allows(named);
}

/** The mount that a path is in. The deepest counts, as for the engine. */
export function mountedAt(
  { spec: { mounts } }: ContainerProgram,
  { value = "", real = value }: Access,
): Mounted | undefined {
  const deepest = (list: readonly Mounted[]) =>
    list.toSorted((a, b) => b.mount.target.length - a.mount.target.length)[0];
  return deepest(
    mounts.flatMap((mount) => isWithin(mount.target, value) ? [{ mount, inside: value }] : []),
  ) ?? deepest(mounts.flatMap((mount) => {
    if (mount.type !== "bind") return [];
    const path = [value, real].find((it) => isWithin(mount.source, it));
    return path === undefined
      ? []
      : [{ mount, inside: `${mount.target}${path.slice(mount.source.length)}` }];
  }));
}
