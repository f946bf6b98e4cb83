import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { clearLeftOvers } from "../../../lib/execute/clear_left_overs.ts";
import { resumeKey } from "../../../lib/execute/containers/resume_note.ts";
import { type Box, makeBox } from "../box.ts";
import { containersOf, containerTest, runTask, type Task, WAYS } from "./run_task.ts";
import { HOST } from "../../container_fixture.ts";

const KEY = resumeKey("boundary", "resumed", "it");

/** Says when it is there, waits for a while, and leaves a file that no second run would have. */
const SCRIPT =
  "echo began; cat in; id=$(cat /proc/sys/kernel/random/uuid); sleep 4; echo $id; echo $id > out; exit 3";

const task: Task = {
  script: SCRIPT,
  inputs: { in: "given\n" },
  resume: true,
  labels: { "kestra.io/namespace": "boundary", "kestra.io/flow-id": "resumed" },
};

/** A harness of its own that dies as soon as its container runs. */
async function dieRunning(box: Box, way: (typeof WAYS)[number]): Promise<string> {
  const code = `
    import { runTask } from ${JSON.stringify(new URL("run_task.ts", import.meta.url).href)};
    const box = { root: ${JSON.stringify(box.root)} };
    const task = ${JSON.stringify(task)};
    await runTask(box, ${JSON.stringify(way)}, { ...task, onLine: (text) => {
      if (text === "given") Deno.kill(Deno.pid, "SIGKILL");
    } });
  `;
  const file = await box.write("harness.ts", code);
  const { signal } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      `--config=${new URL("../../../deno.json", import.meta.url).pathname}`,
      file,
    ],
    stdin: "null",
  }).output();
  equal(signal, "SIGKILL");
  const executions = (await Array.fromAsync(Deno.readDir(`${box.root}/ws`))).map((it) => it.name);
  equal(executions.length, 1);
  const label = `bulkhead.execution=${executions[0]}`;
  equal(containersOf(HOST, label).length, 1, "it left no container");
  return label;
}

for (const way of WAYS) {
  const name = `(${way.transport}, ${way.files})`;
  containerTest(`a container that a dead harness left is taken up again ${name}`, async () => {
    await using box = await makeBox();
    const label = await dieRunning(box, way);
    equal((await clearLeftOvers(`${box.root}/ws`, new Set([KEY]))).executions, 0);
    equal(containersOf(HOST, label).length, 1);
    let out = "";
    const ran = await runTask(box, way, {
      ...task,
      look: async (workspace) => {
        out = await Deno.readTextFile(`${workspace}/out`);
        equal(await Deno.readTextFile(`${workspace}/in`), "given\n");
      },
    });
    deepEqual(ran.ending, { kind: "exited", code: 3 });
    match(ran.stdout, /^began\ngiven\n[0-9a-f-]{36}$/);
    equal(ran.stdout.split("\n")[2], out.trim());
    match(ran.warnings.join(), /taken up again/);
    deepEqual(containersOf(HOST, label), []);
    // The next one begins anew.
    const anew = await runTask(box, way, task);
    notEqual(anew.stdout, ran.stdout);
    deepEqual(anew.warnings, []);
  });
}

containerTest("a container with other work is cleared, not taken up", async () => {
  await using box = await makeBox();
  const way = WAYS[0];
  for (
    const other of [
      { inputs: { in: "other\n" } },
      { script: `${SCRIPT} ` },
      { env: { MORE: "1" } },
      { spec: { network: "none", capabilities: ["CHOWN"] } },
    ]
  ) {
    const label = await dieRunning(box, way);
    const ran = await runTask(box, way, { ...task, ...other });
    deepEqual(ran.warnings, [], JSON.stringify(other));
    deepEqual(ran.ending, { kind: "exited", code: 3 });
    deepEqual(containersOf(HOST, label), []);
  }
});

containerTest("a container that nobody takes up again is cleared", async () => {
  await using box = await makeBox();
  const label = await dieRunning(box, WAYS[0]);
  const other = new Set([resumeKey("boundary", "other", "it")]);
  const { executions, containers } = await clearLeftOvers(`${box.root}/ws`, other);
  deepEqual({ executions, containers }, { executions: 1, containers: 1 });
  deepEqual(containersOf(HOST, label), []);
  ok((await Array.fromAsync(Deno.readDir(`${box.root}/ws`))).length === 0);
});
