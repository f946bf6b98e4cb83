import { classOf } from "../catalog/classes.ts";
import { describePlugins } from "../execute/describe_plugins.ts";
import { openLauncher } from "../execute/launcher.ts";
import { inspectHost, listPlugins, type PluginFile } from "../host/mod.ts";
import {
  type Diagnostic,
  type HostFacts,
  type Plan,
  type Policy,
  StageError,
  type SubflowPlan,
  type Task,
  type TaskMock,
  tasksOf,
} from "../model/mod.ts";
import { harnessChild, makePlan, programsOnHost, scriptPlace, volumeSources } from "../plan/mod.ts";
import { checkImports } from "./check_imports.ts";
import type { CommandIo, Io } from "./command.ts";
import type { Args } from "./command_table.ts";
import { hasSameFacts, isSameEngine, type KnownFacts } from "./known_facts.ts";
import { loadPolicies } from "./load_policies.ts";
import { mocksFor } from "./mocks_for.ts";
import { proveLayers } from "./prove_layers.ts";
import { readFlowSet } from "./flow_set.ts";
import { readFlows } from "./read_flows.ts";
import { judgeReach, reachFlows } from "./subflows.ts";
import type { PLAN } from "./tables/plan.ts";

/** What `plan` and `run` are asked with. */
export interface Question {
  readonly flows: readonly string[];
  readonly policies: readonly string[];
  readonly plugins: readonly string[];
  readonly runtime?: string;
  readonly workspace?: string;
  readonly namespaceFiles?: string;
  /** Files, and directories of them, that hold the flows which tasks may start. */
  readonly flowFiles?: readonly string[];
  /** What stands in for tasks of the flows that are asked for. */
  readonly mocks?: readonly TaskMock[];
  /** The bundle that policies, flows and plugins come from: `FILE!path` are files in it. */
  readonly bundle?: string;
  /** Where the keys lie that may have signed it. */
  readonly trust?: readonly string[];
  /** Facts that were taken for another policy: what this one asks no others for is not looked at again. */
  readonly known?: KnownFacts;
}

/** A question, and who reads the files that it names. */
export interface Asked {
  readonly io: CommandIo;
  readonly question: Question;
}

/** What the options of a command line ask. */
export function questionOf(
  { policy, plugins, runtime, workspace, "namespace-files": namespaceFiles, flows: flowFiles }:
    Pick<
      Args<typeof PLAN>["values"],
      "policy" | "plugins" | "runtime" | "workspace" | "namespace-files" | "flows"
    >,
  flows: readonly string[],
): Question {
  return {
    flows,
    policies: policy,
    plugins,
    ...(runtime !== undefined && { runtime }),
    ...(workspace !== undefined && { workspace }),
    ...(namespaceFiles !== undefined && { namespaceFiles }),
    ...(flowFiles.length > 0 && { flowFiles }),
  };
}

/** Everything that is known before anything runs. */
export interface Prepared {
  /** The flows that were asked for, then those that they may start. */
  readonly plan: Plan;
  /** What tasks may start, by `namespace/id`. */
  readonly subflows: ReadonlyMap<string, SubflowPlan>;
  readonly host: HostFacts;
  readonly hints: readonly Diagnostic[];
  readonly policy: Policy;
}

/**
 * Takes policies, flows and the machine's facts through the stages, up to the plan.
 *
 * @throws {StageError} With the problems of every policy, else of every flow.
 */
export async function prepare(io: CommandIo, question: Question): Promise<Prepared> {
  const policy = await loadPolicies(io, question.policies);
  const asked = await readFlows(io, question.flows, policy);
  const mocked = question.mocks === undefined
    ? asked
    : asked.map((it) => ({ ...it, mocks: mocksFor(it.flow, question.mocks!) }));
  const set = await readFlowSet(io, mocked, question.flowFiles ?? [], policy);
  const reach = reachFlows(mocked, set);
  const flows = [...reach.flows, ...reach.candidates];
  const tasks = flows.flatMap(({ flow }) => tasksOf(flow));
  const { known } = question;
  const host = known && hasSameFacts(known.policy, policy) ? known.host : await inspectHost({
    policy,
    ...(known && isSameEngine(known, policy) && { engine: known.host.engine }),
    env: io.env,
    ...(question.runtime !== undefined && { runtime: question.runtime }),
    ...(question.workspace !== undefined && { workspace: question.workspace }),
    ...(question.namespaceFiles !== undefined && { namespaceFiles: question.namespaceFiles }),
    plugins: question.plugins,
    ...(question.bundle !== undefined && {
      bundle: question.bundle,
      pluginsLaid: question.plugins,
      trust: question.trust ?? [],
    }),
    // Where no volume is given, none is looked at.
    ...(policy.containers.volumes.length > 0 && {
      volumes: volumeSources(tasks),
    }),
    needsEngine: tasks.some((it) => usesContainer(it, policy)),
    programs: tasks.flatMap((it) => programsOnHost(it, policy)),
  });
  const files = await listPlugins(question.plugins);
  const { scriptImports, modulesRead } = await checkImports(io, {
    plugins: files,
    tasks,
    policy,
    host,
  });
  const plugins = (await loadPlugins(io, files, host, policy)).map((it) => ({
    ...it,
    modulesRead: modulesRead.get(it.directory) ?? 0,
  }));
  const facts = { ...host, plugins, scriptImports };
  const plan = makePlan(policy, flows, facts);
  const judged = judgeReach(reach, plan.flows);
  return {
    plan: { ...plan, flows: judged.flows },
    subflows: judged.subflows,
    host: facts,
    hints: reach.flows.flatMap((it) => it.hints),
    policy,
  };
}

function usesContainer(task: Task, policy: Policy): boolean {
  const known = classOf(task.type.value);
  return known?.kind === "script" && known.notRun === undefined &&
    scriptPlace(task, policy).kind === "container";
}

async function loadPlugins(
  io: Io,
  files: readonly PluginFile[],
  host: HostFacts,
  { kernel }: Policy,
) {
  if (files.length === 0) return [];
  const { runtime, childCode } = host;
  for (const it of [runtime, childCode]) {
    if (!it.found) throw new StageError([it.problem], "host");
  }
  if (!runtime.found || !childCode.found) return [];
  if (kernel.value === "require" && !host.kernel.found) {
    throw new StageError([host.kernel.problem], "host");
  }
  const childFor = ({ directory }: PluginFile) =>
    harnessChild(runtime.value, childCode.value, host, {
      program: "plugin",
      read: [directory, ...childCode.value.modules],
    });
  const known = (type: string) => classOf(type) !== undefined;
  await proveLayers(io, host);
  const launcher = openLauncher(host.kernel);
  using _launcher = launcher;
  return await describePlugins(files, childFor, known, launcher, io.signal);
}
