import {
  DOCKER_RUNNER,
  type KnownClass,
  SHELL_INTERPRETER,
  TASK_PROPERTIES,
} from "../catalog/classes.ts";
import type {
  Flow,
  HostFacts,
  Located,
  LocatedEntry,
  Policy,
  Program,
  Refusal,
  Task,
} from "../model/mod.ts";
import { findLocated } from "../source/check_shape.ts";
import { toPlain } from "../source/to_plain.ts";
import { containerArgv } from "./container_argv.ts";
import { hostRefusal, unsupportedKey } from "./refusals.ts";

/** What a script task runs as, or why it may not. */
export type Script =
  | { readonly refusal: Refusal }
  | { readonly argv: readonly string[]; readonly program: Program };

type ScriptClass = Extract<KnownClass, { kind: "script" }>;

/** A container that nobody gave a ceiling gets this one. */
const MEMORY_BYTES = 512 * 2 ** 20;
const PROCESSES = 256;
/** Debian's and most images' "nobody": what root hands a workspace to. */
const NOBODY = 65534;

const PULL = { IF_NOT_PRESENT: "missing", ALWAYS: "always", NEVER: "never" } as const;

/** Plans a task whose commands or script run in a container. */
export function planScript(
  task: Task,
  known: ScriptClass,
  flow: Flow,
  policy: Policy,
  host: HostFacts,
): Script {
  const refusal = refuseDeprecated(task) ??
    unsupportedKey(task, [...TASK_PROPERTIES, ...known.properties]) ??
    refuseRunner(task) ?? refuseShapes(task, known);
  if (refusal !== undefined) return { refusal };
  const user = userOf(policy, host);
  if ("code" in user) return { refusal: user };
  if (!host.engine.found) return { refusal: hostRefusal(host.engine.problem) };

  const image = textAt(task, "containerImage") ?? known.image;
  const pull = textAt(task, "taskRunner", "pullPolicy") as keyof typeof PULL | undefined;
  const { argv, image: imageAt } = containerArgv({
    client: host.engine.value.client,
    image,
    network: policy.containers.networks[0]?.value ?? "none",
    user,
    pull: PULL[pull ?? "IF_NOT_PRESENT"],
    labels: labelsOf(task, flow),
    memoryBytes: policy.limits.memoryBytes?.value ?? MEMORY_BYTES,
    processes: policy.limits.processes?.value ?? PROCESSES,
    ...(policy.limits.files && { files: policy.limits.files.value }),
    ...(policy.limits.workspaceBytes && { fileBytes: policy.limits.workspaceBytes.value }),
    command: commandOf(task, known),
  });
  return {
    argv,
    program: {
      kind: "container",
      engine: host.engine.value.host,
      image: imageAt,
      templated: argv.flatMap((it, i) => i >= imageAt && it.includes("{") ? [i] : []),
      env: envOf(task),
      owner: user,
    },
  };
}

/** The interpreter, and everything it is to run as one argument, as Kestra hands it over. */
function commandOf(task: Task, known: ScriptClass): readonly string[] {
  const lines = [
    ...(findLocated(task.effective, ["failFast"]) === undefined ||
        plainAt(task, "failFast") === true
      ? ["set -e"]
      : []),
    ...textsAt(task, "beforeCommands"),
    ...textsAt(task, known.body),
  ];
  const interpreter = textsAt(task, "interpreter");
  return [...(interpreter.length > 0 ? interpreter : SHELL_INTERPRETER), lines.join("\n")];
}

function envOf(task: Task): Record<string, string> {
  const env = plainAt(task, "env");
  return env === undefined || env === null ? {} : Object.fromEntries(
    Object.entries(env).map(([key, it]) => [key, it === null ? "" : String(it)]),
  );
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

/** Of the author's own runner keys only those that are honoured survive. */
function refuseRunner(task: Task): Refusal | undefined {
  const runner = task.effective.entries.get("taskRunner");
  if (runner === undefined) return undefined;
  if (runner.value.kind !== "map") return wrongValue(task, "taskRunner", "a map", runner.value);
  const type = runner.value.entries.get("type");
  if (type?.value.kind !== "scalar" || type.value.value !== DOCKER_RUNNER) {
    const shown = type === undefined ? "" : JSON.stringify(toPlain(type.value));
    return {
      code: "plan/task-runner",
      message: type === undefined
        ? `Cannot run task "${task.id}": its taskRunner has no type`
        : shown.includes("{")
        ? `Cannot run task "${task.id}" with task runner ${shown}: an expression cannot be decided before the run`
        : `Cannot run task "${task.id}" with task runner ${shown}: scripts run in containers only`,
      by: "unsupported",
      source: (type ?? runner).value.source,
      help: `Leave taskRunner out, or use ${DOCKER_RUNNER}`,
    };
  }
  const forced = type.value.injection === "forced plugin default" ||
    type.value.injection === "policy rule";
  for (const [name, { key, value }] of runner.value.entries) {
    if (name === "type") continue;
    const pull = name === "pullPolicy" && value.kind === "scalar" &&
      Object.hasOwn(PULL, String(value.value));
    if (pull) continue;
    return {
      code: "plan/runner-key",
      message: `Cannot run task "${task.id}": key "${name}" of its task runner ${
        forced ? "is not open to the author, the policy forces the runner" : "is not supported"
      }`,
      by: forced ? "policy" : "unsupported",
      source: forced ? type.value.source : key,
      related: [{ message: `"${name}" stands here`, at: key }],
      help: "Leave the key out",
    };
  }
  return undefined;
}

function refuseShapes(task: Task, known: ScriptClass): Refusal | undefined {
  const { entries } = task.effective;
  const is = (name: string, expected: string, fits: (value: Located) => boolean) => {
    const it = entries.get(name);
    return it === undefined || fits(it.value)
      ? undefined
      : wrongValue(task, name, expected, it.value);
  };
  const isText = (it: Located) => it.kind === "scalar" && it.value !== null;
  const isTexts = (it: Located) => it.kind === "list" && it.items.every(isText);
  if (!entries.has(known.body)) {
    return {
      code: "plan/missing-property",
      message: `Cannot run task "${task.id}": it has no "${known.body}"`,
      by: "unsupported",
      source: task.effective.source,
    };
  }
  return is(
    known.body,
    known.body === "script" ? "a text" : "a list of texts",
    (it) => isTexts(it) || (known.body === "script" && isText(it)),
  ) ??
    is("beforeCommands", "a list of texts", isTexts) ??
    is("interpreter", "a list of texts", isTexts) ??
    is("containerImage", "a text", isText) ??
    is(
      "failFast",
      "true or false",
      (it) => it.kind === "scalar" && typeof it.value === "boolean",
    ) ??
    is("env", "a map of texts", (it) =>
      it.kind === "map" &&
      [...it.entries].every(([name, { value }]) =>
        /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && value.kind === "scalar"
      ));
}

function wrongValue(task: Task, name: string, expected: string, at: Located): Refusal {
  return {
    code: "plan/wrong-value",
    message: `Cannot run task "${task.id}": "${name}" is not ${expected}`,
    by: "unsupported",
    source: at.source,
  };
}

/** The user a container runs as; the workspace has to be writable for it. */
function userOf(policy: Policy, host: HostFacts): { uid: number; gid: number } | Refusal {
  const [wanted] = policy.containers.users;
  if (wanted === undefined) {
    return host.uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid: host.uid, gid: host.gid };
  }
  const [uid, gid] = wanted.value.split(":").map(Number);
  if (host.uid === 0 || host.uid === uid) return { uid: uid!, gid: gid! };
  return {
    code: "plan/container-user",
    message:
      `Cannot run a container as "${wanted.value}": only root can give that user a workspace`,
    by: "host",
    source: wanted.source,
    help: `Run bulkhead as root or as user ${uid}, or leave containers.users out`,
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

function plainAt(task: Task, ...path: string[]): unknown {
  const found = findLocated(task.effective, path);
  return found === undefined ? undefined : toPlain(found);
}

function textAt(task: Task, ...path: string[]): string | undefined {
  const value = plainAt(task, ...path);
  return value === undefined || value === null ? undefined : String(value);
}

function textsAt(task: Task, name: string): readonly string[] {
  const entry: LocatedEntry | undefined = task.effective.entries.get(name);
  if (entry === undefined) return [];
  return entry.value.kind === "list"
    ? entry.value.items.map((it) => String(toPlain(it)))
    : [String(toPlain(entry.value))];
}
