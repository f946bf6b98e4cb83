import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Event } from "../../lib/model/mod.ts";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";
import { onTerminal } from "../cli/on_terminal.ts";
import { testWith } from "../must.ts";
import { type Run, runFlow } from "./events.ts";

const LOG = "io.kestra.plugin.core.log.Log";

async function run(
  pause: object,
  argv: readonly string[] = [],
  signal?: { readonly name: Deno.Signal; readonly when: string },
): Promise<Run> {
  await using files = await makeFiles({
    "flow.yaml": JSON.stringify({
      id: "f",
      namespace: "a.b",
      tasks: [
        { id: "wait", type: "io.kestra.plugin.core.flow.Pause", ...pause },
        { id: "log", type: LOG, message: "{{ outputs.wait.onResume ?? 'went on' }}" },
      ],
      finally: [{ id: "last", type: LOG, message: "last" }],
    }),
  });
  return await runFlow(["flow.yaml", ...argv], { cwd: files.path, ...(signal && { signal }) });
}

const endOf = ({ events }: Run, task: string) =>
  events.find((it) => it.type === "task.finished" && it.task === task) as
    | Extract<Event, { type: "task.finished" }>
    | undefined;

Deno.test("pause: one with a duration goes on when it has passed", async () => {
  for (const duration of [{ pauseDuration: "PT0.3S" }, { delay: "{{ 'PT0.3S' }}" }]) {
    const said = await run(duration);
    equal(said.code, 0, said.stderr);
    const paused = said.events.find((it) => it.type === "task.paused");
    const fromNow = paused?.type === "task.paused"
      ? paused.untilMs! - Date.parse(paused.at)
      : undefined;
    ok(fromNow! > 250 && fromNow! <= 300, String(fromNow));
    ok(endOf(said, "wait")!.elapsedMs >= 300);
    deepEqual(said.states, {
      wait: "SUCCESS",
      log: "SUCCESS",
      last: "SUCCESS",
      execution: "SUCCESS",
    });
  }
});

const BEHAVIORS = [
  ["RESUME", "SUCCESS", "SUCCESS", 0],
  ["WARN", "WARNING", "WARNING", 0],
  ["FAIL", "FAILED", "FAILED", 1],
  ["CANCEL", "CANCELLED", "CANCELLED", 1],
] as const;

for (const [behavior, task, execution, code] of BEHAVIORS) {
  Deno.test(`pause: ${behavior} ends it with ${task} when its duration has passed`, async () => {
    const said = await run({ pauseDuration: "PT0.05S", behavior });
    equal(said.code, code, said.stderr);
    equal(said.states.wait, task);
    equal(said.states.execution, execution);
    equal(said.states.log, code === 0 ? "SUCCESS" : undefined);
    equal(said.states.last, "SUCCESS");
  });
}

Deno.test("pause: without a terminal one that waits for somebody is an error before anything runs", async () => {
  const said = await run({});
  equal(said.code, 2);
  deepEqual(said.events, []);
  match(said.stderr, /error\[usage\/pause\]: Cannot run task "wait": it waits for somebody/);
  match(said.stderr, /help: Say --yes/);
});

Deno.test("pause: --yes lets it go on, with what it asks for", async () => {
  const onResume = [
    { id: "reason", type: "STRING" },
    { id: "count", type: "INT", defaults: 2 },
  ];
  const said = await run({ onResume }, ["--yes", "--on-resume", "reason=because"]);
  equal(said.code, 0, said.stderr);
  deepEqual(said.logs, ['INFO {"reason":"because","count":2}', "INFO last"]);
  const { resumed } = endOf(said, "wait")!.outputs as { resumed: { by: string; on: string } };
  equal(resumed.by, "--yes");
  ok(Date.parse(resumed.on) > 0);
});

Deno.test("pause: what it asks for and nobody gives is an error before anything runs", async () => {
  const onResume = [{ id: "reason", type: "STRING" }];
  const missing = await run({ onResume }, ["--yes"]);
  equal(missing.code, 2);
  deepEqual(missing.events, []);
  match(missing.stderr, /"reason" \(STRING\), which it asks for, has no value/);
  match(missing.stderr, /Give it with --on-resume reason=…/);
  const odd = await run({ onResume }, ["--yes", "--on-resume", "raeson=x", "--on-resume=reason=y"]);
  equal(odd.code, 2);
  match(odd.stderr, /Did you mean "reason"\?/);
  const wrong = await run({ onResume: [{ id: "count", type: "INT" }] }, [
    "--yes",
    "--on-resume",
    "count=many",
  ]);
  equal(wrong.code, 1);
  match(endOf(wrong, "wait")!.error!, /Cannot use "many" for input "count"/);
});

Deno.test("pause: its tasks run once it goes on, and its timeout fails it", async () => {
  const tasks = [{ id: "inside", type: LOG, message: "inside" }];
  const said = await run({ tasks }, ["--yes"]);
  deepEqual(said.logs, ["INFO inside", "INFO went on", "INFO last"], said.stderr);
  const late = await run({ timeout: "PT0.2S" });
  equal(late.states.wait, "FAILED", late.stderr);
  match(endOf(late, "wait")!.error!, /timed out after 200 ms/);
});

Deno.test("pause: Ctrl-C ends it, and what is to come last comes", async () => {
  const said = await run({ pauseDuration: "PT1H" }, [], { name: "SIGINT", when: "task.paused" });
  equal(said.code, 130, said.stderr);
  equal(said.states.wait, "KILLED");
  equal(said.states.last, "SUCCESS");
  equal(said.states.execution, "KILLED");
});

Deno.test("pause: no slot is held while it waits", async () => {
  await using files = await makeFiles({
    "flow.yaml": JSON.stringify({
      id: "f",
      namespace: "a.b",
      tasks: [{
        id: "both",
        type: "io.kestra.plugin.core.flow.Parallel",
        tasks: [
          { id: "wait", type: "io.kestra.plugin.core.flow.Pause", pauseDuration: "PT1H" },
          { id: "log", type: LOG, message: "beside" },
        ],
      }],
    }),
  });
  const said = await runFlow(["flow.yaml", "--concurrency", "1"], {
    cwd: files.path,
    signal: { name: "SIGINT", when: '"task":"log","taskRun"' },
  });
  equal(said.code, 130, said.stderr);
  // It is ended only when the other one has begun, which it does while this one waits.
  equal(said.states.wait, "KILLED");
});

Deno.test("pause: one of a flow that is started is asked about as well", async () => {
  await using files = await makeFiles({
    "flow.yaml": JSON.stringify({
      id: "f",
      namespace: "a.b",
      tasks: [{
        id: "call",
        type: "io.kestra.plugin.core.flow.Subflow",
        namespace: "a.b",
        flowId: "sub",
      }],
    }),
    "flows/sub.yaml": JSON.stringify({
      id: "sub",
      namespace: "a.b",
      tasks: [{ id: "wait", type: "io.kestra.plugin.core.flow.Pause" }],
    }),
  });
  const argv = ["run", "flow.yaml", "--flows", "flows"];
  const refused = await bulkhead(argv, { cwd: files.path });
  equal(refused.code, 2, refused.stderr);
  match(refused.stderr, /at flows\/sub\.yaml/);
  const control = await bulkhead([...argv, "--yes"], { cwd: files.path });
  equal(control.code, 0, control.stderr);
});

const ASKING = JSON.stringify({
  id: "f",
  namespace: "a.b",
  tasks: [
    {
      id: "wait",
      type: "io.kestra.plugin.core.flow.Pause",
      onResume: [{ id: "reason", type: "STRING" }],
    },
    { id: "log", type: LOG, message: "it was {{ outputs.wait.onResume.reason }}" },
  ],
});

testWith(
  "terminal",
  "pause: on a terminal Enter lets it go on, and what it asks for is asked",
  async () => {
    await using files = await makeFiles({ "flow.yaml": ASKING });
    const { code, screen } = await onTerminal(["run", "flow.yaml"], [
      { when: "Enter resumes, k kills ", keys: "what?\r" },
      { when: "Enter resumes, k kills ", keys: "\r" },
      { when: "reason: ", keys: "because\r" },
    ], { cwd: files.path });
    equal(code, 0, screen);
    match(screen, /it was because/);
    match(screen, /paused at "wait" of a\.b\/f: Enter resumes/);
    ok(!screen.includes("\x1b[?25l"), "no tree is drawn over the question");
  },
);

testWith("terminal", "pause: on a terminal k and Ctrl-C end the execution", async () => {
  for (const keys of ["k\r", "\x03"]) {
    await using files = await makeFiles({ "flow.yaml": ASKING });
    const { code, screen } = await onTerminal(["run", "flow.yaml"], [
      { when: "Enter resumes, k kills ", keys },
    ], { cwd: files.path });
    equal(code, 130, screen);
    match(screen, /KILLED/);
  }
});
