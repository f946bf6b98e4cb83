import { canonicalClass } from "../catalog/aliases.ts";
import { DOCKER_RUNNER, TASK_PROPERTIES } from "../catalog/classes.ts";
import type {
  Because,
  Flow,
  HostFacts,
  KernelRules,
  Layers,
  Permissions,
  Policy,
  Program,
  Refusal,
  Task,
} from "../model/mod.ts";
import { findLocated } from "../source/check_shape.ts";
import { toPlain } from "../source/to_plain.ts";
import type { ClosedPath } from "./closed_paths.ts";
import type { SpawnVerdict } from "./decide_spawn.ts";
import { unsupportedKey } from "./refusals.ts";
import { planProcess } from "./plan_process.ts";
import { planScriptChild } from "./plan_script_child.ts";
import { reachOfHost } from "./reach_of_host.ts";
import { scriptPlace } from "./script_place.ts";
import { planContainer } from "./script/plan_container.ts";
import { hasExpression } from "./script/task_reader.ts";
import { type ScriptClass, workOf } from "./script/work_of.ts";

/** What a script task runs as, or why it may not. */
export type Script =
  | { readonly refusal: Refusal }
  | {
    readonly argv: readonly string[];
    readonly program: Program;
    readonly permissions?: Permissions;
    readonly kernel?: KernelRules;
    readonly layers: Layers;
    /** All but what the values of the task bring. */
    readonly because: readonly Because[];
  };

/** Plans a task whose commands or script are run by what its runner says. */
export function planScript(
  task: Task,
  known: ScriptClass,
  flow: Flow,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
  spawn: SpawnVerdict,
): Script {
  const keys = refuseDeprecated(task) ??
    unsupportedKey(task, [...TASK_PROPERTIES, ...known.properties]);
  if (keys !== undefined) return { refusal: keys };
  const place = scriptPlace(task, policy);
  if (place.kind === "container") {
    const refusal = refuseRunner(task);
    return refusal === undefined
      ? planContainer(task, known, flow, policy, closed, host)
      : { refusal };
  }
  const work = workOf({ task, known, flow, host, reach: reachOfHost(policy) });
  if ("refusal" in work) return work;
  return place.kind === "process"
    ? planProcess(task, work, place.runner, policy, closed, host, spawn)
    : planScriptChild(task, known, work, place.rule, policy, closed, host, spawn);
}

/** Keys of old versions that chose a runner past the one that is forced (kestra#16274). */
const DEPRECATED = ["runner", "docker", "dockerOptions"] as const;

function refuseDeprecated(task: Task): Refusal | undefined {
  const name = DEPRECATED.find((it) => task.effective.entries.has(it));
  if (name === undefined) return undefined;
  const { key } = task.effective.entries.get(name)!;
  const type = findLocated(task.effective, ["taskRunner", "type"]);
  const forced = type?.injection === "forced plugin default" || type?.injection === "policy rule"
    ? type
    : undefined;
  return {
    code: "plan/deprecated-runner",
    message: `Cannot run task "${task.id}": "${name}" would choose its runner past "taskRunner"`,
    by: forced ? "policy" : "unsupported",
    source: forced?.source ?? key,
    ...(forced && { related: [{ message: `"${name}" stands here`, at: key }] }),
    help: `Leave "${name}" out, and say what is needed in taskRunner`,
  };
}

/** Refuses a runner that is not known to confine what it runs. */
function refuseRunner(task: Task): Refusal | undefined {
  const runner = task.effective.entries.get("taskRunner");
  if (runner === undefined) return undefined;
  if (runner.value.kind !== "map") {
    return {
      code: "plan/wrong-value",
      message: `Cannot run task "${task.id}": "taskRunner" is not a map`,
      by: "unsupported",
      source: runner.value.source,
    };
  }
  const type = runner.value.entries.get("type")?.value;
  const named = type?.kind === "scalar" ? String(type.value) : undefined;
  if (named !== undefined && canonicalClass(named) === DOCKER_RUNNER) return undefined;
  const shown = type === undefined ? "" : JSON.stringify(toPlain(type));
  return {
    code: "plan/task-runner",
    message: type === undefined
      ? `Cannot run task "${task.id}": its taskRunner has no type`
      : named !== undefined && hasExpression(named)
      ? `Cannot run task "${task.id}" with task runner ${shown}: an expression cannot be decided before the run`
      : `Cannot run task "${task.id}" with task runner ${shown}: scripts run in containers only`,
    by: "unsupported",
    source: (type ?? runner.value).source,
    help: `Leave taskRunner out, or use ${DOCKER_RUNNER}`,
  };
}
