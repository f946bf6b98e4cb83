import type { Engine, EngineKind } from "../model/mod.ts";

/** What `info` says of an engine. */
export type EngineInfo = Pick<Engine, "rootless" | "lacks" | "unlimited">;

/**
 * Tells of which kind a client is by its `version --format "{{json .}}"`, whatever it is called.
 *
 * docker's client has a default version of the API, podman's writes `APIVersion`, and the server of
 * nerdctl's is containerd itself.
 *
 * @returns Nothing where the answer is none of a client that is known.
 */
export function readKind(version: string): EngineKind | undefined {
  const { Client: client, Server: server } = record(parse(version));
  const own = record(client);
  if (typeof own.APIVersion === "string") return "podman";
  if (componentsOf(server).some((it) => record(it).Name === "containerd") && !isDocker(own)) {
    return "nerdctl";
  }
  if (isDocker(own)) return "docker";
  return typeof own.Version === "string" && Array.isArray(own.Components) ? "nerdctl" : undefined;
}

function isDocker(client: Readonly<Record<string, unknown>>): boolean {
  return typeof client.ApiVersion === "string" || typeof client.DefaultAPIVersion === "string";
}

/** The versions in an answer to `version`, and the context that docker's client used. */
export function readServerVersion(version: string): {
  readonly client?: string;
  readonly server?: string;
  readonly context?: string;
} {
  const { Client: client, Server: server } = record(parse(version));
  const { Version: own, Context: context } = record(client);
  const containerd = componentsOf(server).map(record).find((it) => it.Name === "containerd");
  const answered = record(server).Version ?? containerd?.Version;
  return {
    ...(typeof own === "string" && { client: own }),
    ...(typeof answered === "string" && answered !== "" && { server: answered }),
    ...(typeof context === "string" && context !== "" && { context }),
  };
}

/** Reads what `info --format "{{json .}}"` says of docker's engine, and of containerd by nerdctl. */
export function readDockerInfo(info: string): EngineInfo | undefined {
  const it = record(parse(info));
  if (typeof it.ServerVersion !== "string") return undefined;
  const options = Array.isArray(it.SecurityOptions) ? it.SecurityOptions.map(String) : [];
  const rootless = options.some((option) => option.split(",").includes("name=rootless"));
  const unlimited = missingLimits({
    memory: it.MemoryLimit !== false,
    processes: it.PidsLimit !== false,
    cpus: it.CpuCfsQuota !== false,
  });
  return {
    rootless,
    ...withLimits(unlimited, `control groups v${it.CgroupVersion ?? "?"}`, rootless),
    ...(it.SwapLimit === false && !unlimited.includes("memory") && {
      lacks: ["a limit of swap: the kernel does not count it"],
    }),
  };
}

/** Reads what `info --format "{{json .}}"` says of podman's engine. */
export function readPodmanInfo(
  info: string,
): EngineInfo & { readonly version?: string; readonly socket?: string } | undefined {
  const { host, version } = record(parse(info));
  const { security, cgroupVersion, cgroupControllers, remoteSocket } = record(host);
  if (typeof record(security).rootless !== "boolean") return undefined;
  const rootless = record(security).rootless as boolean;
  const controllers = Array.isArray(cgroupControllers) ? cgroupControllers : [];
  const unlimited = missingLimits({
    memory: controllers.includes("memory"),
    processes: controllers.includes("pids"),
    cpus: controllers.includes("cpu"),
  });
  const { Version: own } = record(version);
  const { path } = record(remoteSocket);
  return {
    rootless,
    ...withLimits(unlimited, `control groups ${cgroupVersion ?? "v?"}`, rootless),
    ...(typeof own === "string" && { version: own }),
    ...(typeof path === "string" && { socket: path.replace(/^unix:\/\//, "") }),
  };
}

type Limited = NonNullable<Engine["unlimited"]>[number];

function missingLimits(has: Readonly<Record<Limited, boolean>>): readonly Limited[] {
  return (["memory", "processes", "cpus"] as const).filter((it) => !has[it]);
}

function withLimits(
  unlimited: readonly Limited[],
  by: string,
  rootless: boolean,
): Pick<Engine, "lacks" | "unlimited"> {
  if (unlimited.length === 0) return { lacks: [] };
  const whose = rootless ? `, which it has none of as an ordinary user` : "";
  return { lacks: [`limits of ${unlimited.join(", ")}: that takes ${by}${whose}`], unlimited };
}

function componentsOf(server: unknown): readonly unknown[] {
  const { Components: components } = record(server);
  return Array.isArray(components) ? components : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function record(it: unknown): Readonly<Record<string, unknown>> {
  return typeof it === "object" && it !== null ? it as Record<string, unknown> : {};
}
