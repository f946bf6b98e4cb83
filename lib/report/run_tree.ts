import type { Event, State } from "../model/mod.ts";
import { followRuns } from "./follow_runs.ts";

/** What a task run does, or what became of it. */
export type Doing = "running" | "retrying" | "paused" | State;

/** One task run, with those inside it. */
export interface RunNode {
  readonly label: string;
  doing: Doing;
  attempt: number;
  /** Milliseconds since 1970: since when it goes on. */
  sinceMs: number;
  /** Where it is before a retry: when that is to begin. */
  dueMs?: number;
  /** Present when it has ended. */
  elapsedMs?: number;
  readonly parent: RunNode | undefined;
  readonly inner: RunNode[];
  /** Those inside that have ended and are only counted. */
  readonly folded: Map<State, number>;
}

/** The task runs of an execution as they stand. */
export interface RunTree {
  see(event: Event): void;
  readonly top: RunNode;
  readonly running: () => number;
  /** All that have ended, by state. */
  readonly ended: ReadonlyMap<State, number>;
}

/** How many that went well, and how many that did not, stay in a node; older ones are counted. */
const KEPT = { well: 20, badly: 50 };

const ENDED_WELL: ReadonlySet<Doing> = new Set<Doing>(["SUCCESS", "SKIPPED"]);
const GOES_ON: ReadonlySet<Doing> = new Set<Doing>(["running", "retrying", "paused"]);

/** Whether it has not ended. */
export function goesOn({ doing }: RunNode): boolean {
  return GOES_ON.has(doing);
}

/** Whether it has ended, and nobody has to look. */
export function endedWell({ doing }: RunNode): boolean {
  return ENDED_WELL.has(doing);
}

/** @returns A tree that grows with what goes on at a time, not with what has ended. */
export function runTree(): RunTree {
  const runs = followRuns();
  const nodes = new Map<string, RunNode>();
  const ended = new Map<State, number>();
  const top = makeNode("", undefined, 0);
  return {
    top,
    ended,
    running: () => nodes.size,
    see(event) {
      const run = runs.see(event);
      if (run === undefined || event.type === "task.planned") return;
      if (event.type === "execution.started" || event.type === "execution.finished") return;
      let node = nodes.get(run.taskRun);
      if (node === undefined) {
        const parent = (run.parent && nodes.get(run.parent.taskRun)) ?? top;
        node = makeNode(run.ownLabel, parent, Date.parse(event.at));
        parent.inner.push(node);
        nodes.set(run.taskRun, node);
      }
      switch (event.type) {
        case "task.retrying":
          node.doing = "retrying";
          node.dueMs = Date.parse(event.at) + event.afterMs;
          node.attempt = event.attempt;
          break;
        case "task.paused":
          node.doing = "paused";
          break;
        case "task.finished":
          node.doing = event.state;
          node.elapsedMs = event.elapsedMs;
          nodes.delete(run.taskRun);
          ended.set(event.state, (ended.get(event.state) ?? 0) + 1);
          fold(node.parent ?? top, endedWell(node));
          break;
        default:
          node.doing = "running";
          node.attempt = event.attempt;
          delete node.dueMs;
      }
    },
  };
}

function makeNode(label: string, parent: RunNode | undefined, sinceMs: number): RunNode {
  return {
    label,
    doing: "running",
    attempt: 1,
    sinceMs,
    parent,
    inner: [],
    folded: new Map(),
  };
}

/** Counts the oldest of them, once there are twice as many as are kept. */
function fold(node: RunNode, well: boolean): void {
  const most = well ? KEPT.well : KEPT.badly;
  const those = node.inner.filter((it) => !goesOn(it) && endedWell(it) === well);
  if (those.length < 2 * most) return;
  const gone = new Set(those.slice(0, -most));
  for (const { doing } of gone) {
    const state = doing as State;
    node.folded.set(state, (node.folded.get(state) ?? 0) + 1);
  }
  node.inner.splice(0, Infinity, ...node.inner.filter((it) => !gone.has(it)));
}
