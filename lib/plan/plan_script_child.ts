import type { KnownClass } from "../catalog/classes.ts";
import { canonicalClass } from "../catalog/aliases.ts";
import { DOCKER_RUNNER, PROCESS_RUNNER } from "../catalog/classes.ts";
import type {
  Because,
  HostFacts,
  Policy,
  Refusal,
  ScriptModuleProgram,
  ScriptWork,
  Sourced,
  Task,
} from "../model/mod.ts";
import { toPlain } from "../source/to_plain.ts";
import type { ClosedPath } from "./closed_paths.ts";
import type { SpawnVerdict } from "./decide_spawn.ts";
import { denoArgv } from "./deno_argv.ts";
import { kernelRules } from "./kernel_rules.ts";
import { importsRead, layersOfChild } from "./layers_of.ts";
import { permissionsFor } from "./permissions.ts";
import { becauseOfInProcess } from "./plan_class.ts";
import { scriptImports } from "./plan_in_process.ts";
import type { Script } from "./plan_script.ts";
import { refuseImports } from "./refuse_imports.ts";
import { hostRefusal, kernelRefusal } from "./refusals.ts";

type ScriptClass = Extract<KnownClass, { kind: "script" }>;

const RULE = "bulkhead.scripts.in-process";

/** What the harness sets for the script, beside its task's variables. */
const OWN_VARIABLES = ["HOME", "TMPDIR", "TZ", "WORKING_DIR", "OUTPUT_DIR"];

/** Keys that ask for a shell, or for a runtime of their own. */
const OF_A_SHELL: Readonly<Record<string, string>> = {
  beforeCommands: "there is no shell to run them",
  interpreter: "there is no shell to interpret it",
  dependencies: "no package is installed for it",
  permissions: "the policy decides what it may do",
};

/** Keys that mean nothing without a container, or without commands. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  containerImage: "it needs no image",
  failFast: "it is no list of commands",
};

/**
 * Plans a script task that the policy has run in a Deno child, under the rules of any in-process task.
 *
 * @param rule What sends its language there.
 */
export function planScriptChild(
  task: Task,
  known: ScriptClass,
  work: ScriptWork,
  rule: Sourced<string>,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
  spawn: SpawnVerdict,
): Script {
  const imports = scriptImports(task, host) ?? [];
  const refusal = refuseKeys(task, rule) ?? refuseRunner(task, rule) ??
    refuseImports(imports, closed, "script") ?? kernelRefusal(policy, host);
  if (refusal !== undefined) return { refusal };
  const { runtime, childCode } = host;
  if (!runtime.found) return { refusal: hostRefusal(runtime.problem) };
  if (!childCode.found) return { refusal: hostRefusal(childCode.problem) };
  const maySpawn = spawn.spawn === "allowed";
  const permissions = permissionsOf(work, maySpawn, policy, closed, host);
  const code = childCode.value;
  const memoryBytes = policy.limits.memoryBytes?.value;
  const argv = denoArgv({
    runtime: runtime.value.path,
    main: code.script,
    importMap: maySpawn ? code.importMap : code.guardedImportMap,
    ...(memoryBytes !== undefined && { memoryBytes }),
  }, permissions);
  const kernel = host.kernel.found && kernelRules(
    { runtime: runtime.value.path, code, permissions, transpiles: true, spawn: maySpawn },
    host.kernel.value,
  );
  const child = {
    argv,
    program: programOf(known, work, policy),
    permissions,
    ...(kernel && { kernel }),
  };
  return {
    ...child,
    layers: layersOfChild(host, {
      ...child,
      preflight: importsRead(imports.length),
      noContainer: `${RULE} has ${known.language} in a child`,
    }),
    because: [
      ...becauseOfInProcess(child, spawn, policy, closed, host),
      { effect: `run in a Deno child, as ${rule.value}`, rule: RULE, source: rule.source },
      ...becauseOfNoEffect(task),
    ],
  };
}

function permissionsOf(
  { env }: ScriptWork,
  spawn: boolean,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
) {
  const ask = { files: true, net: true, env: true, spawn, modules: [] };
  const permissions = permissionsFor(ask, policy, closed, host);
  const names = [...policy.env.map((it) => it.value), ...OWN_VARIABLES, ...Object.keys(env)];
  return {
    ...permissions,
    // Programs ask for variables that may be there or not.
    env: { allow: [...new Set(names)], deny: [], rest: "absent" as const },
  };
}

function programOf(
  { language }: ScriptClass,
  work: ScriptWork,
  policy: Policy,
): ScriptModuleProgram {
  const { scriptFile } = work;
  if (scriptFile === undefined) throw new TypeError("Cannot plan a script: it has no file");
  return {
    kind: "script",
    work: { ...work, scriptFile },
    form: language === "deno" ? "module" : "module or CommonJS",
    env: policy.env.map((it) => it.value),
  };
}

/** Nothing that a task asks for is left out without a word. */
function refuseKeys(task: Task, rule: Sourced<string>): Refusal | undefined {
  for (const [name, fact] of Object.entries(OF_A_SHELL)) {
    const entry = task.effective.entries.get(name);
    if (entry === undefined || isEmpty(toPlain(entry.value))) continue;
    return {
      code: "plan/in-process-key",
      message: `Cannot run task "${task.id}" in a Deno child: "${name}" would have no effect, ` +
        fact,
      by: "policy",
      source: rule.source,
      related: [{ message: `"${name}" stands here`, at: entry.key }],
      help: "Leave it out, or have the task run in a container",
    };
  }
  return undefined;
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** A runner without anything of its own asks for no more than the child gives. */
function refuseRunner(task: Task, rule: Sourced<string>): Refusal | undefined {
  const runner = task.effective.entries.get("taskRunner");
  if (runner === undefined) return undefined;
  const type = runner.value.kind === "map" ? runner.value.entries.get("type")?.value : undefined;
  const isKnown = type?.kind === "scalar" &&
    [DOCKER_RUNNER, PROCESS_RUNNER].includes(canonicalClass(String(type.value)));
  const [key, more] = runner.value.kind === "map"
    ? [...runner.value.entries].find(([name]) => name !== "type") ?? []
    : [];
  if (isKnown && more === undefined) return undefined;
  return {
    code: "plan/in-process-runner",
    message: `Cannot run task "${task.id}" in a Deno child: ` +
      (isKnown
        ? `key "${key}" of its task runner would have no effect`
        : `its task runner is neither ${DOCKER_RUNNER} nor ${PROCESS_RUNNER}`),
    by: "policy",
    source: rule.source,
    related: [{
      message: "its runner is chosen here",
      at: more?.key ?? (type ?? runner.value).source,
    }],
    help: "Leave taskRunner out",
  };
}

function becauseOfNoEffect({ effective }: Task): readonly Because[] {
  const runner = effective.entries.get("taskRunner");
  return [
    ...(runner === undefined ? [] : [
      {
        effect: "ignore taskRunner",
        rule: `${RULE} comes first, and a runner that is forced before it`,
        source: runner.key,
      } as const,
    ]),
    ...Object.entries(WITHOUT_EFFECT).flatMap(([name, rule]): Because[] => {
      const entry = effective.entries.get(name);
      return entry === undefined ? [] : [{ effect: `ignore ${name}`, rule, source: entry.key }];
    }),
  ];
}
