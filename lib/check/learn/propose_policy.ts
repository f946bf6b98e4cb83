import { posix } from "node:path";
import type { Because, LimitValues, Policy, Source, TaskPlan } from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import { toPlain } from "../../source/mod.ts";
import { collapsePaths } from "./collapse_paths.ts";
import { type YamlLine, yamlOf } from "./yaml_of.ts";

/** What one task was seen to do. */
export interface LearnedTask {
  readonly plan: TaskPlan;
  /** What it asked for and got, in Deno's words. */
  readonly accessed: readonly { readonly permission: string; readonly value?: string }[];
  readonly denied: readonly {
    readonly permission: string;
    readonly value?: string;
    readonly because: Because;
  }[];
  /** It started processes: known of what runs on the host, and from a run under a proposal without. */
  readonly spawned: boolean;
}

/** A policy that is proposed, and what was left out of it. */
export interface Proposal {
  /** YAML, with a comment for every line. */
  readonly text: string;
  /** Something a task asked for and did not get is in it as a comment. */
  readonly leftOut: number;
}

/** Rules of Kestra 2.0, which are taken over as they are. */
export interface CarriedRules {
  readonly value: unknown;
  readonly source: Source;
}

/**
 * Makes the smallest policy under which tasks may do what they were seen to do.
 *
 * Every right is in it because a task used it, and says which. What the given policy forbids, or was denied, is
 * in it as a comment only. Forbidden paths, limits and the kernel's mode are taken over from the given one.
 *
 * @param tasks Every task of the flow, also those that did not run.
 * @param given The policy that they were seen under.
 * @param name What the flow is called.
 * @param rules `kestra.policies` of the given policy, as it is written.
 */
export function proposePolicy(
  tasks: readonly LearnedTask[],
  given: Policy,
  name: string,
  rules?: CarriedRules,
): Proposal {
  const closed = given.forbiddenPaths.map((it) => it.value);
  const kestra = [
    ...security(tasks, given),
    line(1, "plugins:"),
    ...classes(tasks),
    ...settings(given, rules),
    ...readings(tasks, given, closed),
  ];
  const bulkhead = [
    line(1, "filesystem: closed", "reading is open in the workspace and the paths above"),
    ...(tasks.some(spawns) ? [] : [line(1, "spawn: never", "no task started a process")]),
    ...kernel(given),
    ...writings(tasks, given),
    ...network(tasks),
    ...variables(tasks),
    ...limits(given),
    ...containers(tasks, given),
    ...scripts(tasks, given),
  ];
  const lines = [line(0, "kestra:"), ...kestra, line(0, "bulkhead:"), ...bulkhead];
  const head = [
    `# The smallest policy under which ${name} does what it was seen to do.`,
    "# Every line says which task needs it. What a task starts is not seen: look at what it may read.",
  ];
  return {
    text: `${head.join("\n")}\n${yamlOf(lines)}`,
    leftOut: lines.filter((it) => it.isComment).length,
  };
}

function line(depth: number, text: string, comment?: string): YamlLine {
  return { depth, text, ...(comment !== undefined && { comment }) };
}

function spawns({ spawned, plan }: LearnedTask): boolean {
  return spawned || plan.program?.kind === "process";
}

function nameOf({ plan: { task } }: LearnedTask): string {
  return `"${task.id}" (${task.path})`;
}

/** Who needs a thing; the first few by name. */
function needers(tasks: readonly LearnedTask[]): string {
  const names = [...new Set(tasks.map(nameOf))];
  return names.length > 3
    ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`
    : names.join(", ");
}

function placeOf({ source }: { readonly source: Because["source"] }): string {
  return source === "built-in" ? "built-in" : `${source.file}:${source.line}:${source.column}`;
}

function* security(tasks: readonly LearnedTask[], given: Policy): Generator<YamlLine> {
  const spawning = Map.groupBy(tasks.filter(spawns), (it) => it.plan.task.type.value);
  if (spawning.size === 0 && given.forbiddenPaths.length === 0) return;
  yield line(1, "ee:");
  yield line(2, "java-security:");
  yield line(3, "enabled: true");
  if (given.forbiddenPaths.length > 0) {
    yield line(3, "forbidden-paths:");
    for (const { value, source } of given.forbiddenPaths) {
      yield line(4, `- ${quoted(value)}`, `as in ${placeOf({ source })}`);
    }
  }
  if (spawning.size > 0) {
    yield line(3, "authorized-class-prefix:");
    for (const [type, them] of spawning) {
      yield line(4, `- ${quoted(type)}`, `starts processes: ${needers(them)}`);
    }
  }
}

/** What a policy sets in flows goes with them: without it they would be other flows. */
function* settings({ defaults }: Policy, rules: CarriedRules | undefined): Generator<YamlLine> {
  if (defaults.length > 0) yield line(2, "defaults:");
  for (const { type, ref, forced, values } of defaults) {
    const entry = {
      type: type.value,
      ...(ref !== undefined && { ref: ref.value }),
      ...(forced && { forced }),
      values: toPlain(values),
    };
    yield line(3, `- ${JSON.stringify(entry)}`, `as in ${placeOf({ source: type.source })}`);
  }
  if (rules !== undefined) {
    yield line(1, `policies: ${JSON.stringify(rules.value)}`, `as in ${placeOf(rules)}`);
  }
}

/** Only the classes that the flow is made of, and the runners that they name. */
function* classes(tasks: readonly LearnedTask[]): Generator<YamlLine> {
  const byType = Map.groupBy(
    tasks.flatMap((it) => {
      const runner = it.plan.task.effective.entries.get("taskRunner")?.value;
      const type = runner?.kind === "map" ? runner.entries.get("type")?.value : undefined;
      const types = [it.plan.task.type.value];
      if (type?.kind === "scalar" && typeof type.value === "string") types.push(type.value);
      return types.map((name) => ({ name, it }));
    }),
    ({ name }) => name,
  );
  if (byType.size === 0) return;
  yield line(2, "security:");
  yield line(3, "includes:");
  for (const [type, them] of byType) {
    const pattern = type.replace(/[.*+?^${}()|[\]\\]/g, "[$&]");
    yield line(4, `- ${quoted(pattern)}`, `used by ${needers(them.map(({ it }) => it))}`);
  }
}

function* readings(
  tasks: readonly LearnedTask[],
  given: Policy,
  closed: readonly string[],
): Generator<YamlLine> {
  const written = writable(tasks, given).map((it) => it.path);
  const asked = askedFor(tasks, "read");
  for (const path of asked.keys()) {
    // What may be written may be read; and what is forbidden was not read, whoever says so.
    if ([...written, ...closed].some((it) => isWithin(it, path))) asked.delete(path);
  }
  const paths = collapsePaths(asked, closed);
  const programs = tasks.filter(spawns);
  const denied = refusals(tasks, "read");
  if (paths.length === 0 && programs.length === 0 && denied.length === 0) return;
  yield line(1, "local-files:");
  // A key needs a value where all that it had are comments.
  yield line(2, paths.length + programs.length === 0 ? "allowed-paths: []" : "allowed-paths:");
  for (const { path, askers, count } of paths) {
    const files = count > 1 ? `, ${count} paths` : "";
    yield line(3, `- ${quoted(path)}`, `read by ${needers(askers)}${files}`);
  }
  if (programs.length > 0) {
    for (const it of PROGRAMS.filter((it) => !paths.some(({ path }) => isWithin(path, it)))) {
      yield line(3, `- ${it}`, `programs and their libraries, for ${needers(programs)}`);
    }
  }
  yield* denied;
}

/** Where programs and what they are linked with lie; which of them a process reads is not seen. */
const PROGRAMS = ["/usr", "/lib", "/lib64", "/bin"];

/** What was denied, as comments: nobody but a person opens it. */
function refusals(tasks: readonly LearnedTask[], permission: string): readonly YamlLine[] {
  const found = new Map<string, { readonly task: LearnedTask; readonly because: Because }>();
  for (const task of tasks) {
    for (const it of task.denied) {
      if (it.permission !== permission || it.value === undefined) continue;
      if (!found.has(it.value)) found.set(it.value, { task, because: it.because });
    }
  }
  return [...found].map(([value, { task, because }]) => ({
    depth: 3,
    text: `- ${quoted(value)}`,
    comment: `asked for by ${nameOf(task)}, denied: ${because.rule} ${placeOf(because)}`,
    isComment: true,
  }));
}

function askedFor(
  tasks: readonly LearnedTask[],
  permission: string,
): Map<string, readonly LearnedTask[]> {
  const asked = new Map<string, LearnedTask[]>();
  for (const task of tasks) {
    for (const it of task.accessed) {
      if (it.permission !== permission || it.value === undefined) continue;
      const value = permission === "read" || permission === "write"
        ? posix.normalize(it.value)
        : it.value;
      if ((permission === "read" || permission === "write") && !value.startsWith("/")) continue;
      asked.set(value, [...asked.get(value) ?? [], task]);
    }
  }
  return asked;
}

/** Directories that are written in: of a file its own, within what the given policy lets be written. */
function writable(tasks: readonly LearnedTask[], given: Policy) {
  const asked = new Map<string, readonly LearnedTask[]>();
  for (const [path, askers] of askedFor(tasks, "write")) {
    const rule = given.writable.find((it) => isWithin(it.value, path));
    if (rule === undefined) continue;
    const directory = path === rule.value ? path : posix.dirname(path);
    asked.set(directory, [...asked.get(directory) ?? [], ...askers]);
  }
  return collapsePaths(asked, given.forbiddenPaths.map((it) => it.value));
}

function* writings(tasks: readonly LearnedTask[], given: Policy): Generator<YamlLine> {
  const paths = writable(tasks, given);
  const denied = refusals(tasks, "write");
  if (paths.length > 0) yield line(1, "writable:");
  for (const { path, askers } of paths) {
    yield line(2, `- ${quoted(path)}`, `written by ${needers(askers)}`);
  }
  yield* denied.map((it) => ({ ...it, depth: 2 }));
}

function* network(tasks: readonly LearnedTask[]): Generator<YamlLine> {
  const asked = askedFor(tasks, "net");
  const denied = refusals(tasks, "net");
  yield line(1, "network:");
  if (asked.size === 0) yield line(2, "allow: []", "no task reached a host");
  else yield line(2, "allow:");
  for (const [host, askers] of asked) {
    yield line(3, `- ${quoted(host)}`, `reached by ${needers(askers)}`);
  }
  yield* denied;
}

function* variables(tasks: readonly LearnedTask[]): Generator<YamlLine> {
  const asked = askedFor(tasks, "env");
  if (asked.size === 0) return;
  yield line(1, "env:");
  yield line(2, "allow:");
  for (const [variable, askers] of asked) {
    yield line(3, `- ${quoted(variable)}`, `seen by ${needers(askers)}`);
  }
}

function* kernel({ kernel, forcedPrecedence }: Policy): Generator<YamlLine> {
  if (forcedPrecedence !== "admin") yield line(1, `forced-precedence: ${forcedPrecedence}`);
  if (kernel.source === undefined) return;
  yield line(1, `kernel: ${quoted(kernel.value)}`, `as in ${placeOf({ source: kernel.source })}`);
}

const LIMITS: Readonly<Record<keyof LimitValues, readonly [string, (it: number) => string]>> = {
  timeoutMs: ["timeout", (it) => `PT${it / 1000}S`],
  memoryBytes: ["memory", sizeOf],
  processes: ["processes", String],
  files: ["files", String],
  outputBytes: ["output", sizeOf],
  workspaceBytes: ["workspace", sizeOf],
};

/** As the policy's parser reads it: nine digits at most. */
function sizeOf(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024}KB` : String(bytes);
}

function* limits({ limits }: Policy): Generator<YamlLine> {
  if (Object.keys(limits).length === 0) return;
  yield line(1, "limits:");
  for (const [key, [word, show]] of Object.entries(LIMITS)) {
    const it = limits[key as keyof LimitValues];
    if (it === undefined) continue;
    yield line(2, `${word}: ${quoted(show(it.value))}`, `as in ${placeOf(it)}`);
  }
}

function* containers(tasks: readonly LearnedTask[], given: Policy): Generator<YamlLine> {
  const them = tasks.flatMap((it) =>
    it.plan.program?.kind === "container" ? [{ it, spec: it.plan.program.spec }] : []
  );
  if (them.length === 0) return;
  yield line(1, "containers:");
  yield line(2, "images:");
  yield line(3, "allow:");
  for (const [image, users] of Map.groupBy(them, ({ spec }) => spec.image)) {
    yield line(4, `- ${quoted(image)}`, `the image of ${needers(users.map(({ it }) => it))}`);
  }
  const networks = Map.groupBy(
    them.filter(({ spec }) => spec.network !== "none"),
    ({ spec }) => spec.network,
  );
  if (networks.size > 0) yield line(2, "networks:");
  for (const [network, users] of networks) {
    yield line(3, `- ${quoted(network)}`, `used by ${needers(users.map(({ it }) => it))}`);
  }
  const volumes = given.containers.volumes.map((rule) => ({
    rule,
    users: them.filter(({ spec }) =>
      spec.mounts.some((it) => it.type === "bind" && isWithin(rule.value, it.source))
    ),
  })).filter((it) => it.users.length > 0);
  if (volumes.length > 0) yield line(2, "volumes:");
  for (const { rule, users } of volumes) {
    const text = `${rule.value}:${rule.readOnly ? "ro" : "rw"}`;
    yield line(3, `- ${quoted(text)}`, `mounted by ${needers(users.map(({ it }) => it))}`);
  }
  const { users, capabilities, writableRoot } = given.containers;
  if (users.length > 0) {
    yield line(2, "users:");
    for (const it of users) yield line(3, `- ${quoted(it.value)}`, `as in ${placeOf(it)}`);
  }
  if (capabilities.length > 0) {
    yield line(2, "capabilities:");
    for (const it of capabilities) {
      yield line(
        3,
        `- ${quoted(it.value)}`,
        `as in ${placeOf(it)}; whether it is used is not seen`,
      );
    }
  }
  if (writableRoot?.value === true) {
    const why = `as in ${placeOf(writableRoot)}; whether it is used is not seen`;
    yield line(2, "read-only: false", why);
  }
}

function* scripts(tasks: readonly LearnedTask[], given: Policy): Generator<YamlLine> {
  const them = tasks.filter((it) => it.plan.program?.kind === "script");
  if (them.length === 0) return;
  const used = given.scripts.inProcess.filter((language) =>
    them.some((it) => it.plan.task.type.value.split(".").includes(language.value))
  );
  yield line(1, "scripts:");
  yield line(2, "in-process:");
  for (const it of used) yield line(3, `- ${it.value}`, `for ${needers(them)}`);
}

/** As YAML reads it as a text, whatever is in it. */
function quoted(text: string): string {
  return /^[\w/][\w./@-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|[\d.]+)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
