import { decideAccess } from "../../access/mod.ts";
import { CLASSES } from "../../catalog/classes.ts";
import type { Because, Limits, Policy, Source, Sourced, TaskPlan } from "../../model/mod.ts";
import { spawnDecider } from "../../plan/decide_spawn.ts";

/** What is asked of a policy, and what it says. */
export interface Answer {
  /** From 0, nothing is open, to 1, all of it is. */
  readonly exposure: number;
  /** One plain sentence. */
  readonly sentence: string;
  readonly because: Because;
}

/** A policy, and one task of an author's code planned under it. */
export interface Asked {
  readonly policy: Policy;
  readonly probe: TaskPlan;
}

/** One question of the score. */
export interface Question {
  readonly id: string;
  /** How much it counts beside the others. */
  readonly weight: number;
  /** What is asked, for the table in the README. */
  readonly about: string;
  readonly ask: (asked: Asked) => Answer;
}

/** Paths that say what reading is worth: accounts, keys, homes, data, and what anybody may have. */
export const TELLING_PATHS = [
  "/etc/passwd",
  "/root/.ssh/id_ed25519",
  "/home/user/.ssh/id_ed25519",
  "/var/lib/data",
  "/srv/data",
  "/opt/data",
  "/mnt/data",
  "/data",
] as const;

/** Where clouds hand out keys of the machine to whoever asks. */
const METADATA = "169.254.169.254:80";

/**
 * The questions, most important first.
 *
 * Each exposure falls or stays when a policy is tightened: a chain can only score less.
 */
export const QUESTIONS: readonly Question[] = [
  {
    id: "read",
    weight: 16,
    about: `which of ${TELLING_PATHS.length} telling paths an author's code reads`,
    ask: ({ probe }) => {
      const sides = TELLING_PATHS.map((value) => decideAccess(probe, { kind: "read", value }));
      const open = sides.filter((it) => it.verdict === "allowed");
      return {
        exposure: open.length / sides.length,
        sentence: open.length === 0
          ? "Tasks read their workspace, and what is allowed by name"
          : `Tasks read ${open.length} of ${sides.length} telling places, ${
            open[0]!.access.value
          } among them`,
        because: (open[0] ?? sides[0])!.because[0]!,
      };
    },
  },
  {
    id: "write",
    weight: 8,
    about: "how many paths beside the workspace may be written",
    ask: ({ policy: { writable } }) =>
      counted(
        writable,
        0.25,
        "bulkhead.writable",
        "Tasks write in their workspace only",
        (n) => `Tasks write in ${n} beside their workspace`,
      ),
  },
  {
    id: "spawn",
    weight: 14,
    about: "whether a class that no rule mentions may start processes",
    ask: ({ policy }) => {
      const { spawn, because } = spawnDecider(policy)("other.Task");
      const isListed = policy.authorizedClassPrefixes.length > 0;
      if (spawn === "allowed") {
        const some = policy.forbiddenClassPrefixes.length > 0;
        return {
          exposure: some ? 0.8 : 1,
          sentence: some
            ? "Every class that is not forbidden may start processes"
            : "Every class may start processes",
          because,
        };
      }
      const never = policy.spawn.value === "never";
      return {
        exposure: never || !isListed ? 0 : 0.2,
        sentence: never ? "No class may start processes" : "Named classes may start processes",
        because,
      };
    },
  },
  {
    id: "script-spawn",
    weight: 8,
    about: "which share of the known script classes may start processes on the host",
    ask: ({ policy }) => {
      const decide = spawnDecider(policy);
      const scripts = [...CLASSES].flatMap(([type, { kind }]) => kind === "script" ? [type] : []);
      const verdicts = scripts.map((type) => ({ type, ...decide(type) }));
      const open = verdicts.filter((it) => it.spawn === "allowed");
      return {
        exposure: open.length / scripts.length,
        sentence: open.length === 0
          ? "No script class may start processes on the host"
          : `${open.length} of ${scripts.length} script classes may start processes on the host`,
        because: (open[0] ?? verdicts[0]!).because,
      };
    },
  },
  {
    id: "network",
    weight: 12,
    about: "whether a host that no rule mentions is reached, and how many are listed",
    ask: ({ policy: { network }, probe }) => {
      const { verdict, because } = decideAccess(probe, { kind: "net", value: "other.invalid:443" });
      const listed = network.allow?.length ?? 0;
      return verdict === "allowed"
        ? {
          exposure: network.deny.length > 0 ? 0.9 : 1,
          sentence: network.deny.length > 0
            ? "Tasks reach every host that is not denied"
            : "Tasks reach every host",
          because: because[0]!,
        }
        : {
          exposure: listed === 0 ? 0 : Math.min(0.5, 0.2 + listed * 0.02),
          sentence: listed === 0 ? "Tasks have no network" : `Tasks reach ${count(listed, "host")}`,
          because: because[0]!,
        };
    },
  },
  {
    id: "metadata",
    weight: 5,
    about: `whether ${METADATA}, where clouds hand out keys, is reached`,
    ask: ({ probe }) => {
      const { verdict, because } = decideAccess(probe, { kind: "net", value: METADATA });
      const isOpen = verdict === "allowed";
      return {
        exposure: isOpen ? 1 : 0,
        sentence: isOpen
          ? "Tasks reach the address where clouds hand out keys of the machine"
          : "Tasks do not reach the address where clouds hand out keys",
        because: because[0]!,
      };
    },
  },
  {
    id: "env",
    weight: 3,
    about: "how many variables of the harness tasks see",
    ask: ({ policy: { env } }) =>
      counted(
        env,
        0.1,
        "bulkhead.env.allow",
        "Tasks see no variable of the harness",
        (n) => `Tasks see ${n} of the harness`,
        "variable",
      ),
  },
  {
    id: "kernel",
    weight: 8,
    about: "whether the kernel layer is demanded, used where it is there, or left out",
    ask: ({ policy: { kernel } }) => ({
      exposure: { require: 0, prefer: 0.3, off: 1 }[kernel.value],
      sentence: {
        require: "Without the kernel layer nothing starts",
        prefer: "Where the kernel layer is missing, tasks run without",
        off: "The kernel layer is left out",
      }[kernel.value],
      because: said("bulkhead.kernel", kernel.source),
    }),
  },
  ...limit("timeoutMs", "timeout", 2, "run for ever"),
  ...limit("memoryBytes", "memory", 3, "take all memory"),
  ...limit("processes", "processes", 2, "start processes without end"),
  ...limit("files", "files", 1, "open files without end"),
  ...limit("outputBytes", "output", 1, "print without end"),
  ...limit("workspaceBytes", "workspace", 2, "fill the disk"),
  {
    id: "images",
    weight: 5,
    about: "whether images are listed, and named by digest",
    ask: ({ policy: { containers: { images } } }) => {
      const { allow, digestRequired } = images;
      const listed = allow.length > 0;
      const exposure = listed ? digestRequired ? 0 : 0.4 : digestRequired ? 0.6 : 1;
      return {
        exposure,
        sentence:
          (listed ? "Containers are made of listed images" : "Containers are made of any image") +
          (digestRequired ? ", named by their digest" : ""),
        because: said("bulkhead.containers.images", digestRequired ?? allow.flat()[0]?.source),
      };
    },
  },
  {
    id: "container-network",
    weight: 4,
    about: "whether containers may have a network",
    ask: ({ policy: { containers } }) => {
      const others = containers.networks.filter((it) => it.value !== "none");
      return {
        exposure: others.length === 0 ? 0 : 1,
        sentence: others.length === 0
          ? "Containers have no network"
          : `Containers may have the network ${others[0]!.value}`,
        because: said("bulkhead.containers.networks", others[0]?.source),
      };
    },
  },
  {
    id: "volumes",
    weight: 4,
    about: "whether containers may mount paths of the host, and write there",
    ask: ({ policy: { containers: { volumes } } }) => {
      const written = volumes.find((it) => !it.readOnly);
      return {
        exposure: volumes.length === 0 ? 0 : written === undefined ? 0.4 : 1,
        sentence: volumes.length === 0
          ? "Containers mount nothing of the host"
          : written === undefined
          ? `Containers may mount ${volumes[0]!.value}, for reading`
          : `Containers may mount ${written.value}, and write there`,
        because: said("bulkhead.containers.volumes", (written ?? volumes[0])?.source),
      };
    },
  },
  {
    id: "capabilities",
    weight: 2,
    about: "how many capabilities containers have",
    ask: ({ policy: { containers: { capabilities } } }) =>
      counted(
        capabilities,
        0.25,
        "bulkhead.containers.capabilities",
        "Containers have no capability",
        (n) => `Containers have ${n}`,
        "capability",
      ),
  },
  {
    id: "root-user",
    weight: 2,
    about: "whether containers may run as the superuser",
    ask: ({ policy: { containers: { users } } }) => {
      const root = users.find((it) => it.value.startsWith("0:"));
      return {
        exposure: root === undefined ? 0 : 1,
        sentence: root === undefined
          ? "Containers run as an ordinary user"
          : "Containers may run as the superuser",
        because: said("bulkhead.containers.users", root?.source),
      };
    },
  },
  {
    id: "writable-root",
    weight: 1,
    about: "whether a container's root file system can be written",
    ask: ({ policy: { containers: { writableRoot } } }) => ({
      exposure: writableRoot?.value === true ? 1 : 0,
      sentence: writableRoot?.value === true
        ? "A container's root file system can be written"
        : "A container's root file system cannot be written",
      because: said("bulkhead.containers.read-only", writableRoot?.source),
    }),
  },
  {
    id: "devices-and-ports",
    weight: 1,
    about: "whether containers may have devices, or ports of the host",
    ask: ({ policy: { containers: { devices, ports } } }) => {
      const open = [...devices, ...ports];
      return {
        exposure: open.length === 0 ? 0 : 1,
        sentence: open.length === 0
          ? "Containers have no device and no port of the host"
          : `Containers may have ${
            count(open.length, "device or range of ports", "devices and ranges of ports")
          }`,
        because: said("bulkhead.containers.devices and ports", open[0]?.source),
      };
    },
  },
  {
    id: "plugins",
    weight: 3,
    about: "whether the classes that may be used are listed",
    ask: ({ policy: { plugins: { includes, excludes } } }) => {
      const [exposure, sentence] = includes.length > 0
        ? [0, "Only listed classes may be used"] as const
        : excludes.length > 0
        ? [0.8, "Every class may be used that is not excluded"] as const
        : [1, "Every class may be used"] as const;
      const [first] = [...includes.flat(), ...excludes];
      return { exposure, sentence, because: said("kestra.plugins.security", first?.source) };
    },
  },
  {
    id: "in-process",
    weight: 2,
    about: "whether scripts run without a container",
    ask: ({ policy: { scripts: { inProcess } } }) =>
      counted(
        inProcess,
        0.34,
        "bulkhead.scripts.in-process",
        "Every script runs in a container",
        (n) => `Scripts of ${n} run without a container`,
        "language",
      ),
  },
];

function limit(
  key: keyof Limits,
  name: string,
  weight: number,
  otherwise: string,
): readonly Question[] {
  return [{
    id: `limit-${name}`,
    weight,
    about: `whether a task may ${otherwise}`,
    ask: ({ policy: { limits } }) => ({
      exposure: limits[key] === undefined ? 1 : 0,
      sentence: limits[key] === undefined
        ? `One task may ${otherwise}`
        : `No task may ${otherwise}`,
      because: said(`bulkhead.limits.${name}`, limits[key]?.source),
    }),
  }];
}

function counted(
  list: readonly Sourced<string>[],
  each: number,
  rule: string,
  none: string,
  some: (count: string) => string,
  word = "path",
): Answer {
  return {
    exposure: Math.min(1, list.length * each),
    sentence: list.length === 0 ? none : some(count(list.length, word)),
    because: said(rule, list[0]?.source),
  };
}

function count(number: number, word: string, several?: string): string {
  const plural = several ?? (word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`);
  return `${number} ${number === 1 ? word : plural}`;
}

function said(rule: string, source: Source | undefined): Because {
  return { effect: rule, rule, source: source ?? "built-in" };
}
