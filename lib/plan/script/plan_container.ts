import { CONTAINER, containerArgv, ENV_FILE } from "../../container/mod.ts";
import type {
  ContainerProgram,
  ContainerSpec,
  Engine,
  Flow,
  HostFacts,
  Layers,
  LocatedMap,
  Policy,
  Source,
  Task,
} from "../../model/mod.ts";
import type { ClosedPath } from "../closed_paths.ts";
import { refuseEngine } from "../plan_engine.ts";
import type { Script } from "../plan_script.ts";
import { WORKSPACE } from "../permissions.ts";
import { hostRefusal } from "../refusals.ts";
import { becauseOfContainer } from "./because_of_container.ts";
import { credentialsOf } from "./credentials_of.ts";
import { devicesOf } from "./devices_of.ts";
import { imageOf } from "./image_of.ts";
import { lifecycleOf } from "./lifecycle_of.ts";
import { type ContainerNetwork, networkOf } from "./network_of.ts";
import { resourcesOf } from "./resources_of.ts";
import { keyOf, refuseKeys, type RunnerReader } from "./runner_reader.ts";
import { readTexts } from "./task_reader.ts";
import { userOf } from "./user_of.ts";
import { volumesOf } from "./volumes_of.ts";
import { type Reach, type ScriptClass, workOf } from "./work_of.ts";

/** Judged by where there is no engine: what a task asks for is refused before what the host lacks. */
const NO_ENGINE: Engine = {
  kind: "docker",
  client: "docker",
  version: "",
  host: "",
  rootless: false,
  isLocal: true,
  lacks: [],
};

/** Plans a script task that a container runs. */
export function planContainer(
  task: Task,
  known: ScriptClass,
  flow: Flow,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): Script {
  const engine = host.engine.found ? host.engine.value : NO_ENGINE;
  const runner = runnerOf(task);
  const reader: RunnerReader = {
    task,
    refusals: [],
    runner,
    forcedAt: forcedAt(runner),
    policy,
    closed,
    host,
    engine,
  };
  refuseKeys(reader);
  if (reader.refusals[0] !== undefined) return { refusal: reader.refusals[0] };
  const image = imageOf(reader, known.image);
  const network = networkOf(reader);
  const user = userOf(reader);
  const volumes = volumesOf(reader);
  const lifecycle = lifecycleOf(reader);
  const credentials = credentialsOf(reader);
  const entrypoint = entryPointOf(reader);
  const deviceRequests = devicesOf(reader);
  const resources = resourcesOf(reader);
  const [refusal] = reader.refusals;
  if (refusal !== undefined) return { refusal };
  const work = workOf({ task, known, flow, host, reach: reachOf(network) });
  if ("refusal" in work) return work;
  if (!host.engine.found) return { refusal: hostRefusal(host.engine.problem) };

  const transport = transportOf(policy, engine);
  if (typeof transport !== "string") return transport;
  const spec: ContainerSpec = {
    name: CONTAINER,
    image: image.name,
    entrypoint,
    command: work.command,
    env: variablesOf(known),
    labels: labelsOf(task, flow),
    workdir: WORKSPACE,
    user: user.user,
    network: network.network,
    extraHosts: network.extraHosts,
    ports: network.ports,
    mounts: [
      lifecycle.files === "MOUNT"
        ? { type: "bind", source: WORKSPACE, target: WORKSPACE, readOnly: false }
        : { type: "volume", target: WORKSPACE },
      ...volumes.map((it) => it.mount),
    ],
    deviceRequests,
    capabilities: policy.containers.capabilities.map((it) => it.value),
    writableRoot: policy.containers.writableRoot?.value ?? false,
    // A shell that is process 1 ignores the signal that asks it to end.
    init: lifecycle.killGraceMs > 0,
    resources,
  };
  const byEngine = refuseEngine(task, spec, policy, engine);
  if (byEngine !== undefined) return { refusal: byEngine };
  const chosen = { image, network, user, volumes, spec, files: lifecycle.files, transport };
  return {
    argv: containerArgv(spec, {
      client: engine.client,
      command: "run",
      envFile: ENV_FILE,
      engine,
    }),
    program: {
      kind: "container",
      work,
      engine,
      transport,
      spec,
      images: policy.containers.images,
      ...lifecycle,
      ...(!engine.rootless && { owner: user.user }),
      ...(credentials && { credentials }),
    },
    layers: layersOf(spec),
    because: becauseOfContainer(chosen, policy, host),
  };
}

function runnerOf({ effective }: Task): LocatedMap | undefined {
  const runner = effective.entries.get("taskRunner")?.value;
  return runner?.kind === "map" ? runner : undefined;
}

function forcedAt(runner: LocatedMap | undefined): Source | undefined {
  const type = runner?.entries.get("type")?.value;
  return type?.injection === "forced plugin default" || type?.injection === "policy rule"
    ? type.source
    : undefined;
}

/** An empty list takes the image's own out, and so does one that holds an empty text, as in Kestra. */
function entryPointOf(reader: RunnerReader): readonly string[] {
  const words = readTexts(reader, "taskRunner.entryPoint", keyOf(reader, "entryPoint"));
  return words.length === 1 && words[0] === "" ? [] : words;
}

function reachOf({ network, rule, source }: ContainerNetwork): Reach {
  return network !== "none" ? { online: true } : {
    online: false,
    rule: "its container has no network",
    source: rule.startsWith("bulkhead") ? source : "built-in",
    help: "Give containers a network in bulkhead.containers.networks",
  };
}

/** How the engine is spoken to: as the policy says, or over its socket where it has one. */
function transportOf(
  { containers: { transport } }: Policy,
  engine: Engine,
): ContainerProgram["transport"] | Script {
  // What makes a container of podman's as closed as one of docker's, docker's API has no words for.
  const speaks = engine.kind === "docker" && engine.api !== undefined;
  if (transport === undefined || transport.value === "auto") return speaks ? "api" : "cli";
  if (transport.value === "cli" || speaks) return transport.value;
  return {
    refusal: {
      code: "plan/container-transport",
      message: `Cannot speak to ${engine.kind} over its socket: ${
        engine.kind === "docker" ? "there is none to speak to" : "only docker is spoken to so"
      }`,
      by: "host",
      source: transport.source,
      help: 'Say "transport: auto"',
    },
  };
}

/** The container's user has no home, and a root that it cannot write. */
function variablesOf({ directories }: ScriptClass): Readonly<Record<string, string>> {
  return {
    HOME: WORKSPACE,
    ...Object.fromEntries(
      Object.entries(directories).map(([key, it]) => [key, `${WORKSPACE}/${it}`]),
    ),
  };
}

/** Kestra's labels, so that its tools find the container; values as it cuts them. */
function labelsOf(task: Task, flow: Flow): Record<string, string> {
  const cut = (text: string) => text.slice(0, 63).replace(/[-._ ]+$/, "");
  return {
    "kestra.io/namespace": cut(flow.namespace),
    "kestra.io/flow-id": cut(flow.id),
    "kestra.io/task-id": cut(task.id),
    "kestra.io/execution-id": "<execution>",
    "kestra.io/taskrun-id": "<task-run>",
    "bulkhead.execution": "<execution>",
  };
}

function layersOf({ mounts, network, capabilities, writableRoot }: ContainerSpec): Layers {
  const layer = { active: false, why: "the container is the boundary" } as const;
  return {
    preflight: layer,
    deno: layer,
    kernel: layer,
    container: {
      active: true,
      enforces: [
        writableRoot ? "own root" : "own root, read-only",
        mounts.length === 1 ? "one mount" : `${mounts.length} mounts`,
        capabilities.length === 0 ? "no capabilities" : `capabilities ${capabilities.join(", ")}`,
        network === "none" ? "no network" : `network ${network}`,
      ].join("; "),
    },
  };
}
