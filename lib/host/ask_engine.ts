import type { Engine, EngineKind } from "../model/mod.ts";
import type { Env } from "./cache_dir.ts";
import {
  readDockerInfo,
  readKind,
  readPodmanInfo,
  readServerVersion,
} from "./read_engine_answers.ts";

/** Where docker's engine listens when nobody says otherwise. */
export const DEFAULT_SOCKET = "/var/run/docker.sock";

const PATIENCE_MS = 10_000;

/**
 * Whether the Deno that runs the harness survives an engine that dies while its answer is read: 2.9
 * does, 2.4 ends with an error that nobody can catch.
 */
const SPEAKS_API = isAtLeast(Deno.version.deno, 2, 9);

/** What each client finds its engine and its settings by, beside `PATH`. */
const VARIABLES: Readonly<Record<EngineKind, readonly string[]>> = {
  docker: [
    "HOME",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CERT_PATH",
    "SSH_AUTH_SOCK",
  ],
  podman: [
    "HOME",
    "CONTAINER_HOST",
    "CONTAINER_SSHKEY",
    "CONTAINERS_CONF",
    "CONTAINERS_STORAGE_CONF",
    "CONTAINERS_REGISTRIES_CONF",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "SSH_AUTH_SOCK",
  ],
  nerdctl: [
    "HOME",
    "CONTAINERD_ADDRESS",
    "CONTAINERD_NAMESPACE",
    "NERDCTL_TOML",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
  ],
};

/** Docker's client is given these by whoever calls it, where it needs them; a context below. */
const GIVEN_ELSEWHERE = ["HOME", "DOCKER_CONFIG", "DOCKER_HOST", "DOCKER_CONTEXT"];

/**
 * Asks one client which engine it reaches, and what that one can do.
 *
 * @param client Absolute path.
 * @returns The engine; or, for a person, why it cannot be used.
 */
export async function askEngine(client: string, env: Env): Promise<Engine | string> {
  const own = variablesOf(["PATH", ...Object.values(VARIABLES).flat()], env);
  const [version, info] = await Promise.all([
    ask(client, ["version", "--format", "{{json .}}"], own),
    ask(client, ["info", "--format", "{{json .}}"], own),
  ]);
  const kind = readKind(version.out);
  if (kind === undefined) {
    return version.ok
      ? `"${client} version" is answered as by no engine's client that is known`
      : `"${client} version" says: ${version.said}`;
  }
  return kind === "podman"
    ? await podman(client, version.out, info, env)
    : await dockerLike(kind, client, version, info, env);
}

async function dockerLike(
  kind: "docker" | "nerdctl",
  client: string,
  version: Answer,
  info: Answer,
  env: Env,
): Promise<Engine | string> {
  const { context, server } = readServerVersion(version.out);
  const named = context === undefined || context === "default" || env.DOCKER_HOST
    ? undefined
    : context;
  const host = kind === "nerdctl" ? unixAddress(env.CONTAINERD_ADDRESS ?? "") : env.DOCKER_HOST ||
    named !== undefined && await hostOfContext(client, named, env) || `unix://${DEFAULT_SOCKET}`;
  const at = host === "" ? "" : ` at ${host}`;
  if (server === undefined) return `"${client} version"${at} says: ${version.said}`;
  const facts = readDockerInfo(info.out);
  if (facts === undefined) return `"${client} info"${at} says: ${info.said}`;
  const isLocal = host === "" || host.startsWith("unix://");
  return {
    kind,
    client,
    version: server,
    host,
    isLocal,
    ...facts,
    lacks: [
      ...(isLocal ? [] : [`files of this machine: they are copied to ${host} and back`]),
      ...facts.lacks,
      ...(kind === "nerdctl" ? ["docker's HTTP API"] : []),
      ...(kind === "docker" && !SPEAKS_API
        ? [`an API that Deno ${Deno.version.deno}, which runs the harness, can be trusted with`]
        : []),
    ],
    ...(kind === "docker" && host.startsWith("unix://") && SPEAKS_API && {
      api: host.slice("unix://".length),
    }),
    clientEnv: {
      ...variablesOf(
        VARIABLES[kind].filter((it) => kind !== "docker" || !GIVEN_ELSEWHERE.includes(it)),
        env,
      ),
      // A context may hold keys that its address alone does not stand for.
      ...(named !== undefined && !isLocal && { DOCKER_CONTEXT: named }),
    },
  };
}

async function podman(
  client: string,
  version: string,
  info: Answer,
  env: Env,
): Promise<Engine | string> {
  const host = env.CONTAINER_HOST ?? "";
  const facts = readPodmanInfo(info.out);
  if (facts === undefined) {
    return `"${client} info"${host === "" ? "" : ` at ${host}`} says: ${info.said}`;
  }
  const { socket, ...rest } = facts;
  const isLocal = host === "" || host.startsWith("unix://");
  const api = host.startsWith("unix://") ? host.slice("unix://".length) : socket;
  const ulimits = rest.rootless ? undefined : await ownUlimits();
  return {
    kind: "podman",
    client,
    ...rest,
    version: rest.version ?? readServerVersion(version).client ?? "of no version",
    host,
    isLocal,
    lacks: [
      ...(isLocal ? [] : [`files of this machine: they are copied to ${host} and back`]),
      ...rest.lacks,
    ],
    ...(isLocal && api !== undefined && await listens(api) && { api }),
    ...(ulimits !== undefined && { ulimits }),
    clientEnv: variablesOf(VARIABLES.podman, env),
  };
}

/**
 * Without the right to raise limits, podman cannot give a container the high ones that it gives by
 * default: what this process has itself is the most there is, and of processes no more than pids.
 */
async function ownUlimits(): Promise<Engine["ulimits"]> {
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  const CAP_SYS_RESOURCE = 24n;
  if (effective === undefined || (BigInt(`0x${effective}`) >> CAP_SYS_RESOURCE & 1n) === 1n) {
    return undefined;
  }
  const limits = await Deno.readTextFile("/proc/self/limits").catch(() => "");
  const pids = Number(await Deno.readTextFile("/proc/sys/kernel/pid_max").catch(() => "32768"));
  const hard = (name: string) => {
    const text = new RegExp(`^Max ${name}\\s+\\S+\\s+(\\d+)`, "m").exec(limits)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const [files, processes] = [hard("open files"), hard("processes")];
  return {
    ...(files !== undefined && { nofile: files }),
    nproc: Math.min(processes ?? pids, pids),
  };
}

async function listens(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch {
    return false;
  }
}

async function hostOfContext(
  client: string,
  name: string,
  env: Env,
): Promise<string | undefined> {
  const answer = await ask(
    client,
    ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}", name],
    variablesOf(["PATH", ...VARIABLES.docker], env),
  );
  return answer.ok && answer.out.includes("://") ? answer.out : undefined;
}

/** containerd's clients take a path as well as an address. */
function unixAddress(address: string): string {
  return address.startsWith("/") ? `unix://${address}` : address;
}

function variablesOf(names: readonly string[], env: Env): Record<string, string> {
  return Object.fromEntries(
    [...new Set(names)].flatMap((it) => env[it] === undefined ? [] : [[it, env[it]]]),
  );
}

interface Answer {
  readonly ok: boolean;
  readonly out: string;
  /** What went wrong, in its own words. */
  readonly said: string;
}

async function ask(
  client: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Answer> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(client, {
      args: [...args],
      clearEnv: true,
      env: { ...env },
      stdin: "null",
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    const wrong = text(stderr) || (success ? "" : text(stdout));
    // The last line says what is wrong; what it asks or advises after that is not for here.
    return {
      ok: success,
      out: text(stdout),
      said: wrong.split("\n").at(-1)?.split(/\. |\.$/)[0] || "nothing",
    };
  } catch (cause) {
    return { ok: false, out: "", said: (cause as Error).message };
  }
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [own = 0, below = 0] = version.split(".").map(Number);
  return own > major || (own === major && below >= minor);
}
