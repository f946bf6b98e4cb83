import type { Event, FlowPlan, Metric, State } from "../../model/mod.ts";
import { followRuns, type OpenRun } from "../follow_runs.ts";
import { cutText, LIMITS } from "./limits.ts";
import { type LogStore, logStore } from "./log_store.ts";

/** What a task run did for a while. Milliseconds since 1970; one that goes on has no end. */
export interface Span {
  readonly what: "waiting" | "running" | "retrying" | "paused";
  readonly fromMs: number;
  toMs?: number;
  /** Before a retry: when it is to begin. */
  readonly dueMs?: number;
}

/** One task run, as a report shows it. */
export interface ReportRun {
  readonly taskRun: string;
  readonly task: string;
  label: string;
  /** Which value or round of its own loop it is for: `[a]`; empty outside loops. */
  round: string;
  parent: ReportRun | undefined;
  readonly inner: ReportRun[];
  /** Those inside that are only counted, by their task. */
  readonly folded: Map<string, Map<State, number>>;
  class?: string;
  readonly spans: Span[];
  attempts: number;
  /** Absent while it goes on. */
  state?: State;
  elapsedMs?: number;
  error?: string;
  /** As indented JSON, cut. */
  outputs?: string;
  origin?: "resumed" | "mocked";
  denials: number;
  /** One inside it is kept, so it is as well. */
  isPinned: boolean;
}

/** One denial, or one limit that was reached. */
export interface ReportDenial {
  readonly label: string;
  readonly task: string;
  readonly event: Extract<Event, { type: "task.denied" | "task.limited" }>;
}

/** Everything that a report is made of, within `LIMITS`. */
export interface ReportData {
  readonly plans: readonly FlowPlan[];
  flow: string;
  execution?: Extract<Event, { type: "execution.started" }>;
  end?: Extract<Event, { type: "execution.finished" }>;
  /** Of the oldest and the newest event: milliseconds since 1970. */
  firstMs: number;
  lastMs: number;
  readonly top: ReportRun;
  /** How many task runs have ended, by state. */
  readonly counts: Map<State, number>;
  foldedRuns: number;
  readonly logs: LogStore;
  readonly denials: ReportDenial[];
  denied: number;
  readonly metrics: { readonly label: string; readonly metric: Metric }[];
  measured: number;
  outputsLeftOut: number;
  /** Tasks that were denied something, or failed. */
  readonly badTasks: Set<string>;
}

/** Collects what a report shows. */
export interface ReportCollector {
  readonly data: ReportData;
  see(event: Event): void;
}

/**
 * Collects the events of one execution, those of its subflows among them.
 *
 * @param plans Of its flow, then of the subflows.
 * @returns What holds no more than `LIMITS` and what goes on at the time.
 */
export function collectReport(plans: readonly FlowPlan[]): ReportCollector {
  const runs = followRuns();
  const open = new Map<string, ReportRun>();
  const [first] = plans;
  const data: ReportData = {
    plans,
    flow: first === undefined ? "" : `${first.flow.namespace}/${first.flow.id}`,
    firstMs: Infinity,
    lastMs: 0,
    top: makeRun("", "", "", undefined),
    counts: new Map(),
    foldedRuns: 0,
    logs: logStore(),
    denials: [],
    denied: 0,
    metrics: [],
    measured: 0,
    outputsLeftOut: 0,
    badTasks: new Set(),
  };
  const kept = { runs: 0, bad: 0, outputs: 0 };

  const find = (run: OpenRun): ReportRun => {
    const parent = parentOf(run);
    let found = open.get(run.taskRun);
    if (found === undefined) {
      found = makeRun(run.taskRun, run.task, run.label, parent);
      parent.inner.push(found);
      open.set(run.taskRun, found);
    } else if (found.parent !== parent) {
      // Where it stands is known when it starts, and it may have been planned before.
      found.parent?.inner.splice(found.parent.inner.lastIndexOf(found), 1);
      parent.inner.push(found);
      found.parent = parent;
    }
    found.label = run.label;
    found.round = run.ownLabel.slice(run.task.length);
    return found;
  };
  const parentOf = (run: OpenRun) => (run.parent && open.get(run.parent.taskRun)) ?? data.top;
  const keepOutputs = (run: ReportRun, outputs: Readonly<Record<string, unknown>>) => {
    if (Object.keys(outputs).length === 0) return;
    const text = cutText(JSON.stringify(outputs, null, 2), LIMITS.output);
    if (kept.outputs + text.length > LIMITS.outputs) {
      data.outputsLeftOut++;
      return;
    }
    kept.outputs += text.length;
    run.outputs = text;
  };
  const settle = (run: ReportRun, state: State) => {
    const isBad = state !== "SUCCESS" && state !== "SKIPPED";
    const keeps = run.isPinned || run.denials > 0 && kept.bad < LIMITS.badRuns ||
      kept.runs < LIMITS.runs || isBad && kept.bad < LIMITS.badRuns;
    if (keeps) {
      if (kept.runs < LIMITS.runs) kept.runs++;
      else if (isBad || run.denials > 0) kept.bad++;
      for (let it = run.parent; it !== undefined && !it.isPinned; it = it.parent) {
        it.isPinned = true;
      }
      return;
    }
    const parent = run.parent ?? data.top;
    parent.inner.splice(parent.inner.lastIndexOf(run), 1);
    addCount(parent.folded, run.task, state, 1);
    data.foldedRuns++;
    for (const [task, counts] of run.folded) {
      for (const [it, count] of counts) addCount(parent.folded, task, it, count);
    }
    if (run.outputs !== undefined) kept.outputs -= run.outputs.length;
  };

  return {
    data,
    see(event) {
      const followed = runs.see(event);
      const atMs = Date.parse(event.at);
      data.firstMs = Math.min(data.firstMs, atMs);
      data.lastMs = Math.max(data.lastMs, atMs);
      if (event.type === "execution.started") {
        data.execution ??= event;
        if (data.execution === event) data.flow = event.flow;
        return;
      }
      if (event.type === "execution.finished") {
        // One that never began has ended all the same.
        const { execution = event } = data;
        if (event.execution === execution.execution) data.end = event;
        return;
      }
      if (followed === undefined) return;
      const run = find(followed);
      run.attempts = Math.max(run.attempts, event.attempt);
      beginDue(run, atMs);
      const { label } = followed;
      switch (event.type) {
        case "task.planned":
          run.class = event.class;
          if (run.spans.length === 0) begin(run, "waiting", atMs);
          break;
        case "task.started":
          if (run.spans.at(-1)?.what !== "running") begin(run, "running", atMs);
          break;
        case "task.retrying":
          begin(run, "retrying", atMs, atMs + event.afterMs);
          run.attempts = Math.max(run.attempts, event.attempt + 1);
          break;
        case "task.paused":
          begin(run, "paused", atMs);
          break;
        case "task.log":
          data.logs.add({
            time: event.at.slice(11, 23),
            task: event.task,
            label,
            level: event.level,
            text: event.message,
          });
          break;
        case "task.denied":
        case "task.limited":
          run.denials++;
          data.denied++;
          data.badTasks.add(event.task);
          if (data.denials.length < LIMITS.denials) {
            data.denials.push({ label, task: event.task, event });
          }
          break;
        case "task.metric":
          data.measured++;
          if (data.metrics.length < LIMITS.metrics) {
            data.metrics.push({ label, metric: event.metric });
          }
          break;
        case "task.finished": {
          close(run, atMs);
          addWait(run, atMs - event.elapsedMs);
          run.state = event.state;
          run.elapsedMs = event.elapsedMs;
          if (event.error !== undefined) run.error = cutText(event.error, LIMITS.logText);
          if (event.resumed) run.origin = "resumed";
          if (event.mocked) run.origin = "mocked";
          if (event.state === "FAILED") data.badTasks.add(event.task);
          data.counts.set(event.state, (data.counts.get(event.state) ?? 0) + 1);
          keepOutputs(run, event.outputs);
          open.delete(event.taskRun);
          settle(run, event.state);
          break;
        }
      }
    },
  };
}

function makeRun(
  taskRun: string,
  task: string,
  label: string,
  parent: ReportRun | undefined,
): ReportRun {
  return {
    taskRun,
    task,
    label,
    round: "",
    parent,
    inner: [],
    folded: new Map(),
    spans: [],
    attempts: 1,
    denials: 0,
    isPinned: false,
  };
}

function close({ spans }: ReportRun, atMs: number): void {
  const last = spans.at(-1);
  if (last !== undefined) last.toMs ??= atMs;
}

/** After so many spans the last one takes all the rest. */
function begin(run: ReportRun, what: Span["what"], fromMs: number, dueMs?: number): void {
  if (run.spans.length >= LIMITS.spans) {
    delete run.spans.at(-1)!.toMs;
    return;
  }
  close(run, fromMs);
  run.spans.push({ what, fromMs, ...(dueMs !== undefined && { dueMs }) });
}

/** An attempt begins when it is due, also where nothing is said of it. */
function beginDue(run: ReportRun, nowMs: number): void {
  const dueMs = run.spans.at(-1)?.dueMs;
  if (dueMs !== undefined && dueMs < nowMs) begin(run, "running", dueMs);
}

/** What it took longer than it was seen, it has waited for its turn. */
function addWait({ spans }: ReportRun, fromMs: number): void {
  const first = spans[0];
  if (first === undefined || fromMs >= first.fromMs) return;
  spans.unshift({ what: "waiting", fromMs, toMs: first.fromMs });
}

function addCount(
  folded: Map<string, Map<State, number>>,
  task: string,
  state: State,
  count: number,
): void {
  let counts = folded.get(task);
  if (counts === undefined) folded.set(task, counts = new Map());
  counts.set(state, (counts.get(state) ?? 0) + count);
}
