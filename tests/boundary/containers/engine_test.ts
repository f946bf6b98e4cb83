import { deepEqual, equal, match, ok } from "node:assert/strict";
import { makeBox } from "../box.ts";
import { startOwnEngine, whyNoOwnEngine } from "./own_engine.ts";
import { containersOf, containerTest, dockerAt, runTask, WAYS } from "./run_task.ts";

const missing = whyNoOwnEngine();

function test(name: string, fn: () => Promise<void>): void {
  if (missing === "") return containerTest(name, fn);
  Deno.test({ name: `boundary: ${name} [ignored: ${missing}]`, ignore: true, fn });
}

for (const way of WAYS) {
  test(`an engine that dies takes no container for ended (${way.transport}, ${way.files})`, async () => {
    await using box = await makeBox();
    await using engine = await startOwnEngine();
    const { host } = engine;
    // The control: it does run containers.
    const whole = await runTask(box, way, { script: "exit 5", engine: { host } });
    deepEqual(whole.ending, { kind: "exited", code: 5 });
    let killed: Promise<void> | undefined;
    const ran = await runTask(box, way, {
      script: "echo ready; sleep 60",
      engine: { host, api: host.slice("unix://".length) },
      onLine: () => killed ??= engine.kill(),
      mayStay: true,
    });
    await killed;
    ok(ran.ending.kind === "lost", JSON.stringify(ran.ending));
    ok(ran.ending.reason.length > 10, ran.ending.reason);
    equal(ran.stdout, "ready");
    match(ran.warnings.join("\n"), /its container may still be there/);
    if (way.files === "VOLUME") return;
    const late = await runTask(box, way, { engine: { host }, mayStay: true });
    ok(late.ending.kind === "not-started" || late.ending.kind === "lost");
    match(late.ending.reason, /nothing listens|connect/i);
  });
}

test("an engine that is full says so, and nothing is left", async () => {
  await using box = await makeBox();
  await using engine = await startOwnEngine(48 * 2 ** 20);
  const { host } = engine;
  for (const way of WAYS) {
    const own = { engine: { host, api: host.slice("unix://".length) } };
    const whole = await runTask(box, way, { ...own, script: "echo ran" });
    equal(whole.stdout, "ran", JSON.stringify(whole.ending));
  }
  const way = { transport: "cli", files: "VOLUME" } as const;
  const big = "x".repeat(60 * 2 ** 20);
  const ran = await runTask(box, way, { engine: { host }, inputs: { big } });
  ok(ran.ending.kind === "not-started", JSON.stringify(ran.ending));
  match(ran.ending.reason, /no space left/i);
});

test("an engine that is reached over the network gets files and gives them back", async () => {
  await using box = await makeBox();
  await using engine = await startOwnEngine();
  const way = { transport: "cli", files: "VOLUME" } as const;
  const ran = await runTask(box, way, {
    engine: { host: engine.tcp, isLocal: false },
    inputs: { in: "given" },
    script: "cat in; echo taken > out",
    look: async (workspace) => equal(await Deno.readTextFile(`${workspace}/out`), "taken\n"),
  });
  deepEqual(ran.ending, { kind: "exited", code: 0 });
  equal(ran.stdout, "given");
  deepEqual(containersOf(engine.host, "bulkhead.execution"), []);
  equal(dockerAt(engine.host, "volume", "ls", "--quiet").stdout, "");
});

for (const transport of ["cli", "api"] as const) {
  containerTest(`an engine that does not answer is given up in time (${transport})`, async () => {
    await using box = await makeBox();
    const socket = `${box.root}/socket`;
    const listener = Deno.listen({ transport: "unix", path: socket });
    const held: Deno.Conn[] = [];
    const accepting = (async () => {
      for await (const it of listener) held.push(it);
    })();
    const ran = await runTask(box, { transport, files: "MOUNT" }, {
      engine: { host: `unix://${socket}` },
      timeoutMs: 500,
      mayStay: true,
    });
    deepEqual(ran.ending, { kind: "timed-out", afterMs: 500 });
    // Over the API it is known that nothing was asked for; what the client did is not.
    if (transport === "cli") match(ran.warnings.join(), /may still be there: the engine does not/);
    else deepEqual(ran.warnings, []);
    listener.close();
    await accepting;
    held.forEach((it) => it.close());
  });
}
