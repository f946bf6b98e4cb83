import { canonicalClass } from "../catalog/aliases.ts";
import { classOf } from "../catalog/classes.ts";
import { describePlugins } from "../execute/describe_plugins.ts";
import { openLauncher } from "../execute/launcher.ts";
import { parseFlow, readFlow } from "../flow/mod.ts";
import { inspectHost, listPlugins, type PluginFile } from "../host/mod.ts";
import {
  type Diagnostic,
  type HostFacts,
  type Plan,
  type Policy,
  StageError,
  type Task,
} from "../model/mod.ts";
import { type FlowToPlan, harnessChild, makePlan } from "../plan/mod.ts";
import { applyDefaults, applyRules, flowForced } from "../policy/mod.ts";
import { checkImports } from "./check_imports.ts";
import type { Io } from "./command.ts";
import { loadPolicies } from "./load_policies.ts";
import { proveLayers } from "./prove_layers.ts";
import { readText } from "./read_text.ts";

/** What `plan` and `run` are asked with. */
export interface Question {
  readonly flows: readonly string[];
  readonly policies: readonly string[];
  readonly plugins: readonly string[];
  readonly runtime?: string;
  readonly workspace?: string;
}

/** A flow on its way to the plan, with what was said of it. */
interface PreparedFlow extends FlowToPlan {
  /** What is worth a word to whoever looks at the flow, and not each time it runs. */
  readonly hints: readonly Diagnostic[];
}

/** Everything that is known before anything runs. */
export interface Prepared {
  readonly plan: Plan;
  readonly host: HostFacts;
  readonly hints: readonly Diagnostic[];
}

/**
 * Takes policies, flows and the machine's facts through the stages, up to the plan.
 *
 * @throws {StageError} With the problems of every policy, else of every flow.
 */
export async function prepare(io: Io, question: Question): Promise<Prepared> {
  const policy = await loadPolicies(io, question.policies);
  const flows = await readFlows(io, question.flows, policy);
  const host = await inspectHost({
    policy,
    env: io.env,
    ...(question.runtime !== undefined && { runtime: question.runtime }),
    ...(question.workspace !== undefined && { workspace: question.workspace }),
    plugins: question.plugins,
    needsEngine: flows.some(({ flow }) => [...flow.tasks, ...flow.errors].some(usesContainers)),
  });
  const files = await listPlugins(question.plugins);
  const { scriptImports, modulesRead } = await checkImports(io, {
    plugins: files,
    tasks: flows.flatMap(({ flow }) => [...flow.tasks, ...flow.errors]),
    policy,
    host,
  });
  const plugins = (await loadPlugins(io, files, host, policy)).map((it) => ({
    ...it,
    modulesRead: modulesRead.get(it.directory) ?? 0,
  }));
  const facts = { ...host, plugins, scriptImports };
  return {
    plan: makePlan(policy, flows, facts),
    host: facts,
    hints: flows.flatMap((it) => it.hints),
  };
}

async function readFlows(
  io: Io,
  paths: readonly string[],
  policy: Policy,
): Promise<readonly PreparedFlow[]> {
  const problems: Diagnostic[] = [];
  const flows: PreparedFlow[] = [];
  for (const path of paths) {
    try {
      const root = readFlow(await readText(io, path, "flow"), path);
      const ruled = applyRules(applyDefaults(root, policy), policy.rules, canonicalClass);
      const { flow, warnings, hints } = parseFlow(ruled.flow);
      flows.push({
        flow,
        warnings: [...flowForced(root, policy), ...ruled.warnings, ...warnings],
        hints,
        violations: ruled.violations,
        changes: ruled.changes,
      });
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems.push(...error.diagnostics);
    }
  }
  if (problems.length > 0) throw new StageError(problems);
  return flows;
}

function usesContainers({ type, children }: Task): boolean {
  const known = classOf(type.value);
  return (known?.kind === "script" && known.notRun === undefined) || children.some(usesContainers);
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
  using launcher = openLauncher(host.kernel);
  return await describePlugins(files, childFor, known, launcher, io.signal);
}
