import { canonicalClass } from "../catalog/aliases.ts";
import type {
  Diagnostic,
  Flow,
  FlowPlan,
  Refusal,
  Source,
  SubflowPlan,
  Task,
  TaskPlan,
} from "../model/mod.ts";
import { StageError } from "../model/mod.ts";
import { diagnosticsOf } from "../plan/mod.ts";
import { findLocated, nearest } from "../source/mod.ts";
import { type FlowSet, keyOf } from "./flow_set.ts";
import type { PreparedFlow } from "./read_flows.ts";

/** A task that starts another flow. */
interface Start {
  readonly task: Task;
  /** `namespace/id` where both are written out; else a test of which flows it may be. */
  readonly flow: string | ((key: string) => boolean);
  /** Where the name stands. */
  readonly source: Source;
}

/** Which flows the flows of a plan may start. */
export interface Reach {
  /** The names of those that are asked for. */
  readonly asked: readonly string[];
  /** Those that are asked for, then every other that one of them starts, each once. */
  readonly flows: readonly PreparedFlow[];
  /** Those that only an expression may come to; whether they can run matters when it does. */
  readonly candidates: readonly PreparedFlow[];
  /** Candidates that cannot be read, by name, with the reason. */
  readonly broken: ReadonlyMap<string, string>;
  /** By the name of the flow that holds them. */
  readonly starts: ReadonlyMap<string, readonly Start[]>;
}

/**
 * Finds every flow that could be started, so that all of them are planned before anything runs.
 *
 * A flow that is missing where its name is written out is put into the flow that names it, as a
 * refusal of the task.
 *
 * @throws {StageError} When a flow whose name is written out cannot be used.
 */
export function reachFlows(asked: readonly PreparedFlow[], set: FlowSet): Reach {
  const reached = new Map<string, PreparedFlow>();
  const candidates = new Map<string, PreparedFlow>();
  const broken = new Map<string, string>();
  const starts = new Map<string, readonly Start[]>();
  const problems: Diagnostic[] = [];
  const walk = (flow: PreparedFlow, into: Map<string, PreparedFlow>): void => {
    const key = keyOf(flow.flow);
    if (reached.has(key) || (into === candidates && candidates.has(key))) return;
    const own = startsOf(flow);
    starts.set(key, own);
    const missing: NonNullable<PreparedFlow["violations"]>[number][] = [];
    into.set(key, flow);
    for (const start of own) {
      if (typeof start.flow !== "string") continue;
      const found = set.find(start.flow);
      if (found.kind === "flow") walk(found.flow, into);
      else if (found.kind === "missing") {
        missing.push({ path: start.task.path, refusal: missingFlow(start, start.flow, set) });
      } else if (into === candidates) {
        broken.set(start.flow, found.problems[0]!.message);
      } else {
        problems.push(...found.problems.map((it) => ({
          ...it,
          related: [
            ...it.related ?? [],
            { message: `task "${start.task.id}" of "${key}" starts it`, at: start.source },
          ],
        })));
      }
    }
    if (missing.length > 0) {
      into.set(key, { ...flow, violations: [...flow.violations ?? [], ...missing] });
    }
  };
  for (const it of asked) walk(it, reached);
  if (problems.length > 0) throw new StageError(problems);
  // A candidate may bring candidates of its own.
  for (let before = -1; before !== candidates.size;) {
    before = candidates.size;
    const tests = [...starts.values()].flat().flatMap((it) =>
      typeof it.flow === "string" ? [] : [it.flow]
    );
    for (const key of set.keys) {
      if (reached.has(key) || broken.has(key) || !tests.some((test) => test(key))) continue;
      const found = set.find(key);
      if (found.kind === "flow") walk(found.flow, candidates);
      else if (found.kind === "broken") broken.set(key, found.problems[0]!.message);
    }
  }
  for (const key of reached.keys()) candidates.delete(key);
  return {
    asked: asked.map((it) => keyOf(it.flow)),
    flows: [...reached.values()],
    candidates: [...candidates.values()],
    broken,
    starts,
  };
}

const STARTERS: readonly string[] = [
  "io.kestra.plugin.core.flow.Subflow",
  "io.kestra.plugin.core.flow.ForEachItem",
];

function startsOf({ flow, mocks = [] }: PreparedFlow): readonly Start[] {
  const replaced = new Set(mocks.flatMap((it) => it.value === undefined ? [it.id] : []));
  const below = (task: Task): readonly Task[] =>
    task.disabled || replaced.has(task.id) ? [] : [task, ...task.children.flatMap(below)];
  const { tasks, errors, finally: last, afterExecution } = flow;
  return [...tasks, ...errors, ...last, ...afterExecution].flatMap(below).flatMap(
    (task): Start[] => {
      if (!STARTERS.includes(canonicalClass(task.type.value))) return [];
      const namespace = textAt(task, "namespace", flow);
      const flowId = textAt(task, "flowId", flow);
      if (namespace === undefined || flowId === undefined) return [];
      const isWritten = namespace.isConstant && flowId.isConstant;
      return [{
        task,
        source: flowId.source,
        flow: isWritten ? keyOf({ namespace: namespace.text, id: flowId.text }) : (key) => {
          const at = key.indexOf("/");
          return (!namespace.isConstant || key.slice(0, at) === namespace.text) &&
            (!flowId.isConstant || key.slice(at + 1) === flowId.text);
        },
      }];
    },
  );
}

function textAt({ effective }: Task, key: "namespace" | "flowId", flow: Flow) {
  const value = findLocated(effective, [key]);
  if (value?.kind !== "scalar" || value.value === null) return undefined;
  // Both are known, and are what such tasks mostly say.
  const text = String(value.value)
    .replace(/^\s*\{\{\s*flow\.namespace\s*\}\}\s*$/, flow.namespace)
    .replace(/^\s*\{\{\s*flow\.id\s*\}\}\s*$/, flow.id);
  return { text, isConstant: !/\{[{%#]/.test(text), source: value.source };
}

function missingFlow({ task, source }: Start, key: string, set: FlowSet): Refusal {
  const near = nearest(key, set.keys);
  const [unnamed] = set.unnamed;
  return {
    code: "plan/unknown-flow",
    message: `Cannot run task "${task.id}": there is no flow "${key}"`,
    by: "unsupported",
    source,
    ...(unnamed && {
      related: [{
        message: `it may be in this file, which cannot be read: ${unnamed.problem.message}`,
        at: unnamed.problem.at ?? { file: unnamed.file, line: 1, column: 1 },
      }],
    }),
    help: near === undefined
      ? "Give a directory that holds it with --flows DIR, or mock the task with --mock FILE"
      : `Did you mean "${near}"?`,
  };
}

/** The plans of a reach: what may run, and what of it has its reasons not to. */
export interface PlannedReach {
  /** As they were asked for, then what they start, then candidates that may run. */
  readonly flows: readonly FlowPlan[];
  /** What tasks may start, by name. */
  readonly subflows: ReadonlyMap<string, SubflowPlan>;
}

/**
 * Says of every flow whether it may be started. A refusal goes up to whoever starts the flow by its
 * name; what only an expression may come to is refused when it does.
 *
 * @param plans Of `reach.flows`, then of `reach.candidates`.
 */
export function judgeReach(reach: Reach, plans: readonly FlowPlan[]): PlannedReach {
  const asked = new Set(reach.asked);
  const judged = new Map(plans.map((it) => [
    keyOf(it.flow),
    // Mocks stand in for tasks of what is asked for, and never of what it starts.
    asked.has(keyOf(it.flow)) ? it : {
      ...it,
      diagnostics: it.diagnostics.filter(({ code }) => code !== "plan/mockable"),
    },
  ]));
  const required = new Set(reach.flows.map((it) => keyOf(it.flow)));
  const why = new Map<string, Refusal>();
  for (const [key, plan] of judged) {
    const [first] = refusalsOf(plan);
    if (first !== undefined) why.set(key, first);
  }
  for (let before = -1; before !== why.size;) {
    before = why.size;
    for (const [key, plan] of judged) {
      const refusals = (reach.starts.get(key) ?? []).flatMap((start): [string, Refusal][] => {
        if (typeof start.flow !== "string") return [];
        const unreadable = reach.broken.get(start.flow);
        const below = why.get(start.flow) ?? (unreadable === undefined ? undefined : {
          code: "plan/unknown-flow" as const,
          message: unreadable,
          by: "unsupported" as const,
          source: start.source,
        });
        const task = plan.tasks.find((it) => it.task.path === start.task.path);
        if (below === undefined || task === undefined || task.verdict === "refuse") return [];
        return [[start.task.path, refusedBelow(start, start.flow, below)]];
      });
      if (refusals.length === 0) continue;
      const changed = withRefusals(plan, new Map(refusals));
      judged.set(key, changed);
      if (!why.has(key)) why.set(key, refusals[0]![1]);
    }
  }
  const subflows = new Map<string, SubflowPlan>([...reach.broken].map(([key, reason]) => [
    key,
    { refused: reason },
  ]));
  for (const [key, plan] of judged) {
    const refusal = why.get(key);
    subflows.set(key, refusal === undefined ? { plan } : { refused: refusal.message });
  }
  return {
    flows: [...judged].flatMap(([key, plan]) => required.has(key) || !why.has(key) ? [plan] : []),
    subflows,
  };
}

function refusalsOf({ flow, tasks }: FlowPlan): readonly Refusal[] {
  return [...flow.refusals, ...tasks.flatMap((it) => it.refusal ?? [])];
}

function refusedBelow({ task, source }: Start, key: string, below: Refusal): Refusal {
  const related = below.source === "built-in" ? [] : [{ message: below.message, at: below.source }];
  return {
    code: "plan/subflow-refused",
    message: `Cannot run task "${task.id}": flow "${key}", which it starts, is refused${
      related.length === 0 ? `: ${below.message}` : ""
    }`,
    by: below.by,
    source,
    ...(related.length > 0 && { related }),
  };
}

function withRefusals(plan: FlowPlan, refusals: ReadonlyMap<string, Refusal>): FlowPlan {
  const tasks = plan.tasks.map((it): TaskPlan => {
    const refusal = refusals.get(it.task.path);
    return refusal === undefined ? it : {
      ...it,
      verdict: "refuse",
      refusal,
      argv: [],
      because: [
        { effect: "refuse", rule: refusal.code, source: refusal.source },
        ...it.because.filter(({ effect }) => effect !== "run"),
      ],
    };
  });
  return {
    ...plan,
    tasks,
    diagnostics: [...plan.diagnostics, ...diagnosticsOf([...refusals.values()])],
  };
}
