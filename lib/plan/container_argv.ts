/** What a container is started with, already decided. */
export interface ContainerStart {
  readonly client: string;
  readonly image: string;
  readonly network: string;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly pull: "missing" | "always" | "never";
  readonly labels: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  readonly processes: number;
  readonly files?: number;
  /** Of one file that is written. */
  readonly fileBytes?: number;
  /** The interpreter and its argument. */
  readonly command: readonly string[];
}

/** Placeholders that the run fills in. */
export const CONTAINER = "<container>";
export const ENV_FILE = "<env-file>";

/** An argv and the position of the image in it. */
export interface ContainerArgv {
  readonly argv: readonly string[];
  readonly image: number;
}

/**
 * The `docker run` command line of a script task.
 *
 * Everything a container could use to reach its host is off: no capability, no new privilege,
 * a root file system that cannot be written, one mount. Variables come from a file, so that
 * no value stands in the process list.
 */
export function containerArgv(start: ContainerStart): ContainerArgv {
  const { uid, gid } = start.user;
  const options = [
    start.client,
    "run",
    "--rm",
    `--name=${CONTAINER}`,
    ...Object.entries(start.labels).map(([key, value]) => `--label=${key}=${value}`),
    `--pull=${start.pull}`,
    `--network=${start.network}`,
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    `--pids-limit=${start.processes}`,
    `--memory=${start.memoryBytes}`,
    `--memory-swap=${start.memoryBytes}`,
    "--cpus=1",
    "--ulimit=core=0:0",
    ...(start.files === undefined ? [] : [`--ulimit=nofile=${start.files}:${start.files}`]),
    ...(start.fileBytes === undefined
      ? []
      : [`--ulimit=fsize=${start.fileBytes}:${start.fileBytes}`]),
    `--user=${uid}:${gid}`,
    // Its owner is named because the engine copies the mode of the image's own /tmp over ours.
    `--tmpfs=/tmp:rw,nosuid,nodev,mode=1777,uid=${uid},gid=${gid},size=64m`,
    "--mount=type=bind,source=<workspace>,target=<workspace>",
    "--workdir=<workspace>",
    `--env-file=${ENV_FILE}`,
    "--entrypoint=",
  ];
  return { argv: [...options, start.image, ...start.command], image: options.length };
}
