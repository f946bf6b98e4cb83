/** What a control group counts, and may hold back. */
export type Controller = "pids" | "memory";

/** Where groups can be made, by controller; one directory for both where the kernel has one tree. */
export type CgroupPlaces = Readonly<Partial<Record<Controller, CgroupPlace>>>;

/** A directory of a tree of control groups in which this process may make its own. */
export interface CgroupPlace {
  readonly directory: string;
  /** The kernel has two interfaces, with other names for the same files. */
  readonly version: 1 | 2;
}

/** Files by controller and version (`Documentation/admin-guide/cgroup-v{1,2}`). */
const FILES = {
  pids: { max: { 1: "pids.max", 2: "pids.max" }, events: { 1: "pids.events", 2: "pids.events" } },
  memory: {
    max: { 1: "memory.limit_in_bytes", 2: "memory.max" },
    events: { 1: "memory.oom_control", 2: "memory.events" },
  },
} as const;

/** What a group counted: how often something in it was held back. */
const EVENT = { pids: "max", memory: "oom_kill" } as const;

/**
 * Finds where this process may make groups for its children: in its own group, or beside it in
 * version 2, where a group that holds processes divides nothing further.
 *
 * @param mounts The text of `/proc/self/mounts`.
 * @param own The text of `/proc/self/cgroup`.
 * @param writable Whether a directory can be written.
 * @param divides Controllers that a directory of version 2 hands down (`cgroup.subtree_control`).
 */
export function findCgroups(
  mounts: string,
  own: string,
  writable: (directory: string) => boolean,
  divides: (directory: string) => readonly string[],
): CgroupPlaces {
  const found: Partial<Record<Controller, CgroupPlace>> = {};
  const groups = own.split("\n").flatMap((line) => {
    const [id, controllers, ...path] = line.split(":");
    return path.length === 0
      ? []
      : [{ id, controllers: controllers!.split(","), path: path.join(":") }];
  });
  for (const line of mounts.split("\n")) {
    const [, at, type, options] = line.split(" ");
    if (at === undefined || options === undefined) continue;
    for (const name of ["pids", "memory"] as const) {
      if (type === "cgroup" && options.split(",").includes(name)) {
        const group = groups.find((it) => it.controllers.includes(name));
        const directory = group && `${at}${group.path === "/" ? "" : group.path}`;
        if (directory !== undefined && writable(directory)) found[name] = { directory, version: 1 };
      } else if (type === "cgroup2" && found[name] === undefined) {
        const group = groups.find((it) => it.id === "0");
        const directory = group && `${at}${group.path.replace(/\/[^/]*$/, "")}`;
        if (directory !== undefined && divides(directory).includes(name) && writable(directory)) {
          found[name] = { directory, version: 2 };
        }
      }
    }
  }
  return found;
}

/** {@linkcode findCgroups} on this machine. */
export function readCgroups(): CgroupPlaces {
  const text = (path: string) => {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      return "";
    }
  };
  // Asked by doing it: a mode says nothing of a tree that is mounted read-only.
  const writable = (directory: string) => {
    const probe = `${directory}/bulkhead-probe-${crypto.randomUUID()}`;
    try {
      Deno.mkdirSync(probe);
      Deno.removeSync(probe);
      return true;
    } catch {
      return false;
    }
  };
  const divides = (directory: string) =>
    text(`${directory}/cgroup.subtree_control`).trim().split(" ");
  return findCgroups(text("/proc/self/mounts"), text("/proc/self/cgroup"), writable, divides);
}

/** A group that holds one process and all that it starts. */
export interface Cgroup {
  /** Moves a process into it, and with it what it starts from now on. */
  take(pid: number): Promise<void>;
  /** Lets nothing in it start anything any more. */
  stopForks(): Promise<void>;
  /** How often it was held back. */
  hits(controller: Controller): Promise<number>;
  /** Removes it; one that something is in after all stays, and holds nobody back but that. */
  remove(): Promise<void>;
}

/**
 * Makes a group of a name, in each tree that is needed.
 *
 * @param ceilings Processes and threads, and bytes.
 * @throws When it cannot be made.
 */
export async function makeCgroup(
  places: CgroupPlaces,
  name: string,
  ceilings: Readonly<Partial<Record<Controller, number>>>,
): Promise<Cgroup> {
  const made = (["pids", "memory"] as const).flatMap((controller) => {
    const place = places[controller];
    const ceiling = ceilings[controller];
    if (place === undefined || ceiling === undefined) return [];
    return [{ controller, ceiling, version: place.version, at: `${place.directory}/${name}` }];
  });
  const directories = [...new Set(made.map((it) => it.at))];
  await Promise.all(directories.map((it) => Deno.mkdir(it)));
  await Promise.all(
    made.map(({ controller, at, version, ceiling }) =>
      write(`${at}/${FILES[controller].max[version]}`, ceiling)
    ),
  );
  const of = (controller: Controller) => made.find((it) => it.controller === controller);
  return {
    async take(pid) {
      await Promise.all(directories.map((it) => write(`${it}/cgroup.procs`, pid)));
    },
    async stopForks() {
      const pids = of("pids");
      if (pids !== undefined) await write(`${pids.at}/${FILES.pids.max[pids.version]}`, 0);
    },
    async hits(controller) {
      const it = of(controller);
      if (it === undefined) return 0;
      const text = await Deno.readTextFile(`${it.at}/${FILES[controller].events[it.version]}`);
      return Number(new RegExp(`^${EVENT[controller]} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
    },
    async remove() {
      await Promise.all(directories.map((it) => removeGroup(it)));
    },
  };
}

/** Finds groups by the beginning of their names, for one whose maker is gone. */
export async function findCgroupsNamed(
  places: CgroupPlaces,
  prefix: string,
): Promise<readonly { readonly directory: string; readonly members: readonly number[] }[]> {
  const parents = [...new Set(Object.values(places).map((it) => it.directory))];
  const found = [];
  for (const parent of parents) {
    for await (const { name } of Deno.readDir(parent)) {
      if (!name.startsWith(prefix)) continue;
      const directory = `${parent}/${name}`;
      found.push({ directory, members: await membersOf(directory) });
    }
  }
  return found;
}

async function membersOf(directory: string): Promise<readonly number[]> {
  const text = await Deno.readTextFile(`${directory}/cgroup.procs`).catch((error) => {
    ignoreMissing(error);
    return "";
  });
  return text.split("\n").filter((it) => it !== "").map(Number);
}

/** The kernel may still be busy with the last that was in it. */
async function removeGroup(directory: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      return await Deno.remove(directory);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function write(file: string, value: number): Promise<void> {
  await Deno.writeTextFile(file, String(value), { create: false });
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
