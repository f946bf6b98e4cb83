import type { Cgroups } from "../model/mod.ts";

type Controller = Cgroups["controllers"][number];

/**
 * Finds the controllers of cgroups that the harness is under, and which of them it can use.
 *
 * Whether a group can be made is found out by making one, which is empty and removed at once.
 */
export async function readCgroups(): Promise<Cgroups> {
  const own = await textOf("/proc/self/cgroup");
  const mounts = await textOf("/proc/self/mountinfo");
  const all = await Promise.all(cgroupsOf(own, mounts).map(controllersIn));
  return { controllers: all.flat().toSorted((a, b) => a.name < b.name ? -1 : 1) };
}

/** One group of this process. */
export interface OwnCgroup {
  readonly version: 1 | 2;
  /** Of version 1, whose groups are by controller. */
  readonly names: readonly string[];
  /** Its directory. */
  readonly path: string;
}

/**
 * Finds the directories of a process's groups.
 *
 * @param own The text of `/proc/self/cgroup`: `ID:CONTROLLERS:PATH`, without controllers for
 * version 2 (cgroups(7)).
 * @param mounts The text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
 */
export function cgroupsOf(own: string, mounts: string): readonly OwnCgroup[] {
  const mounted = mounts.split("\n").flatMap((line) => {
    const found = /^\d+ \d+ \S+ (\S+) (\S+) .* - (cgroup2?) \S+ (\S+)$/.exec(line);
    if (found === null) return [];
    const [, root, point, type, options] = found as unknown as [
      string,
      string,
      string,
      string,
      string,
    ];
    return [{ root, point, version: type === "cgroup2" ? 2 : 1, options: options.split(",") }];
  });
  return own.split("\n").flatMap((line): OwnCgroup[] => {
    const found = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (found === null) return [];
    const [names, path] = [found[1]!.split(",").filter((it) => it !== ""), found[2]!];
    const version = names.length === 0 ? 2 : 1;
    const mount = mounted.find((it) =>
      it.version === version && names.every((name) => it.options.includes(name))
    );
    if (mount === undefined || names[0]?.startsWith("name=")) return [];
    const below = mount.root !== "/" && path.startsWith(mount.root)
      ? path.slice(mount.root.length)
      : path;
    return [{ version, names, path: `${mount.point}${below}`.replace(/\/+$/, "") }];
  });
}

async function controllersIn({ version, names, path }: OwnCgroup): Promise<Controller[]> {
  const group = `${path}/bulkhead-doctor-${crypto.randomUUID()}`;
  const made = await Deno.mkdir(group).then(() => true, () => false);
  try {
    if (version === 1) return names.map((name) => ({ name, version, writable: made }));
    // A group has what the one above it hands down, which may be less than that has itself.
    const usable = made ? await controllersOf(group) : [];
    return (await controllersOf(path)).map((name) => (
      { name, version, writable: usable.includes(name) }
    ));
  } finally {
    if (made) await Deno.remove(group);
  }
}

async function controllersOf(group: string): Promise<readonly string[]> {
  return (await textOf(`${group}/cgroup.controllers`)).split(/\s+/).filter((it) => it !== "");
}

async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}
