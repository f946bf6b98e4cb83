import { deepEqual, equal, match, ok } from "node:assert/strict";
import { makeFiles } from "../cli/bulkhead.ts";
import { testWith } from "../must.ts";
import { type Run, runFlow } from "./events.ts";

const FLOW = "io.kestra.plugin.core.flow";
const LOG = "io.kestra.plugin.core.log.Log";
const RETURN = "io.kestra.plugin.core.debug.Return";
const FAIL = "io.kestra.plugin.core.execution.Fail";
const SHELL = "io.kestra.plugin.scripts.shell.Script";
const HOST = { type: "io.kestra.plugin.core.runner.Process" };

/** Lets scripts run on the host. */
const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix: [io.kestra.plugin.scripts]
`;

const log = (id: string, message = id) => ({ id, type: LOG, message });
const given = (id: string, format: string) => ({ id, type: RETURN, format });

async function run(
  flow: object,
  more: { readonly argv?: readonly string[]; readonly stopWhen?: string } = {},
): Promise<Run> {
  await using files = await makeFiles({
    "flow.yaml": JSON.stringify({ id: "f", namespace: "a.b", ...flow }),
    "policy.yaml": POLICY,
  });
  return await runFlow(["flow.yaml", "-p", "policy.yaml", ...more.argv ?? []], {
    cwd: files.path,
    ...(more.stopWhen !== undefined && { signal: { name: "SIGINT", when: more.stopWhen } }),
  });
}

/** How often each task has ended, and how. */
function ends({ events }: Run): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const it of events) {
    if (it.type === "task.finished") (found[it.task] ??= []).push(it.state);
  }
  return found;
}

Deno.test("flowables: loops, branches, switches and a Dag see each other's values and outputs", async () => {
  const result = await run({
    tasks: [
      {
        id: "each",
        type: `${FLOW}.ForEach`,
        values: ["a", "b"],
        tasks: [
          given("made", "{{ taskrun.value }}{{ taskrun.iteration }}"),
          {
            id: "if",
            type: `${FLOW}.If`,
            condition: "{{ taskrun.value == 'b' }}",
            then: [log("then", "then {{ outputs.made[parent.taskrun.value].value }}")],
            else: [log("else", "else {{ parent.outputs.evaluationResult }}")],
          },
        ],
      },
      {
        id: "switch",
        type: `${FLOW}.Switch`,
        value: "{{ outputs.made.b.value }}",
        cases: { b1: [log("case", "case {{ parent.outputs.value }}")] },
        defaults: [log("default")],
      },
      {
        id: "dag",
        type: `${FLOW}.Dag`,
        tasks: [
          { task: log("last", "last {{ outputs.first.value }}"), dependsOn: ["first"] },
          { task: given("first", "1") },
        ],
      },
      {
        id: "until",
        type: `${FLOW}.LoopUntil`,
        condition: "{{ outputs.round.value == '3' }}",
        checkFrequency: { interval: "PT0.01S" },
        tasks: [given("round", "{{ outputs.until.iterationCount }}")],
      },
    ],
  });
  equal(result.states.execution, "SUCCESS", result.stderr);
  deepEqual(result.logs, ["INFO else false", "INFO then b1", "INFO case b1", "INFO last 1"]);
  deepEqual(ends(result).round, ["SUCCESS", "SUCCESS", "SUCCESS"]);
  deepEqual(result.outputs.until, { iterationCount: 3 });
  const started = result.events.filter((it) => it.type === "task.started");
  const each = started.find((it) => it.task === "each")!;
  deepEqual(
    started.filter((it) => it.task === "made").map((it) => [it.parent, it.value, it.iteration]),
    [[each.taskRun, "a", 0], [each.taskRun, "b", 1]],
  );
});

Deno.test("flowables: what fails inside runs the errors and finally around it, innermost first", async () => {
  const result = await run({
    tasks: [
      {
        id: "forgiven",
        type: `${FLOW}.AllowFailure`,
        tasks: [{ id: "bad", type: FAIL }],
        errors: [log("bad-errors")],
      },
      {
        id: "parallel",
        type: `${FLOW}.Parallel`,
        tasks: [given("good", "1"), {
          id: "inner",
          type: `${FLOW}.Sequential`,
          tasks: [{ id: "worse", type: FAIL }, log("never")],
          finally: [log("inner-finally")],
        }],
      },
      log("not-reached"),
    ],
    errors: [log("errors", "{{ errorLogs() | length }} {{ tasksWithState('FAILED')[0].taskId }}")],
    finally: [log("finally", "{{ execution.state }}")],
    afterExecution: [log("after", "{{ execution.state }}")],
  }, { argv: ["--concurrency", "2"] });
  equal(result.code, 1);
  equal(result.states.execution, "FAILED");
  deepEqual(result.logs, [
    "INFO bad-errors",
    "INFO inner-finally",
    "INFO 2 bad",
    "INFO RUNNING",
    "INFO FAILED",
  ]);
  const { forgiven, parallel, good } = result.states;
  deepEqual([forgiven, parallel, good], ["WARNING", "FAILED", "SUCCESS"]);
  ok(!("never" in result.states) && !("not-reached" in result.states));
});

Deno.test("flowables: a failed task is tried again as its retry says, and warns where it is to", async () => {
  const retry = { type: "constant", interval: "PT0.01S", maxAttempts: 2 };
  const passes = "{{ taskrun.attemptsCount == 1 ? 'true' : 'false' }}";
  const assert = {
    type: "io.kestra.plugin.core.execution.Assert",
    conditions: [passes],
  };
  const result = await run({
    tasks: [
      { id: "second", ...assert, retry },
      { id: "warned", ...assert, retry: { ...retry, warningOnRetry: true } },
      { id: "never", type: FAIL, retry, allowFailure: true },
    ],
  });
  const { second, warned, never, execution } = result.states;
  deepEqual([second, warned, never, execution], ["SUCCESS", "WARNING", "WARNING", "WARNING"]);
  deepEqual(
    result.events.flatMap((it) => it.type === "task.retrying" ? [[it.task, it.attempt]] : []),
    [["second", 1], ["warned", 1], ["never", 1]],
  );
  const attempts = result.events.flatMap((it) =>
    it.type === "task.finished" ? [[it.task, it.attempt]] : []
  );
  deepEqual(attempts, [["second", 2], ["warned", 2], ["never", 2]]);
});

Deno.test("flowables: a retry may ask for a new execution, which knows the first", async () => {
  const result = await run({
    tasks: [log("said", "{{ execution.originalId ?? 'none' }}"), {
      id: "bad",
      type: FAIL,
      condition: "{{ execution.originalId is null }}",
      retry: {
        type: "constant",
        interval: "PT0.01S",
        maxAttempts: 3,
        behavior: "CREATE_NEW_EXECUTION",
      },
    }],
  });
  const executions = [...new Set(result.events.map((it) => it.execution))];
  equal(executions.length, 2);
  deepEqual(result.logs, ["INFO none", `INFO ${executions[0]}`]);
  equal(result.states.execution, "SUCCESS");
  equal(result.code, 0);
});

testWith(
  "landlock",
  "flowables: the tasks of a WorkingDirectory share one workspace, and nothing outside it",
  async () => {
    const script = (id: string, text: string) => ({
      id,
      type: SHELL,
      taskRunner: HOST,
      script: text,
    });
    const result = await run({
      tasks: [
        {
          id: "shared",
          type: `${FLOW}.WorkingDirectory`,
          inputFiles: { "given.txt": "from {{ flow.id }}" },
          outputFiles: ["*.out"],
          tasks: [
            script("writes", "cat given.txt > left.out; echo old > {{ outputDir }}/o"),
            script("reads", "cat left.out; echo; ls {{ outputDir }}"),
          ],
        },
        script("outside", "ls; ls .. | wc -l"),
        log("kept", "{{ read(outputs.shared.outputFiles['left.out']) }}"),
      ],
    });
    equal(result.states.execution, "SUCCESS", result.stderr);
    const said = result.events.flatMap((it) =>
      it.type === "task.log" ? [`${it.task}: ${it.message}`] : []
    );
    deepEqual(said.filter((it) => it.startsWith("reads")), ["reads: from f"]);
    deepEqual(said.filter((it) => /^outside: [a-z]/.test(it)), []);
    equal(said.at(-1), "kept: from f");
    deepEqual((result.outputs.reads as { outputFiles: object }).outputFiles, {});
  },
);

Deno.test("flowables: asked to stop once, a run ends what runs and still cleans up", async () => {
  const result = await run({
    tasks: [{
      id: "seq",
      type: `${FLOW}.Sequential`,
      tasks: [
        log("first"),
        { id: "long", type: `${FLOW}.Sleep`, duration: "PT1H" },
        log("never"),
      ],
      finally: [log("seq-finally")],
    }],
    errors: [log("errors")],
    finally: [log("finally")],
    afterExecution: [log("after", "{{ execution.state }}")],
  }, { stopWhen: '"task":"long"' });
  equal(result.code, 130);
  equal(result.states.execution, "KILLED");
  deepEqual([result.states.long, result.states.seq], ["KILLED", "KILLED"]);
  deepEqual(result.logs.slice(1), [
    "INFO seq-finally",
    "INFO errors",
    "INFO finally",
    "INFO KILLED",
  ]);
});

Deno.test("flowables: --concurrency is how many task runs go on at a time", async () => {
  const tasks = Array.from({ length: 6 }, (_, i) => given(`t${i}`, "1"));
  for (const [n, most] of [["1", 1], ["3", 3]] as const) {
    const { events, states } = await run(
      { tasks: [{ id: "p", type: `${FLOW}.Parallel`, tasks }] },
      { argv: ["--concurrency", n] },
    );
    equal(states.execution, "SUCCESS");
    let now = 0;
    let peak = 0;
    for (const it of events) {
      if (!("task" in it) || it.task === "p") continue;
      if (it.type === "task.started") peak = Math.max(peak, ++now);
      if (it.type === "task.finished") now--;
    }
    ok(peak <= most, `${peak} at a time`);
  }
  const refused = await run({ tasks }, { argv: ["--concurrency", "0"] });
  equal(refused.code, 2);
  match(refused.stderr, /Cannot use --concurrency "0": expected a number from 1 to 9999/);
});
