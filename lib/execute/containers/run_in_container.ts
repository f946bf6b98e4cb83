import { CONTAINER, containerArgv, fillSpec } from "../../container/mod.ts";
import type { ContainerProgram, ContainerSpec, Ending } from "../../model/mod.ts";
import { markOf } from "../child_pool.ts";
import type { UsedEngine } from "../clear_left_overs.ts";
import { clientEnv } from "../client_env.ts";
import type { RenderedContainer } from "../render_script.ts";
import type { ReadyScript } from "../run_script.ts";
import { type TaskRun, tellLimits } from "../run_task.ts";
import { apiContainer } from "./api_container.ts";
import { runAtOnce, runByStep, takeUp } from "./client_containers.ts";
import type { ContainerHandle } from "./container_handle.ts";
import { type EngineApi, openEngineApi } from "./engine_api.ts";
import { type EngineClientCalls, engineClientCalls, PATIENCE_MS } from "./engine_client_calls.ts";
import { followContainer } from "./follow_container.ts";
import { giveTree } from "./give_tree.ts";
import { judgeRendered } from "./judge_rendered.ts";
import { registryConfig } from "./registry_config.ts";
import { refuseVariable, splitVariables } from "./split_variables.ts";
import { digestWork } from "./digest_work.ts";
import { RESUME, resumeKey, type ResumeNote } from "./resume_note.ts";
import { type AroundRun, stepsAgain, stepsOf } from "./steps_of.ts";
import { takeLeftOver } from "./take_left_over.ts";

const TAKEN_UP = "the container of a run that was cut off is taken up again";

/**
 * Runs a script in a container of its own, and has its files in the workspace afterwards.
 *
 * Nothing of the container is left, however it ended.
 */
export async function runInContainer(
  program: ContainerProgram,
  { image: rendered, credentials }: RenderedContainer,
  ready: ReadyScript,
): Promise<Ending> {
  const { run, workspace, work, env } = ready;
  const judged = await judgeRendered(program, rendered);
  if ("fact" in judged) return notStarted(judged.fact);
  const { image } = judged;
  const { engine, transport, files } = program;
  const owner = program.owner ?? program.spec.user;
  // Files that are copied belong to whom the copy says.
  if (files === "MOUNT" && program.owner !== undefined && Deno.uid() === 0) {
    await giveTree(workspace.path, owner);
  }
  const used: UsedEngine = {
    client: engine.client,
    host: engine.host,
    env: engine.clientEnv ?? {},
  };
  await run.root.privateFile(`${run.id}.engine`, JSON.stringify(used));
  const config = credentials && registryConfig(credentials, image);
  if (config !== undefined && "fact" in config) return notStarted(config.fact);
  const configFile = config &&
    await run.root.privateFile(`${run.id}.registry/config.json`, config.text);
  const filled = fillSpec(program.spec, {
    "<workspace>": workspace.path,
    "<slot>": workspace.slot,
    [CONTAINER]: `bulkhead-${run.id}`,
    "<execution>": run.execution,
    "<task-run>": run.id,
  }, { image, command: work.command, env });
  const placed = { ...filled, mounts: filled.mounts.map((it) => aboveItself(it, ready)) };
  const calls = await engineClientCalls({
    client: engine.client,
    kind: engine.kind,
    host: engine.host,
    env: clientEnv(engine, run.env),
    mark: markOf(run.execution, run.id),
  });
  const resume = program.resume ? await noteWork(placed, ready) : undefined;
  await using left = resume && await takeLeftOver(rootOf(run), resume, calls);
  if (resume !== undefined) {
    await run.root.privateFile(`${run.id}${RESUME}`, JSON.stringify(resume));
  }
  const spec: ContainerSpec = resume === undefined
    ? placed
    : { ...placed, labels: { ...placed.labels, "bulkhead.work": resume.work } };
  const disposables = new DisposableStack();
  using _disposables = disposables;
  const container = left !== undefined
    ? takeUp({ calls, name: left.note.name })
    : transport === "api"
    ? overApi(program, spec, calls, disposables)
    : await overClient(program, spec, calls, run);
  if (typeof container === "string") return notStarted(container);
  const { workspaceBytes, outputBytes } = run.plan.limits;
  const warn = (message: string) => run.emit({ type: "task.log", level: "WARN", message });
  const around: AroundRun = {
    image,
    pull: program.pull,
    calls,
    ...(configFile !== undefined && { config: configFile.slice(0, configFile.lastIndexOf("/")) }),
    ...(files === "VOLUME" && {
      copied: { directory: workspace.path, slot: workspace.slot, owner },
      ...(workspaceBytes !== undefined && { workspaceBytes }),
    }),
    onWarning: warn,
  };
  if (left !== undefined) run.emit({ type: "task.log", level: "INFO", message: TAKEN_UP });
  const steps = left === undefined
    ? stepsOf(around)
    : stepsAgain(around, { from: left.note.workspace, to: workspace.path });
  const ending = await followContainer(container, steps, {
    ...(run.plan.timeoutMs !== undefined && { timeoutMs: run.plan.timeoutMs }),
    signal: run.signal,
    killGraceMs: program.killGraceMs,
    ...(outputBytes !== undefined && { outputBytes }),
    ...(files === "MOUNT" && workspaceBytes !== undefined && {
      workspace: { path: left?.note.workspace ?? workspace.path, bytes: workspaceBytes },
    }),
  }, { onLine: ready.onLine, onWarning: warn });
  if (ending.kind === "limited") tellLimits(run, [ending.limit]);
  return ending;
}

/** What is written down of a container that may be taken up again. */
async function noteWork(spec: ContainerSpec, { run, workspace }: ReadyScript): Promise<ResumeNote> {
  const { "kestra.io/namespace": namespace = "", "kestra.io/flow-id": flow = "" } = spec.labels;
  return {
    key: resumeKey(namespace, flow, run.plan.task.id),
    work: await digestWork(spec, workspace),
    name: spec.name,
    workspace: workspace.path,
  };
}

/** Where the directories of executions are. */
function rootOf({ root, execution }: TaskRun): string {
  return root.path.slice(0, -execution.length - 1);
}

/** A container that is to be found again does not remove itself, nor one whose files are copied. */
function staysAfterwards({ files, resume }: ContainerProgram): boolean {
  return files === "VOLUME" || resume;
}

function overApi(
  program: ContainerProgram,
  spec: ContainerSpec,
  calls: EngineClientCalls,
  disposables: DisposableStack,
): ContainerHandle | string {
  const { api } = program.engine;
  if (api === undefined) return "its engine has no socket on this machine";
  const fact = refusedIn(spec);
  if (fact !== undefined) return fact;
  // Not before it is needed: then a deadline holds for it too.
  const opened: Promise<EngineApi>[] = [];
  const open = () => opened[0] ??= openEngineApi(api, PATIENCE_MS);
  disposables.defer(() => {
    opened[0]?.then((it) => it[Symbol.dispose](), () => {});
  });
  const { copyOut } = takeUp({ calls, name: spec.name });
  return apiContainer({ open, spec, copyOut, autoRemove: !staysAfterwards(program) });
}

async function overClient(
  program: ContainerProgram,
  spec: ContainerSpec,
  calls: EngineClientCalls,
  run: TaskRun,
): Promise<ContainerHandle | string> {
  const split = splitVariables(spec.env);
  if (typeof split === "string") return split;
  const { file, own } = split;
  const envFile = await run.root.privateFile(`${run.id}.env`, file);
  const [, ...args] = containerArgv(spec, {
    client: program.engine.client,
    engine: program.engine,
    command: staysAfterwards(program) ? "create" : "run",
    envFile,
    envNames: Object.keys(own),
  });
  const container = { calls, name: spec.name, args, env: own };
  return staysAfterwards(program) ? runByStep(container) : runAtOnce(container);
}

function refusedIn({ env }: ContainerSpec): string | undefined {
  for (const [name, value] of Object.entries(env)) {
    const fact = refuseVariable(name, value);
    if (fact !== undefined) return fact;
  }
  return undefined;
}

/**
 * The volume for the workspace is one directory higher: the root of a volume belongs to root whatever
 * is copied into it, what lies in it belongs to whom the copy says.
 */
function aboveItself(
  mount: ContainerSpec["mounts"][number],
  { workspace: { path, slot } }: ReadyScript,
): ContainerSpec["mounts"][number] {
  return mount.type === "volume" && mount.target === path ? { ...mount, target: slot } : mount;
}

function notStarted(reason: string): Ending {
  return { kind: "not-started", reason };
}
