import { type CgroupPlaces, readCgroups as cgroupPlaces } from "../kernel/cgroups.ts";
import { readKernel } from "../kernel/read_kernel.ts";
import type { Machine, UserNamespaces } from "../model/mod.ts";
import { cacheRoot, type Env } from "./cache_dir.ts";
import { locateEngine, onPath } from "./locate_engine.ts";
import { originOf } from "./origin.ts";
import { readCgroups } from "./read_cgroups.ts";
import { locateRuntime } from "./runtime.ts";
import { rootOfWorkspaces } from "./inspect_host.ts";

/** What a person said about the machine. */
export interface MachineQuestion {
  readonly env: Env;
  /** `--runtime`. */
  readonly runtime?: string;
  /** `--workspace`. */
  readonly workspace?: string;
  /** What the policy names. */
  readonly engine?: string;
}

/** Clients of engines that are known. */
const CLIENTS = ["docker", "podman", "nerdctl"];

/** Settings that govern user namespaces; the last two are Debian's and Ubuntu's. */
const NAMESPACE_SETTINGS = [
  "user/max_user_namespaces",
  "kernel/unprivileged_userns_clone",
  "kernel/apparmor_restrict_unprivileged_userns",
];

/**
 * Reads what this machine offers to isolate tasks with. Changes nothing that lasts, but for the
 * runtime, which a compiled binary unpacks.
 */
export async function readMachine(question: MachineQuestion): Promise<Machine> {
  const { env, runtime, workspace } = question;
  const found = readKernel();
  const uid = Deno.uid() ?? 0;
  const [located, engine, cgroups, userNamespaces, seccomp, clients, workspaces] = await Promise
    .all([
      locateRuntime({
        ...(runtime !== undefined && { flag: runtime }),
        env,
        origin: originOf(env),
      }),
      locateEngine(question.engine, env),
      readCgroups(),
      readUserNamespaces(env),
      Deno.readTextFile("/proc/sys/kernel/seccomp/actions_avail").catch(() => ""),
      Promise.all(
        CLIENTS.map(async (name) => {
          const path = await onPath(name, env.PATH ?? "");
          return path === undefined ? [] : [{ name, path }];
        }),
      ),
      rootOfWorkspaces(workspace, env),
    ]);
  return {
    os: Deno.build.os,
    release: Deno.osRelease(),
    arch: Deno.build.arch,
    uid,
    gid: Deno.gid() ?? 0,
    kernel: typeof found === "string"
      ? {
        found: false,
        problem: { code: "host/kernel-layer", severity: "error", message: found },
      }
      : { found: true, value: found },
    seccomp: seccomp.split(/\s+/).filter((it) => it !== ""),
    userNamespaces,
    cgroups,
    limits: limitsOf(cgroupPlaces(), uid),
    engine,
    clients: clients.flat().filter((it) => !engine.found || it.path !== engine.value.client),
    runtime: located,
    cache: cacheRoot(env),
    workspaces,
  };
}

/** By what limits are enforced when a task runs: a cgroup where one can be made, else what the system limits of each user's. */
export function limitsOf({ pids, memory }: CgroupPlaces, uid: number): Machine["limits"] {
  return {
    processes: pids ? "a cgroup" : uid === 0 // whom that limit does not bind
      ? undefined
      : "RLIMIT_NPROC, which counts all processes of this user",
    memory: memory ? "a cgroup" : "RLIMIT_DATA, for each process by itself",
  };
}

/** A namespace ends with the process that made it: to try leaves nothing. */
async function readUserNamespaces(env: Env): Promise<UserNamespaces> {
  const settings: Record<string, string> = {};
  for (const name of NAMESPACE_SETTINGS) {
    const text = await Deno.readTextFile(`/proc/sys/${name}`).catch(() => undefined);
    if (text !== undefined) settings[name.replace("/", ".")] = text.trim();
  }
  const program = await onPath("unshare", env.PATH ?? "");
  if (program === undefined) return { allowed: "unknown", settings };
  const { success } = await new Deno.Command(program, {
    args: ["--user", "true"],
    clearEnv: true,
    env: { PATH: env.PATH ?? "" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  return { allowed: success ? "yes" : "no", settings };
}
