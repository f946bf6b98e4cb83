import { deepEqual, equal, match } from "node:assert/strict";
import { plannedTask } from "../../tests/planned.ts";
import type { Event, Flow, FlowPlan, HostFacts, TaskPlan } from "../model/mod.ts";
import { makeReplayer } from "./replay.ts";

const SHELL = { type: "io.kestra.plugin.scripts.shell.Commands", commands: ["echo hi"] };
const OLD = "bulkhead: {kernel: off}";
const NEW = "bulkhead: {kernel: off, containers: {networks: [bridge], cpus: 2}}";

const planOf = (policy: string, host: Partial<HostFacts> = {}) => plannedTask(policy, SHELL, host);

function flowWith(plan: TaskPlan): FlowPlan {
  const flow = { namespace: "a", id: "f", refusals: [] } as unknown as Flow;
  return { flow, tasks: [plan], diagnostics: [] };
}

function event(plan: TaskPlan, of: object = {}): Event {
  return {
    v: 1,
    at: "",
    execution: "e",
    flow: "a/f",
    task: "t",
    taskRun: "r",
    attempt: 1,
    type: "task.planned",
    class: SHELL.type,
    kind: plan.kind,
    spawn: plan.spawn,
    argv: plan.argv,
    because: plan.because,
    ...of,
  } as Event;
}

Deno.test("a replay compares what an engine is told of a container", async () => {
  const old = await planOf(OLD);
  const same = makeReplayer([flowWith(old)]);
  await same.take(event(old));
  deepEqual([same.result().decisions, same.result().changes], [2, 0]);
  const replayer = makeReplayer([flowWith(await planOf(NEW))]);
  await replayer.take(event(old));
  const { decisions, changes, changed: [change] } = replayer.result();
  deepEqual([decisions, changes], [2, 1]);
  deepEqual([change!.was, change!.is], ["--network=none --cpus=1", "--network=bridge --cpus=2"]);
  equal(change!.isBecause?.rule, "bulkhead.containers.networks");
});

Deno.test("a replay does not take what a machine lacks for a decision", async () => {
  const old = await planOf(OLD);
  const problem = {
    code: "host/no-engine",
    severity: "error",
    message: "there is no engine",
  } as const;
  const none = await planOf(OLD, { engine: { found: false, problem } });
  equal(none.refusal?.by, "host");
  const replayer = makeReplayer([flowWith(none)]);
  await replayer.take(event(old));
  const { decisions, notReplayed } = replayer.result();
  deepEqual([decisions, notReplayed.length], [0, 1]);
  match(notReplayed[0]!.why, /this machine lacks .* there is no engine/);
});

Deno.test("a replay lists so many different changes, and counts the rest", async () => {
  const plan = await planOf(OLD);
  const replayer = makeReplayer([flowWith(plan)]);
  for (let i = 0; i < 10_007; i++) {
    await replayer.take(
      event(plan, { type: "task.accessed", permission: "read", value: `/srv/${i}` }),
    );
  }
  const { decisions, changes, denied, changed, unlisted } = replayer.result();
  deepEqual(
    [decisions, changes, denied, changed.length, unlisted],
    [10_007, 10_007, 10_007, 10_000, 7],
  );
});
