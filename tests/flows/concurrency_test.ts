import { deepEqual, equal, match } from "node:assert/strict";
import type { Event } from "../../lib/model/mod.ts";
import { bulkhead, command, makeFiles } from "../cli/bulkhead.ts";
import { runFlow } from "./events.ts";

const flow = (behavior: string, tasks: string) =>
  `id: f\nnamespace: a.b\nconcurrency: {limit: 1, behavior: ${behavior}}\ntasks:\n${tasks}`;
const QUICK =
  `  - {id: quick, type: io.kestra.plugin.core.debug.Return, format: "{{ execution.id }}"}\n`;
const SLOW = "  - {id: sleep, type: io.kestra.plugin.core.flow.Sleep, duration: PT1M}\n";

/** Runs a flow that goes on until it is ended, and waits until its first task has begun. */
async function occupy(cwd: string, name: string) {
  const [file, ...rest] = command();
  const child = new Deno.Command(file, {
    args: [...rest, "run", name, "--json", "--quiet"],
    cwd,
    env: { TMPDIR: cwd, BULKHEAD_STATE: `${cwd}/state` },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !text.includes("task.started");) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`it has ended: ${text}`);
    text += value;
  }
  return {
    async end() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

Deno.test("concurrency: one more execution than the flow allows is cancelled, or fails", async () => {
  await using files = await makeFiles({
    "slow.yaml": flow("CANCEL", SLOW),
    "CANCEL.yaml": flow("CANCEL", QUICK),
    "FAIL.yaml": flow("FAIL", QUICK),
    "other.yaml": flow("FAIL", QUICK).replace("id: f", "id: g"),
  });
  const running = await occupy(files.path, "slow.yaml");
  const run = (name: string) => runFlow([`${name}.yaml`], { cwd: files.path });
  try {
    for (
      const { name, state } of [
        { name: "CANCEL", state: "CANCELLED" },
        { name: "FAIL", state: "FAILED" },
      ]
    ) {
      const { code, states, events } = await run(name);
      equal(code, 1, name);
      deepEqual(states, { execution: state }, "none of its tasks is run");
      const [ended] = events as [Event & { readonly type: "execution.finished" }];
      match(ended.error!, /^Cannot run a\.b\/f now: its concurrency is 1 execution, and so many/);
    }
    equal((await run("other")).code, 0, "the control: another flow has slots of its own");
  } finally {
    await running.end();
  }
  equal((await run("FAIL")).code, 0, "a harness that is killed gives its slot back");
});

Deno.test("concurrency: an execution that waits begins once there is a slot, and stops when asked", async () => {
  await using files = await makeFiles({
    "slow.yaml": flow("QUEUE", SLOW),
    "quick.yaml": flow("QUEUE", QUICK),
  });
  const running = await occupy(files.path, "slow.yaml");
  const [file, ...rest] = command();
  const waiting = () =>
    new Deno.Command(file, {
      args: [...rest, "run", "quick.yaml", "--json"],
      cwd: files.path,
      env: { TMPDIR: files.path, BULKHEAD_STATE: `${files.path}/state` },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  const untilItWaits = async (child: Deno.ChildProcess) => {
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; !/a\.b\/f waits: its concurrency is 1 execution/.test(text);) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`it does not wait: ${text}`);
      text += value;
    }
    reader.releaseLock();
  };
  try {
    const stopped = waiting();
    await untilItWaits(stopped);
    stopped.kill("SIGINT");
    const said = await new Response(stopped.stdout).text();
    equal((await stopped.status).code, 130);
    deepEqual(said.trim().split("\n").map((it) => JSON.parse(it).state), ["KILLED"]);
    const patient = waiting();
    await untilItWaits(patient);
    await running.end();
    const events: Event[] = (await new Response(patient.stdout).text()).trim().split("\n")
      .map((it) => JSON.parse(it));
    equal((await patient.status).code, 0);
    equal(events.at(-1)?.type, "execution.finished");
    deepEqual(
      events.flatMap((it) => it.type === "task.finished" ? [it.outputs.value] : []),
      [events[0]!.execution],
    );
  } finally {
    await running.end().catch(() => {});
  }
});

Deno.test("concurrency: where executions cannot be counted none of the flow is run", async () => {
  await using files = await makeFiles({ "quick.yaml": flow("QUEUE", QUICK) });
  const env = { BULKHEAD_STATE: "", HOME: "", XDG_STATE_HOME: "" };
  const call = await bulkhead(["run", "quick.yaml"], { cwd: files.path, env });
  equal(call.code, 125, call.stderr);
  match(call.stderr, /error\[host\/no-state\]: Cannot keep to the concurrency of a\.b\/f: /);
  equal((await bulkhead(["run", "quick.yaml"], { cwd: files.path })).code, 0, "the control");
});
