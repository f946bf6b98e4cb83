import { decideAccess } from "../access/mod.ts";
import type {
  Access,
  Because,
  ChangedDecision,
  Decision,
  Event,
  FlowPlan,
  Replay,
  TaskPlan,
} from "../model/mod.ts";
import { chooseTasks } from "./choose_tasks.ts";
import { decide } from "./policy_trial.ts";
import { recordedAccess } from "./recorded_access.ts";

/** Different changes that are listed; more are counted only. */
const MOST = 10_000;
/** Answers that are kept; then all are forgotten, so that memory is bounded. */
const REMEMBERED = 20_000;

type Planned = Extract<Event, { type: "task.planned" }>;
type Asked = Extract<Event, { type: "task.denied" | "task.accessed" }>;

/** What is kept of a decision. */
interface Answer {
  readonly verdict: Decision["verdict"];
  readonly because?: Because;
}

/** Takes events one after the other, and says in the end what has changed. */
export interface Replayer {
  take(event: Event): Promise<void>;
  /** A line that is no event. */
  damaged(): void;
  result(): Replay;
}

/** Replays recorded runs against plans that were made under another policy. */
export function makeReplayer(flows: readonly FlowPlan[]): Replayer {
  const given = new Map(flows.map((it) => [
    `${it.flow.namespace}/${it.flow.id}`,
    new Map(chooseTasks(it, undefined).map((plan) => [plan.task.id, plan])),
  ]));
  const changed = new Map<string, ChangedDecision>();
  const notReplayed = new Map<string, number>();
  let answers = new Map<string, Answer>();
  const counts = { decisions: 0, changes: 0, denied: 0, allowed: 0, unlisted: 0, damaged: 0 };

  const skip = (why: string) => notReplayed.set(why, (notReplayed.get(why) ?? 0) + 1);
  const change = (it: Omit<ChangedDecision, "count">) => {
    counts.changes++;
    if (it.is === "denied") counts.denied++;
    if (it.is === "allowed") counts.allowed++;
    const key = JSON.stringify(it);
    const known = changed.get(key);
    if (known === undefined && changed.size >= MOST) counts.unlisted++;
    else changed.set(key, { ...it, count: (known?.count ?? 0) + 1 });
  };
  const planOf = ({ flow, task }: Planned | Asked): TaskPlan | undefined => {
    const tasks = given.get(flow);
    if (tasks === undefined) {
      skip(`flow "${flow}" is not given`);
      return undefined;
    }
    const plan = tasks.get(task);
    if (plan === undefined) skip(`flow "${flow}" has no task "${task}"`);
    else if (plan.refusal !== undefined && plan.refusal.by === "host") {
      skip(`this machine lacks what task "${task}" needs: ${plan.refusal.message}`);
      return undefined;
    }
    return plan;
  };
  const answer = async (plan: TaskPlan, flow: string, access: Access) => {
    const key = JSON.stringify([flow, plan.task.path, access]);
    const known = answers.get(key);
    if (known !== undefined) return known;
    if (answers.size >= REMEMBERED) answers = new Map();
    // Deno does not look where a path leads: what it denies by its text is denied.
    const byText = plan.permissions === undefined ? undefined : decideAccess(plan, access);
    const made = byText?.verdict === "denied" ? byText : await decide(plan, access);
    const { verdict, because: [because] } = made;
    const kept = { verdict, ...(because && { because }) };
    answers.set(key, kept);
    return kept;
  };

  return {
    async take(event) {
      if (event.type === "task.planned") {
        // A part of a flowable, which is no task of its own and runs nothing.
        if (event.kind === "flowable" && given.get(event.flow)?.has(event.task) === false) return;
        const plan = planOf(event);
        if (plan === undefined) return;
        for (const it of plannedAgain(event, plan)) {
          counts.decisions++;
          if (it.was !== it.is) change({ flow: event.flow, task: event.task, ...it });
        }
        return;
      }
      if (event.type !== "task.denied" && event.type !== "task.accessed") return;
      const plan = planOf(event);
      if (plan === undefined) return;
      counts.decisions++;
      const access = recordedAccess(event);
      // What no policy gives, none gives now.
      if (access === undefined) return;
      const was = event.type === "task.denied" ? "denied" : "allowed";
      const { verdict: is, because: isBecause } = await answer(plan, event.flow, access);
      if (was === is) return;
      change({
        flow: event.flow,
        task: event.task,
        what: access,
        was,
        is,
        ...(event.type === "task.denied" && { wasBecause: event.because }),
        ...(isBecause && { isBecause }),
      });
    },
    damaged: () => void counts.damaged++,
    result: () => ({
      ...counts,
      changed: [...changed.values()].toSorted((a, b) => b.count - a.count),
      notReplayed: [...notReplayed].map(([why, count]) => ({ why, count })),
    }),
  };
}

type Again = Omit<ChangedDecision, "flow" | "task" | "count">;

/** That a task runs, may spawn, and what its engine is told, decided again. */
function plannedAgain(event: Planned, plan: TaskPlan): readonly Again[] {
  const { refusal, program, spawn, because } = plan;
  if (refusal !== undefined) {
    return [{
      what: { kind: "run" },
      was: "allowed",
      is: "denied",
      isBecause: {
        effect: `refuse: ${refusal.message}`,
        rule: refusal.code,
        source: refusal.source,
      },
    }];
  }
  const runs: Again = { what: { kind: "run" }, was: "allowed", is: "allowed" };
  if (program?.kind === "container") {
    const options = differing(event.argv, plan.argv);
    const isBecause = because.find((it) => it.effect.startsWith("container network "));
    return [runs, {
      what: { kind: "container" },
      ...options,
      ...(/--network/.test(options.is) && isBecause && { isBecause }),
    }];
  }
  // What is bulkhead's own starts nothing, whatever its class may do.
  if (program === undefined || program.kind === "built-in") return [runs];
  const wasBecause = spawnOf(event.because);
  const isBecause = spawnOf(because);
  return [runs, {
    what: { kind: "spawn" },
    was: event.spawn,
    is: spawn,
    ...(wasBecause && { wasBecause }),
    ...(isBecause && { isBecause }),
  }];
}

function spawnOf(because: readonly Because[]): Because | undefined {
  return because.find(({ effect }) => effect === "allow spawn" || effect === "deny spawn");
}

/** The words of either command line that are not in the other; the client's own path is none. */
function differing(was: readonly string[], is: readonly string[]) {
  const without = (list: readonly string[], other: readonly string[]) =>
    list.slice(1).filter((it) => !other.includes(it)).join(" ");
  return { was: without(was, is), is: without(is, was) };
}
