import { deepEqual, equal } from "node:assert/strict";
import type { Flowable, State, Task } from "../../model/mod.ts";
import { AT, runSample, type SampleFlow, type SampleTask } from "./sample_execution.ts";

const NONE = { errors: [], finally: [] } as const;
type Inside = (tasks: readonly SampleTask[]) => readonly Task[];

function text(value: string) {
  return { value, source: AT };
}

function block(
  id: string,
  tasks: readonly SampleTask[],
  more: {
    readonly kind?: "Sequential" | "AllowFailure";
    readonly errors?: readonly SampleTask[];
    readonly finally?: readonly SampleTask[];
  } & Partial<SampleTask> = {},
): SampleTask {
  const { kind = "Sequential", errors = [], finally: always = [], ...task } = more;
  return {
    ...task,
    id,
    flowable: (inside) => ({
      kind,
      tasks: inside(tasks),
      errors: inside(errors),
      finally: inside(always),
    }),
  };
}

function parallel(id: string, tasks: readonly SampleTask[], concurrent = 0): SampleTask {
  return {
    id,
    flowable: (inside) => ({ kind: "Parallel", tasks: inside(tasks), concurrent, ...NONE }),
  };
}

function each(
  id: string,
  values: unknown,
  tasks: readonly SampleTask[],
  more: Partial<Extract<Flowable, { kind: "ForEach" }>> = {},
): SampleTask {
  return {
    id,
    flowable: (inside) => ({
      kind: "ForEach",
      values: { value: values, source: AT },
      concurrent: 1,
      tasksInParallel: false,
      tasks: inside(tasks),
      ...NONE,
      ...more,
    }),
  };
}

function branch(id: string, condition: string, then: SampleTask, other: SampleTask): SampleTask {
  return {
    id,
    flowable: (inside: Inside) => ({
      kind: "If",
      condition: text(condition),
      then: inside([then]),
      else: inside([other]),
      ...NONE,
    }),
  };
}

const FAILS = { ends: "FAILED" } as const;

interface Row {
  readonly name: string;
  readonly flow: SampleFlow;
  readonly ends: readonly string[];
  readonly state: State;
}

/** Orders and states as Kestra's: `FlowableUtils`, and the tests of its flowables. */
const rows: readonly Row[] = [
  {
    name: "a failed task stops a sequence",
    flow: { tasks: [{ id: "a" }, { id: "b", ...FAILS }, { id: "c" }] },
    ends: ["a SUCCESS", "b FAILED"],
    state: "FAILED",
  },
  {
    name: "a warning does not, and is the state of all",
    flow: { tasks: [{ id: "a", ends: "WARNING" }, { id: "b" }] },
    ends: ["a WARNING", "b SUCCESS"],
    state: "WARNING",
  },
  {
    name: "what is skipped or disabled went well",
    flow: { tasks: [{ id: "a", ends: "SKIPPED" }, { id: "b", disabled: true }] },
    ends: ["a SKIPPED", "b SKIPPED"],
    state: "SUCCESS",
  },
  {
    name: "errors, finally and afterExecution run in that order after a failure",
    flow: {
      tasks: [{ id: "a", ...FAILS }],
      errors: [{ id: "e" }],
      finally: [{ id: "f" }],
      afterExecution: [{ id: "x" }],
    },
    ends: ["a FAILED", "e SUCCESS", "f SUCCESS", "x SUCCESS"],
    state: "FAILED",
  },
  {
    name: "errors do not run where nothing has failed",
    flow: { tasks: [{ id: "a" }], errors: [{ id: "e" }], finally: [{ id: "f" }] },
    ends: ["a SUCCESS", "f SUCCESS"],
    state: "SUCCESS",
  },
  {
    name: "a flowable's errors and finally run before it fails, and the flow's errors after",
    flow: {
      tasks: [
        block("s", [{ id: "a", ...FAILS }], { errors: [{ id: "se" }], finally: [{ id: "sf" }] }),
        { id: "b" },
      ],
      errors: [{ id: "e" }],
    },
    ends: ["a FAILED", "se SUCCESS", "sf SUCCESS", "s FAILED", "e SUCCESS"],
    state: "FAILED",
  },
  {
    name: "allowFailure makes a warning of a flowable, allowWarning nothing",
    flow: {
      tasks: [
        block("s", [{ id: "a", ...FAILS }], { allowFailure: true }),
        { id: "b", ...FAILS, allowFailure: true, allowWarning: true },
      ],
    },
    ends: ["a FAILED", "s WARNING", "b SUCCESS"],
    state: "WARNING",
  },
  {
    name: "AllowFailure is a warning once its errors have run",
    flow: {
      tasks: [
        block("s", [{ id: "a", ...FAILS }], { kind: "AllowFailure", errors: [{ id: "e" }] }),
        { id: "b" },
      ],
    },
    ends: ["a FAILED", "e SUCCESS", "s WARNING", "b SUCCESS"],
    state: "WARNING",
  },
  {
    name: "the worst of parallel tasks is the state of all",
    flow: { tasks: [parallel("p", [{ id: "a", ends: "WARNING" }, { id: "b", ...FAILS }])] },
    ends: ["a WARNING", "b FAILED", "p FAILED"],
    state: "FAILED",
  },
  {
    name: "no parallel task begins after one has failed",
    flow: { tasks: [parallel("p", [{ id: "a", ...FAILS }, { id: "b" }, { id: "c" }], 1)] },
    ends: ["a FAILED", "p FAILED"],
    state: "FAILED",
  },
  {
    name: "a loop runs its tasks for each value, each once",
    flow: { tasks: [each("l", ["x", "y", "x"], [{ id: "a" }, { id: "b" }])] },
    ends: ["a[x] SUCCESS", "b[x] SUCCESS", "a[y] SUCCESS", "b[y] SUCCESS", "l SUCCESS"],
    state: "SUCCESS",
  },
  {
    name: "2.0's Loop takes a value as often as it comes",
    flow: { tasks: [each("l", ["x", "x"], [{ id: "a" }], { loop: { transmitFailed: true } })] },
    ends: ["a[x] SUCCESS", "a[x] SUCCESS", "l SUCCESS"],
    state: "SUCCESS",
  },
  {
    name: "a loop over nothing went well",
    flow: { tasks: [each("l", [], [{ id: "a" }])] },
    ends: ["l SUCCESS"],
    state: "SUCCESS",
  },
  {
    name: "a loop over a map has JSON for values",
    flow: { tasks: [each("l", { k: 1 }, [{ id: "a" }])] },
    ends: ['a[{"key":"k","value":1}] SUCCESS', "l SUCCESS"],
    state: "SUCCESS",
  },
  {
    name: "a loop stops at the value that fails",
    flow: { tasks: [each("l", '["x", "y"]', [{ id: "a", ...FAILS }])] },
    ends: ["a[x] FAILED", "l FAILED"],
    state: "FAILED",
  },
  {
    name: "a loop over what is no list fails",
    flow: { tasks: [each("l", "nothing", [{ id: "a" }])] },
    ends: ["l FAILED"],
    state: "FAILED",
  },
  {
    name: "one branch of an If runs",
    flow: {
      tasks: [
        branch("i", "true", { id: "a" }, { id: "b" }),
        branch("j", "0", { id: "c" }, { id: "d" }),
      ],
    },
    ends: ["a SUCCESS", "i SUCCESS", "d SUCCESS", "j SUCCESS"],
    state: "SUCCESS",
  },
  {
    name: "a Switch runs the case of its value, else the defaults",
    flow: { tasks: [choice("s", "x"), choice("t", "toString")] },
    ends: ["s-x SUCCESS", "s SUCCESS", "t-default SUCCESS", "t SUCCESS"],
    state: "SUCCESS",
  },
  {
    name: "a flowable whose runIf is false is skipped with all in it",
    flow: { tasks: [block("s", [{ id: "a" }], { runIf: text("false"), finally: [{ id: "f" }] })] },
    ends: ["s SKIPPED"],
    state: "SUCCESS",
  },
  {
    name: "a Dag goes by what its tasks depend on",
    flow: { tasks: [dag("g", [["c", ["a", "b"]], ["b", ["a"]], ["a", []]])] },
    ends: ["a SUCCESS", "b SUCCESS", "c SUCCESS", "g SUCCESS"],
    state: "SUCCESS",
  },
  {
    name: "what depends on a failed task of a Dag does not begin",
    flow: { tasks: [dag("g", [["a", []], ["b", ["a"]]], "a")] },
    ends: ["a FAILED", "g FAILED"],
    state: "FAILED",
  },
  {
    name: "a LoopUntil ends where its maximum is reached",
    flow: { tasks: [until("u", { maxIterations: text("2") })] },
    ends: ["a[0] SUCCESS", "a[1] SUCCESS", "u SUCCESS"],
    state: "SUCCESS",
  },
  {
    name: "and fails there where it is to",
    flow: { tasks: [until("u", { maxIterations: text("1"), failOnMaxReached: true })] },
    ends: ["a[0] SUCCESS", "u FAILED"],
    state: "FAILED",
  },
];

function choice(id: string, value: string): SampleTask {
  return {
    id,
    flowable: (inside) => ({
      kind: "Switch",
      value: text(value),
      cases: { x: inside([{ id: `${id}-x` }]) },
      defaults: inside([{ id: `${id}-default` }]),
      ...NONE,
    }),
  };
}

function dag(
  id: string,
  steps: readonly (readonly [string, readonly string[]])[],
  fails?: string,
): SampleTask {
  return {
    id,
    flowable: (inside) => ({
      kind: "Dag",
      concurrent: 0,
      steps: steps.map(([name, dependsOn]) => ({
        task: inside([{ id: name, ...(name === fails && FAILS) }])[0]!,
        dependsOn,
      })),
      ...NONE,
    }),
  };
}

function until(
  id: string,
  more: Partial<Extract<Flowable, { kind: "LoopUntil" }>>,
): SampleTask {
  return {
    id,
    flowable: (inside) => ({
      kind: "LoopUntil",
      condition: text("false"),
      interval: text("PT0.001S"),
      failOnMaxReached: false,
      tasks: inside([{ id: "a" }]),
      ...NONE,
      ...more,
    }),
  };
}

for (const { name, flow, ends, state } of rows) {
  Deno.test(`walk: ${name}`, async () => {
    const run = await runSample(flow);
    deepEqual(run.ends, ends);
    equal(run.outcome.state, state);
  });
}

Deno.test("walk: outputs lie below the values of the loops around them", async () => {
  const { execution } = await runSample({
    tasks: [
      each("outer", ["1", "2"], [
        branch(
          "i",
          "true",
          each("inner", ["x"], [{ id: "a", outputs: { v: 1 } }]),
          { id: "never" },
        ),
      ]),
      { id: "b", outputs: { w: 2 } },
    ],
  });
  const all = JSON.parse(JSON.stringify(execution.outputs.all));
  deepEqual(all.a, { 1: { x: { v: 1 } }, 2: { x: { v: 1 } } });
  deepEqual(all.i, { 1: { evaluationResult: true }, 2: { evaluationResult: true } });
  deepEqual(all.b, { w: 2 });
});

Deno.test("walk: expressions see the loops around them, and of LoopUntil its round", async () => {
  const seen: unknown[] = [];
  const look = (it: string, variables: Readonly<Record<string, unknown>>) => {
    if (it === "look") seen.push(JSON.parse(JSON.stringify(variables)));
    return it;
  };
  await runSample({
    tasks: [
      each("outer", ["1"], [
        block("s", [block("t", [], { runIf: text("look") })]),
      ]),
    ],
  }, { render: look });
  const [{ parent, parents, taskrun }] = seen as [Record<string, Record<string, unknown>>];
  deepEqual(parent, { task: { id: "s" }, taskrun: { value: "1", iteration: 0 } });
  deepEqual(parents, [parent]);
  equal(taskrun!.value, undefined);
  equal(typeof taskrun!.parentId, "string");
});

Deno.test("walk: a run that is asked to stop begins nothing, and still runs its handlers", async () => {
  const stop = new AbortController();
  const { ends, outcome } = await runSample({
    tasks: [block("s", [{ id: "a" }, { id: "b" }], { errors: [{ id: "se" }] }), { id: "c" }],
    errors: [{ id: "e" }],
    finally: [{ id: "f" }],
    afterExecution: [{ id: "x" }],
  }, {
    signal: stop.signal,
    onEvent: (it) => {
      if (it.type === "task.finished" && it.task === "a") stop.abort();
    },
  });
  deepEqual(ends, [
    "a SUCCESS",
    "se SUCCESS",
    "s KILLED",
    "e SUCCESS",
    "f SUCCESS",
    "x SUCCESS",
  ]);
  equal(outcome.state, "KILLED");
});

Deno.test("walk: execution.state is RUNNING until afterExecution, which sees how it ended", async () => {
  const seen: unknown[] = [];
  await runSample({
    tasks: [{ id: "a", ends: "FAILED" }],
    errors: [block("e", [], { runIf: text("state") })],
    afterExecution: [block("x", [], { runIf: text("state") })],
  }, {
    render: (it, { execution }) => {
      if (it === "state") seen.push((execution as { state: State }).state);
      return it;
    },
  });
  deepEqual(seen, ["RUNNING", "FAILED"]);
});

Deno.test("walk: what an earlier harness has finished is not run again, each round by its key", async () => {
  const { taskDigest } = await import("./task_digest.ts");
  const digest = taskDigest({ effective: { kind: "map", entries: new Map(), source: AT } });
  const kept: string[] = [];
  const done = (key: string) =>
    [key, {
      key,
      taskRun: `old-${key}`,
      digest,
      state: "SUCCESS" as const,
      outputs: { v: key },
    }] as const;
  const { ends, events, execution } = await runSample({
    tasks: [{ id: "a" }, each("l", ["x", "y"], [{ id: "b" }])],
  }, {
    run: {
      journal: {
        resumed: true,
        finished: new Map([done("tasks[0]"), done("tasks[1].0[0]@0")]),
        finish: ({ key }: { key: string }) => kept.push(key),
        begun: { labels: {} },
      } as never,
    },
  });
  deepEqual(kept, ["tasks[1].0[0]@1"]);
  deepEqual(ends.slice(-2), ["b[y] SUCCESS", "l SUCCESS"]);
  deepEqual(
    events.flatMap((it) => it.type === "task.finished" && it.resumed ? [it.taskRun] : []),
    ["old-tasks[0]", "old-tasks[1].0[0]@0"],
  );
  deepEqual(JSON.parse(JSON.stringify(execution.outputs.all.b)), { x: { v: "tasks[1].0[0]@0" } });
});

const SLA = { id: "s", labels: { broken: "yes" } } as const;

for (
  const { behavior, state, ends } of [
    { behavior: "FAIL", state: "FAILED", ends: ["a SUCCESS", "e SUCCESS"] },
    { behavior: "CANCEL", state: "CANCELLED", ends: ["a SUCCESS", "e SUCCESS"] },
    { behavior: "NONE", state: "SUCCESS", ends: ["a SUCCESS", "b SUCCESS"] },
  ] as const
) {
  Deno.test(`walk: a broken assertion of an sla sets its labels, and ${behavior} is ${state}`, async () => {
    const tasks = [{ id: "a", outputs: { v: 1 } }, { id: "b" }];
    const run = await runSample({ tasks, errors: [{ id: "e" }] }, {
      sla: [{ ...SLA, behavior, type: "EXECUTION_ASSERTION", assert: text("{{ outputs.a }}") }],
      render: (it, { outputs }) =>
        it.startsWith("{{") ? String((outputs as { a?: object }).a === undefined) : it,
    });
    equal(run.outcome.state, state);
    deepEqual(run.ends, ends);
    deepEqual([...run.execution.labels], [["broken", "yes"]]);
  });
}
