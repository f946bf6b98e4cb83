import { hostDenied, isInWorkspace, placePath } from "../../access/mod.ts";
import type {
  Decision,
  Policy,
  PolicyEdit,
  Rule,
  RulePolicy,
  Source,
  Sourced,
  TaskPlan,
} from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import { toPlain } from "../../source/mod.ts";
import { entryAt, isSame, KEY, listsOf } from "./policy_lists.ts";

/** An edit that may change an answer, and what it comes to; see `Flip.weight`. */
export interface Candidate {
  readonly edit: PolicyEdit;
  readonly weight: number;
}

/** What edits are made for. */
export interface ToFlip {
  readonly plan: TaskPlan;
  readonly decision: Decision;
  readonly policy: Policy;
}

/**
 * Edits of a policy that may turn a decision into the other one, or bring it nearer: the smallest
 * first. Whether one does is for planning to say.
 */
export function candidateEdits(given: ToFlip): readonly Candidate[] {
  const { decision, plan } = given;
  const all = decision.verdict === "allowed"
    ? toDeny(given)
    : plan.refusal !== undefined
    ? toRun(given)
    : toAllow(given);
  return all.toSorted((a, b) => a.weight - b.weight);
}

function toAllow(given: ToFlip): readonly Candidate[] {
  const { plan, decision: { access, parts }, policy } = given;
  const { kind, value = "" } = access;
  const cited = citedOf(given, KEEPING);
  if (plan.program?.kind === "container") {
    return kind === "net" ? [set(policy, KEY.networks, ["bridge"], 3)] : [];
  }
  // Where another layer says no as well, it would be for nothing.
  const denying = parts.filter((it) => it.verdict === "denies").map((it) => it.layer);
  const silences = denying.length === 1 && denying[0] === "kernel"
    ? [set(policy, KEY.kernel, "off", 7)]
    : [];
  switch (kind) {
    case "read":
    case "write": {
      const { value: path = "", real = path } = placePath(access, plan);
      if (isInWorkspace(path)) return cited;
      const closing = policy.forbiddenPaths.filter((it) =>
        [path, real].some((to) => isWithin(it.value, to))
      );
      return [
        ...cited,
        ...removals(policy, closing, KEY.forbiddenPaths),
        ...(kind === "write" ? add(policy, KEY.writable, path) : []),
        ...(kind === "read" && policy.filesystem.value === "closed"
          ? [...add(policy, KEY.allowedPaths, path), set(policy, KEY.filesystem, "open", 5)]
          : []),
        ...silences,
      ];
    }
    case "spawn":
      return [...cited, ...toSpawn(given), ...silences];
    case "net": {
      const denied = policy.network.deny.filter((it) => hostDenied(it.value, value));
      return [
        ...cited,
        ...removals(policy, denied, KEY.networkDeny),
        ...(policy.network.allow === undefined ? [] : add(policy, KEY.networkAllow, value)),
        ...silences,
      ];
    }
    case "env":
      return [...cited, ...add(policy, KEY.env, value)];
  }
}

function toSpawn({ plan, policy }: ToFlip): readonly Candidate[] {
  const type = plan.task.type.value;
  const { authorizedClassPrefixes } = policy;
  return [
    ...(policy.spawn.value === "never" ? [set(policy, KEY.spawn, "by-class", 4)] : []),
    // An entry in the file of each list that does not name it.
    ...authorizedClassPrefixes.flatMap((list): Candidate[] =>
      list[0] === undefined ? [] : [{
        edit: { kind: "add", file: list[0].source.file, path: KEY.authorized, value: type },
        weight: 1,
      }]
    ),
  ];
}

/** What would let a task run that is refused. */
function toRun(given: ToFlip): readonly Candidate[] {
  const { plan: { refusal, task }, policy } = given;
  // A key of a runner's may be unsupported for as long as the policy gives nothing of its kind.
  if (refusal === undefined || refusal.by === "host") return [];
  const type = task.type.value;
  const runner = toPlain(task.effective).taskRunner;
  const asks = (key: string): readonly string[] => {
    const value = typeof runner === "object" && runner !== null
      ? (runner as Record<string, unknown>)[key]
      : undefined;
    return [value].flat().filter((it) => typeof it === "string");
  };
  const image = toPlain(task.effective).containerImage;
  return [
    ...(refusal.source === "built-in" ? [] : removal(given, refusal.source)),
    ...(refusal.code === "plan/process-kernel-off" ? [set(policy, KEY.kernel, "prefer", 1)] : []),
    ...(refusal.code === "plan/process-unasked" ? add(policy, KEY.authorized, type) : []),
    ...(refusal.code === "plan/process-denied" ? toSpawn(given) : []),
    ...(policy.plugins.includes.length > 0 ? add(policy, KEY.includes, pattern(type)) : []),
    ...asks("volumes").flatMap((it) => {
      const [source = "", , mode = "ro"] = it.split(":");
      return add(policy, KEY.volumes, mode.includes("rw") ? `${source}:rw` : source);
    }),
    ...asks("networkMode").flatMap((it) => add(policy, KEY.networks, it)),
    ...(typeof image === "string" && policy.containers.images.allow.length > 0
      ? add(policy, KEY.images, image)
      : []),
  ];
}

function toDeny(given: ToFlip): readonly Candidate[] {
  const { plan, decision: { access }, policy } = given;
  const { kind, value = "" } = access;
  const type = plan.task.type.value;
  const cited = citedOf(given, GIVING);
  const whole = add(policy, KEY.excludes, pattern(type)).map((it) => ({ ...it, weight: 9 }));
  const on = policy.disabledAt.map((at): Candidate => ({
    edit: { kind: "set", file: at.file, path: KEY.enabled, value: true },
    weight: 3,
  }));
  if (plan.program?.kind === "container") return [...cited, ...whole];
  switch (kind) {
    case "read":
    case "write": {
      const { value: path = "" } = placePath(access, plan);
      if (isInWorkspace(path)) return whole;
      return [
        ...cited,
        ...add(policy, KEY.forbiddenPaths, path),
        ...(kind === "read" && policy.filesystem.value === "open"
          ? [set(policy, KEY.filesystem, "closed", 4)]
          : []),
        ...on,
        ...whole,
      ];
    }
    case "spawn":
      return [
        ...cited,
        ...add(policy, KEY.forbiddenClasses, type),
        set(policy, KEY.spawn, "never", 4),
        ...on,
        ...whole,
      ];
    case "net":
      return [
        ...cited,
        ...add(policy, KEY.networkDeny, value),
        set(policy, KEY.networkAllow, [], 5),
        ...whole,
      ];
    case "env":
      return [...cited, ...whole];
  }
}

/** Lists that keep something back: without an entry there is more. */
const KEEPING: readonly (readonly string[])[] = [
  KEY.forbiddenPaths,
  KEY.forbiddenClasses,
  KEY.networkDeny,
  KEY.excludes,
  KEY.deniedImages,
];

/** Lists that give something: without an entry there is less. */
const GIVING: readonly (readonly string[])[] = [
  KEY.authorized,
  KEY.allowedPaths,
  KEY.includes,
  KEY.writable,
  KEY.networkAllow,
  KEY.env,
  KEY.volumes,
  KEY.networks,
  KEY.images,
];

/** Takes out the entries of such lists that a decision names. */
function citedOf(
  { decision: { because }, policy }: ToFlip,
  lists: readonly (readonly string[])[],
): readonly Candidate[] {
  return because.flatMap(({ source }) => {
    const entry = source === "built-in" ? undefined : entryAt(policy, source);
    return entry === undefined || !lists.includes(entry.path)
      ? []
      : removals(policy, [{ value: entry.value, source: entry.at }], entry.path);
  });
}

/** Takes out what stands at a place: the entry of a list, else what the place is the beginning of. */
function removal({ policy }: ToFlip, at: Source): readonly Candidate[] {
  if (!policy.files.some((it) => it.file === at.file)) return [];
  const entry = entryAt(policy, at);
  const rule = policy.rules.flatMap((it) => it.rules.map((rule) => ({ rule, of: it })))
    .find((it) => isSame(it.rule.source, at));
  if (entry !== undefined && !KEEPING.includes(entry.path)) return [];
  if (entry !== undefined) {
    return removals(policy, [{ value: entry.value, source: entry.at }], entry.path);
  }
  if (rule !== undefined) return ruleRemoval(policy, rule.of, rule.rule);
  const edit = { kind: "remove", at, key: "", value: "" } as const;
  return [{ edit, weight: 2 }];
}

/** A policy without rules is none: with its only rule it goes whole. */
function ruleRemoval(policy: Policy, of: RulePolicy, rule: Rule): readonly Candidate[] {
  const key = "kestra.policies";
  const name = `rule ${rule.type.split(".").at(-1)} of ${of.id.value}`;
  if (of.rules.length > 1) {
    return [{ edit: { kind: "remove", at: rule.source, key, value: name }, weight: 2 }];
  }
  const isLast = policy.rules.filter((it) => it.source.file === of.source.file).length === 1;
  const edit = { kind: "remove", at: of.source, key, value: of.id.value } as const;
  return [{ edit: { ...edit, ...(isLast && { whole: true as const }) }, weight: 2 }];
}

function removals(
  policy: Policy,
  entries: readonly Sourced<string>[],
  path: readonly string[],
): readonly Candidate[] {
  const all = listsOf(policy).find((it) => it.path === path)?.items ?? [];
  return entries.map(({ value, source }) => {
    const isLast = all.filter((it) => it.source.file === source.file).length === 1;
    const whole = isLast && !MAY_BE_EMPTY.includes(path);
    return {
      edit: { kind: "remove", at: source, key: path.join("."), value, ...(whole && { whole }) },
      weight: 1,
    };
  });
}

/** Lists that may be empty, and then give nothing. */
const MAY_BE_EMPTY: readonly (readonly string[])[] = [KEY.networkAllow, KEY.env, KEY.networks];

/** In each of the files, one by one: which of them has to say it is a matter of the chain. */
function add({ files }: Policy, path: readonly string[], value: string): Candidate[] {
  return files.map(({ file }) => ({ edit: { kind: "add", file, path, value }, weight: 2 }));
}

function set(
  policy: Policy,
  path: readonly string[],
  value: string | readonly string[],
  weight: number,
): Candidate {
  const said = saidAt(policy, path) ?? policy.files[0]?.file ?? "";
  return { edit: { kind: "set", file: said, path, value }, weight };
}

/** The file that says the value that counts. */
function saidAt(policy: Policy, path: readonly string[]): string | undefined {
  const { filesystem, kernel, spawn } = policy;
  return { filesystem, kernel, spawn }[path.at(-1) as "kernel"]?.source?.file;
}

/** A pattern that matches one class. */
function pattern(type: string): string {
  return type.replace(/[.$]/g, "\\$&");
}
