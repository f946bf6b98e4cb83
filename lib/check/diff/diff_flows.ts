import type { Because, Plan, TaskPlan } from "../../model/mod.ts";

/** How one task of a flow is planned otherwise. */
export interface TaskDifference {
  readonly file: string;
  readonly flow: string;
  readonly task: string;
  readonly path: string;
  /** What is otherwise: `verdict: run, not refuse`. */
  readonly what: string;
  readonly direction: "allowed" | "denied" | "changed";
  readonly old: Because;
  readonly new: Because;
}

/**
 * Which tasks of the same flows two policies decide differently: whether they run, whether they may spawn,
 * what refuses them, and what their containers are made of.
 *
 * @param old The flows planned under the old policy.
 * @param now The same flows, in the same order, under the new one.
 */
export function diffFlows(old: Plan, now: Plan): readonly TaskDifference[] {
  return now.flows.flatMap(({ flow, tasks }, i) => {
    const before = new Map(old.flows[i]?.tasks.map((it) => [it.task.path, it]));
    return tasks.flatMap((after) => {
      const was = before.get(after.task.path);
      return was === undefined ? [] : [...differencesOf(was, after)].map((it) => ({
        file: flow.file,
        flow: `${flow.namespace}/${flow.id}`,
        task: after.task.id,
        path: after.task.path,
        ...it,
      }));
    });
  });
}

type Told = Pick<TaskDifference, "what" | "direction" | "old" | "new">;

function* differencesOf(was: TaskPlan, is: TaskPlan): Generator<Told> {
  if (was.verdict !== is.verdict) {
    const allowed = is.verdict === "run";
    yield {
      what: allowed ? "it runs" : `it is refused: ${is.refusal?.message}`,
      direction: allowed ? "allowed" : "denied",
      old: verdictOf(was),
      new: verdictOf(is),
    };
    return;
  }
  if (was.refusal !== undefined && is.refusal !== undefined) {
    if (was.refusal.code !== is.refusal.code) {
      yield {
        what: `it is refused for another reason: ${is.refusal.message}`,
        direction: "changed",
        old: verdictOf(was),
        new: verdictOf(is),
      };
    }
    return;
  }
  if (was.spawn !== is.spawn) {
    const allowed = is.spawn === "allowed";
    yield {
      what: allowed ? "it may start processes" : "it may not start processes",
      direction: allowed ? "allowed" : "denied",
      old: spawnOf(was),
      new: spawnOf(is),
    };
  }
  const [a, b] = [specOf(was), specOf(is)];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (a[key] === b[key]) continue;
    yield {
      what: `${key}: ${b[key] ?? "none"}, not ${a[key] ?? "none"}`,
      direction: "changed",
      old: about(was, key),
      new: about(is, key),
    };
  }
}

function verdictOf({ refusal }: TaskPlan): Because {
  return refusal === undefined
    ? { effect: "run", rule: "no rule refuses it", source: "built-in" }
    : { effect: "refuse", rule: refusal.code, source: refusal.source };
}

function spawnOf({ because, spawn }: TaskPlan): Because {
  return because.find((it) => /^(?:allow|deny) spawn/.test(it.effect)) ??
    { effect: `${spawn} spawn`, rule: "no rule restricts it", source: "built-in" };
}

/** What a task is run in, in words. */
function specOf({ program }: TaskPlan): Readonly<Record<string, string>> {
  if (program === undefined) return {};
  const place = { "it runs as": program.kind };
  if (program.kind !== "container") return place;
  const { image, network, user, writableRoot, mounts, capabilities } = program.spec;
  return {
    ...place,
    image,
    network,
    user: `${user.uid}:${user.gid}`,
    "root file system": writableRoot ? "writable" : "read-only",
    mounts: mounts.map((it) =>
      it.type === "bind" ? `${it.source}:${it.target}${it.readOnly ? ":ro" : ""}` : it.target
    ).join(" "),
    capabilities: capabilities.join(" "),
  };
}

function about({ because }: TaskPlan, key: string): Because {
  const word = key === "image" ? "image" : key;
  return because.find((it) => it.effect.toLowerCase().includes(word)) ??
    { effect: key, rule: "what is the case where no rule says otherwise", source: "built-in" };
}
