import type { ContainerSpec, DeviceRequest, Engine, Mount } from "../model/mod.ts";

/** Stands in a plan for the file with the container's variables. */
export const ENV_FILE = "<env-file>";

/** What of an engine changes how its client is told the same. */
export type EngineFlavour =
  & Pick<Engine, "kind">
  & Partial<Pick<Engine, "rootless" | "unlimited" | "ulimits">>;

/** How the container is started, beside what it is. */
export interface ArgvOptions {
  readonly client: string;
  /** Docker's, with all limits, where nothing is said. */
  readonly engine?: EngineFlavour;
  /** `run` starts it at once and removes it when it ends; `create` does neither. */
  readonly command: "run" | "create";
  /** Holds the variables of the spec, so that no value stands in the process list. */
  readonly envFile: string;
  /** Variables that the client takes from its own environment: those that hold line breaks. */
  readonly envNames?: readonly string[];
}

/**
 * The command line that makes a container: `docker run …`, and the same for clients like it.
 *
 * Everything a container could use to reach its host is off: no capability but those that are
 * named, no new privilege, and nothing of the host but the mounts. The image is never pulled here.
 */
export function containerArgv(spec: ContainerSpec, options: ArgvOptions): readonly string[] {
  const { client, command, envFile, envNames = [], engine = { kind: "docker" } } = options;
  const limited = (what: NonNullable<EngineFlavour["unlimited"]>[number]) =>
    engine.unlimited?.includes(what) !== true;
  const { user: { uid, gid }, resources } = spec;
  const [entrypoint = "", ...arguments_] = spec.entrypoint;
  return [
    client,
    command,
    ...(command === "run" ? ["--rm"] : []),
    `--name=${spec.name}`,
    ...Object.entries(spec.labels).map(([key, value]) => `--label=${key}=${value}`),
    "--pull=never",
    `--network=${spec.network}`,
    ...spec.extraHosts.map((it) => `--add-host=${it}`),
    ...spec.ports.map((it) =>
      `--publish=${bracketed(it.address)}:${it.hostPort}:${it.containerPort}/${it.protocol}`
    ),
    ...(spec.writableRoot ? [] : ["--read-only"]),
    ...(spec.init ? ["--init"] : []),
    ...flagsOf(engine, spec),
    "--cap-drop=ALL",
    ...spec.capabilities.map((it) => `--cap-add=${it}`),
    "--security-opt=no-new-privileges",
    ...spec.deviceRequests.map((it) => `--gpus=${gpus(it)}`),
    // A limit that cannot be is not asked for: the command line says what holds.
    ...(limited("processes") ? [`--pids-limit=${resources.processes}`] : []),
    ...(limited("memory")
      ? [
        `--memory=${resources.memory}`,
        `--memory-swap=${resources.memorySwap}`,
        ...optional("--memory-reservation", resources.memoryReservation),
        ...optional("--memory-swappiness", resources.memorySwappiness),
      ]
      : []),
    ...(limited("cpus") ? [`--cpus=${resources.cpus}`] : []),
    ...optional("--shm-size", resources.shm),
    "--ulimit=core=0:0",
    ...limit("nofile", resources.files ?? engine.ulimits?.nofile),
    ...limit("nproc", engine.ulimits?.nproc),
    ...limit("fsize", resources.file),
    `--user=${uid}:${gid}`,
    `--tmpfs=/tmp:${tmpfs(engine, spec)}`,
    ...spec.mounts.map((it) => `--mount=${mount(it)}`),
    `--workdir=${spec.workdir}`,
    `--env-file=${envFile}`,
    ...envNames.map((it) => `--env=${it}`),
    `--entrypoint=${entrypoint}`,
    spec.image,
    ...arguments_,
    ...spec.command,
  ];
}

/**
 * What podman has to be told to make the container that docker makes.
 *
 * It gives a read-only container writable places of its own, in memory without end, and hands on the
 * variables of proxies. Of an ordinary user's it has to map that user to itself, or the workspace
 * belongs to nobody inside.
 */
function flagsOf({ kind, rootless }: EngineFlavour, spec: ContainerSpec): readonly string[] {
  if (kind !== "podman") return [];
  return [
    ...(spec.writableRoot ? [] : ["--read-only-tmpfs=false"]),
    "--http-proxy=false",
    // To remove it by force is to ask its first process to end, and to wait for so long.
    "--stop-timeout=0",
    ...(rootless ? ["--userns=keep-id"] : []),
  ];
}

/**
 * Options of the container's `/tmp`. What may be executed in the workspace may be here too:
 * compilers run what they make in `/tmp`.
 *
 * Docker copies the mode of the image's own /tmp over ours, so its owner is named; podman knows no
 * owner, and is told to copy nothing.
 */
function tmpfs({ kind }: EngineFlavour, { user: { uid, gid }, resources }: ContainerSpec): string {
  const own = kind === "podman" ? ["notmpcopyup"] : [`uid=${uid}`, `gid=${gid}`];
  return ["rw", "exec", "nosuid", "nodev", "mode=1777", ...own, `size=${resources.tmp}`].join(",");
}

/** An address with colons of its own, told from the ports. */
function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function optional(name: string, value: number | undefined): readonly string[] {
  return value === undefined ? [] : [`${name}=${value}`];
}

function limit(name: string, value: number | undefined): readonly string[] {
  return value === undefined ? [] : [`--ulimit=${name}=${value}:${value}`];
}

function mount(it: Mount): string {
  const fields = it.type === "volume" ? ["type=volume", `target=${it.target}`] : [
    "type=bind",
    `source=${it.source}`,
    `target=${it.target}`,
    ...(it.readOnly ? ["readonly"] : []),
  ];
  return fields.map(csv).join(",");
}

/** One request, in the words of `--gpus`. */
function gpus({ driver, count, deviceIds, capabilities, options }: DeviceRequest): string {
  return [
    `driver=${driver}`,
    ...(count === undefined ? [] : [`count=${count}`]),
    ...(deviceIds === undefined ? [] : [`device=${deviceIds.join(",")}`]),
    ...(capabilities === undefined ? [] : [`capabilities=${capabilities.flat().join(",")}`]),
    ...(options === undefined
      ? []
      : [`options=${Object.entries(options).map(([key, it]) => `${key}=${it}`).join(",")}`]),
  ].map(csv).join(",");
}

/** Fields are comma-separated values to the client. */
function csv(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
