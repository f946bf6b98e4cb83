import type { ReadyScript } from "../lib/execute/run_script.ts";
import type { EventWithoutHead, TaskRun } from "../lib/execute/run_task.ts";
import type { ExecutionRoot, Workspace } from "../lib/execute/workspace.ts";
import type { ContainerProgram, ContainerSpec, LimitValues } from "../lib/model/mod.ts";
import { engineFacts } from "./engine_facts.ts";

/** What the tests' engine has, wherever there is one. */
export const IMAGE = "busybox:latest";

/** Where the tests' engine answers. */
export const HOST = Deno.env.get("DOCKER_HOST") || "unix:///var/run/docker.sock";

/** Its client. */
export const CLIENT =
  (Deno.env.get("PATH") ?? "").split(":").map((it) => `${it}/docker`).find((it) => {
    try {
      return Deno.statSync(it).isFile;
    } catch {
      return false;
    }
  }) ?? "/usr/bin/docker";

/** How a container is run. */
export interface Way {
  readonly transport: ContainerProgram["transport"];
  readonly files: ContainerProgram["files"];
}

/** What the container of a task is, when nothing else is asked for. */
export function specOf(
  { files }: Way,
  execution: string,
  own: Partial<ContainerSpec> = {},
): ContainerSpec {
  const isRoot = Deno.uid() === 0;
  const user = isRoot ? { uid: 65534, gid: 65534 } : { uid: Deno.uid()!, gid: Deno.gid()! };
  return {
    name: "<container>",
    image: IMAGE,
    entrypoint: [],
    command: [],
    env: {},
    labels: { "bulkhead.execution": execution },
    workdir: "<workspace>",
    user,
    network: "none",
    extraHosts: [],
    ports: [],
    mounts: files === "MOUNT"
      ? [{ type: "bind", source: "<workspace>", target: "<workspace>", readOnly: false }]
      : [{ type: "volume", target: "<workspace>" }],
    deviceRequests: [],
    capabilities: [],
    writableRoot: false,
    resources: {
      memory: 64 * 2 ** 20,
      memorySwap: 64 * 2 ** 20,
      cpus: 1,
      processes: 64,
      tmp: 16 * 2 ** 20,
    },
    ...own,
  };
}

/** A program as a plan has it, for the tests' engine. */
export function programOf(
  way: Way,
  spec: ContainerSpec,
  command: readonly string[],
  own: Partial<ContainerProgram> = {},
): ContainerProgram {
  return {
    kind: "container",
    work: { command, env: {}, inputFiles: {}, outputFiles: [], outputDirectory: false },
    engine: engineFacts({ client: CLIENT, host: HOST, api: HOST.replace(/^unix:\/\//, "") }),
    transport: way.transport,
    spec,
    images: { allow: [], deny: [] },
    pull: "IF_NOT_PRESENT",
    files: way.files,
    owner: spec.user,
    killGraceMs: 0,
    resume: false,
    ...own,
  };
}

/** What a script has that is ready to run. */
export function readyFor(
  program: ContainerProgram,
  { root, workspace, execution, env = {}, limits = {}, timeoutMs, signal, emit, onLine }: {
    readonly root: ExecutionRoot;
    readonly workspace: Workspace;
    readonly execution: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly limits?: LimitValues;
    readonly timeoutMs?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly emit: (event: EventWithoutHead) => void;
    readonly onLine: ReadyScript["onLine"];
  },
): ReadyScript {
  const run = {
    plan: { task: { id: "it" }, limits, timeoutMs, because: [] },
    id: workspace.path.slice(workspace.slot.length + 1),
    root,
    execution,
    secrets: {},
    env: () => undefined,
    signal: signal ?? new AbortController().signal,
    emit,
  } as unknown as TaskRun;
  return {
    run,
    workspace,
    work: { ...program.work, inputFiles: {} },
    env: { ...env, WORKING_DIR: workspace.path, OUTPUT_DIR: `${workspace.path}/output` },
    onLine,
  };
}
