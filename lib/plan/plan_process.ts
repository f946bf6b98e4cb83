import { PROCESS_RUNNER } from "../catalog/classes.ts";
import type {
  Because,
  HostFacts,
  KernelRules,
  Layers,
  LocatedScalar,
  Permissions,
  Policy,
  Refusal,
  ScriptWork,
  Task,
} from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import {
  becauseOfKernel,
  becauseOfLimits,
  becauseOfPaths,
  becauseOfPermissions,
  becauseOfWeakLimits,
} from "./because_of.ts";
import type { ClosedPath } from "./closed_paths.ts";
import type { SpawnVerdict } from "./decide_spawn.ts";
import { kernelRules } from "./kernel_rules.ts";
import { idle, kernelWords } from "./layers_of.ts";
import { permissionsFor, WORKSPACE } from "./permissions.ts";
import { hostRefusal } from "./refusals.ts";
import type { Script } from "./plan_script.ts";
import { STARTER } from "./script_place.ts";

/**
 * Plans a script task that its runner has run on the host: inside the kernel layer, and where a
 * policy says of its class that it may start processes; or not at all.
 *
 * It may read, and so run, what an in-process task of a class that may spawn could. Its hosts cannot
 * be governed, as those of what such a task starts: only ports are, and the plan says so.
 *
 * @param runner Where the runner is chosen.
 * @param spawn What the policy says of the class: to run a command is to start a process.
 */
export function planProcess(
  task: Task,
  work: ScriptWork,
  runner: LocatedScalar,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
  spawn: SpawnVerdict,
): Script {
  const refusal = refuseKeys(task, runner) ?? refuseSpawn(task, runner, spawn, policy) ??
    refuseKernel(task, runner, policy, host);
  if (refusal !== undefined) return { refusal };
  // Without it the kernel layer is not proved before the run, and nothing stands behind that one.
  if (!host.runtime.found) return { refusal: hostRefusal(host.runtime.problem) };
  const ask = { files: true, net: true, env: true, spawn: true, modules: [] };
  const permissions = permissionsFor(ask, policy, closed, host);
  const kernel = host.kernel.found &&
    kernelRules({ permissions, spawn: true }, host.kernel.value);
  if (!kernel) throw new TypeError("Cannot plan a process: the kernel layer was not looked at");
  const closedProgram = refuseProgram(task, work, runner, { kernel, closed }, policy, host);
  if (closedProgram !== undefined) return { refusal: closedProgram };
  return {
    argv: work.command,
    program: { kind: "process", work, env: policy.env.map((it) => it.value) },
    kernel,
    layers: layersOf(kernel, permissions, host),
    because: becauseOf(task, runner, { kernel, permissions }, spawn, policy, closed, host),
  };
}

/** The runner has no properties of its own. */
function refuseKeys(task: Task, runner: LocatedScalar): Refusal | undefined {
  const written = task.effective.entries.get("taskRunner")!.value;
  if (written.kind !== "map") return undefined;
  for (const [name, { key }] of written.entries) {
    if (name === "type") continue;
    return {
      code: "plan/runner-key",
      message: `Cannot run task "${task.id}": key "${name}" of its task runner would have no ` +
        "effect, runner Process has no properties",
      by: "unsupported",
      source: key,
      related: [chosenAt(runner)],
      help: "Leave the key out",
    };
  }
  return undefined;
}

function chosenAt({ source }: LocatedScalar) {
  return { message: "runner Process is chosen here", at: source };
}

/**
 * To run on the host is to start processes. A policy that says nothing of who may has not let anybody:
 * else a script that its author sends past a forced container would run here unasked.
 */
function refuseSpawn(
  task: Task,
  runner: LocatedScalar,
  { spawn, because }: SpawnVerdict,
  policy: Policy,
): Refusal | undefined {
  const cannot = `Cannot run task "${task.id}" on the host`;
  const help =
    "Leave taskRunner out to run it in a container, or name its class in authorized-class-prefix";
  if (spawn === "denied") {
    return {
      code: "plan/process-denied",
      message: `${cannot}: class "${task.type.value}" may not start processes (${because.rule})`,
      by: "policy",
      source: because.source,
      related: [chosenAt(runner)],
      help,
    };
  }
  const { authorizedClassPrefixes, forbiddenClassPrefixes } = policy;
  if (authorizedClassPrefixes.length + forbiddenClassPrefixes.length > 0) return undefined;
  return {
    code: "plan/process-unasked",
    message: `${cannot}: the policy does not say which classes may start processes`,
    by: "policy",
    source: runner.source,
    help,
  };
}

/** Nothing else would stand between the command and the host. */
function refuseKernel(
  task: Task,
  runner: LocatedScalar,
  { kernel }: Policy,
  host: HostFacts,
): Refusal | undefined {
  const related = [chosenAt(runner)];
  const cannot = `Cannot run task "${task.id}" on the host`;
  const help = "Leave taskRunner out to run it in a container";
  if (kernel.value === "off") {
    return {
      code: "plan/process-kernel-off",
      message: `${cannot}: nothing would confine it, the policy says "kernel: off"`,
      by: "policy",
      source: kernel.source ?? "built-in",
      related,
      help: `${help}, or say "kernel: prefer"`,
    };
  }
  if (host.kernel.found) return undefined;
  return {
    code: "host/kernel-layer",
    message: `${cannot}: nothing would confine it, ${host.kernel.problem.message}`,
    by: "host",
    source: kernel.source ?? "built-in",
    related,
    help,
  };
}

/**
 * Refuses programs that are known to be closed. A bare name is looked up when the task runs, and so
 * is one that holds an expression.
 */
function refuseProgram(
  task: Task,
  { command }: ScriptWork,
  runner: LocatedScalar,
  { kernel, closed }: { readonly kernel: KernelRules; readonly closed: readonly ClosedPath[] },
  { filesystem }: Policy,
  { programs }: HostFacts,
): Refusal | undefined {
  const written = task.effective.entries.get("interpreter");
  for (const program of new Set([STARTER, command[0]!])) {
    if (!program.startsWith("/") || program.includes("{")) continue;
    const real = programs?.get(program);
    if (programs?.has(program) && real === undefined) {
      return {
        code: "host/no-interpreter",
        message: `Cannot run task "${task.id}" on the host: there is no "${program}" here`,
        by: "host",
        source: written?.value.source ?? runner.source,
        help: "Name one that is there, or leave taskRunner out to run it in a container",
      };
    }
    const path = real ?? program;
    if (kernel.execute.some((it) => it !== WORKSPACE && isWithin(it, path))) continue;
    const by = closed.find((it) => isWithin(it.path, path));
    return {
      code: "plan/process-interpreter",
      message: `Cannot run task "${task.id}" on the host: the policy does not let "${path}" be ` +
        `read, and so not be started (${by?.rule ?? `bulkhead.filesystem: ${filesystem.value}`})`,
      by: "policy",
      source: by?.source ?? filesystem.source ?? "built-in",
      related: [chosenAt(runner)],
      help:
        "Put the directories of the interpreter and of its libraries in local-files.allowed-paths",
    };
  }
  return undefined;
}

function layersOf(kernel: KernelRules, permissions: Permissions, host: HostFacts): Layers {
  return {
    ...idle("a command on the host is no code of Deno's", "its runner is Process"),
    preflight: { active: false, why: "a script is not read before it runs" },
    ...(host.kernel.found && {
      kernel: { active: true, enforces: kernelWords(kernel, host.kernel.value, permissions) },
    }),
  };
}

function becauseOf(
  task: Task,
  runner: LocatedScalar,
  { kernel, permissions }: { readonly kernel: KernelRules; readonly permissions: Permissions },
  { because }: SpawnVerdict,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): readonly Because[] {
  const image = task.effective.entries.get("containerImage");
  const { allow = [], deny } = policy.network;
  const [hosts] = [...allow, ...deny];
  return [
    { effect: "run", rule: "no rule refuses it", source: "built-in" },
    {
      effect: "run on the host, as the harness's user",
      rule: PROCESS_RUNNER,
      source: runner.source,
    },
    because,
    {
      effect: "clear the environment",
      rule: "a command has its task's variables, and those that the policy lets through",
      source: "built-in",
    },
    ...(image === undefined ? [] : [
      {
        effect: "ignore containerImage",
        rule: "runner Process uses no image, as in Kestra",
        source: image.key,
      } as const,
    ]),
    ...becauseOfKernel(kernel, host, policy),
    ...becauseOfPaths(closed, true),
    ...becauseOfPermissions(permissions, policy),
    ...(kernel.sockets === "none" || hosts === undefined ? [] : [
      {
        effect: "govern ports and not hosts",
        rule: "the kernel knows no names of hosts",
        source: hosts.source,
      } as const,
    ]),
    ...becauseOfLimits(policy),
    ...becauseOfWeakLimits(policy, host),
  ];
}
