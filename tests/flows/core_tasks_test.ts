import { deepEqual, equal, match } from "node:assert/strict";
import { makeFiles } from "../cli/bulkhead.ts";
import { testWith } from "../must.ts";
import { type Run, runFlow } from "./events.ts";

const CORE = "io.kestra.plugin.core";
const EVAL = "io.kestra.plugin.graalvm.js.Eval";

/** Reading is open, so that what stays closed is closed by itself. */
const POLICY = "bulkhead:\n  filesystem: open\n";

/** Lets scripts run on the host. */
const SCRIPTS = `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix: [io.kestra.plugin.scripts]
`;

interface Given {
  readonly namespace?: string;
  readonly id?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly policy?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A directory in which flows run one after the other, with one state directory for all of them. */
async function makeRoom() {
  const files = await makeFiles({});
  return {
    path: files.path,
    state: `${files.path}/state`,
    async run(tasks: readonly object[], given: Given = {}): Promise<Run> {
      const { namespace = "a.b", id = "f", labels = {}, policy = POLICY, env = {} } = given;
      const flow = JSON.stringify({ id, namespace, labels, tasks });
      await Deno.writeTextFile(`${files.path}/flow.yaml`, flow);
      await Deno.writeTextFile(`${files.path}/policy.yaml`, policy);
      return await runFlow(["flow.yaml", "-p", "policy.yaml"], { cwd: files.path, env });
    },
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
}

function errorOf({ events }: Run, task: string): string {
  const end = events.find((it) => it.type === "task.finished" && it.task === task);
  return end?.type === "task.finished" ? end.error ?? "" : "it did not end";
}

const task = (name: string, properties: object = {}) => ({
  id: name.split(".").at(-1)!.toLowerCase(),
  type: `${CORE}.${name}`,
  ...properties,
});
const evaluate = (id: string, script: string) => ({ id, type: EVAL, script });

Deno.test("core tasks: keys outlive a run, and those of the namespace above can be read", async () => {
  await using room = await makeRoom();
  const first = await room.run([
    task("kv.Set", { key: "k", value: '{"n": 1}', kvType: "JSON" }),
    task("kv.Set", { id: "kept", key: "k", value: "other", overwrite: false, allowFailure: true }),
    task("kv.Set", { id: "short", key: "short", value: "x", ttl: "PT0.001S" }),
  ]);
  equal(first.code, 0, first.stderr);
  equal(first.states.kept, "WARNING");
  match(errorOf(first, "kept"), /Cannot set key "k": it is there already/);
  const second = await room.run([
    task("kv.Get", { key: "k" }),
    task("kv.Get", { id: "none", key: "short" }),
    task("kv.GetKeys", { prefix: "" }),
    task("kv.Delete", { key: "k" }),
    task("kv.Get", { id: "gone", key: "k", errorOnMissing: true }),
  ]);
  deepEqual(second.outputs.get, { value: { n: 1 } });
  deepEqual(second.outputs.none, { value: null });
  deepEqual(second.outputs.getkeys, { keys: ["k"] });
  deepEqual(second.outputs.delete, { deleted: true });
  equal(second.states.gone, "FAILED");
  match(errorOf(second, "gone"), /Cannot find key "k"/);

  await room.run([task("kv.Set", { key: "shared", value: "of a" })], { namespace: "a" });
  const above = await room.run([
    task("kv.Get", { key: "shared", namespace: "a" }),
    task("kv.Get", { id: "own", key: "shared" }),
  ]);
  deepEqual([above.outputs.get, above.outputs.own], [{ value: "of a" }, { value: null }]);
});

Deno.test("core tasks: another namespace's keys are not reached, whoever asks; one's own are", async () => {
  await using room = await makeRoom();
  const { code } = await room.run([task("kv.Set", { key: "k", value: "theirs" })], {
    namespace: "a.bc",
  });
  equal(code, 0);
  const attempts = [
    ["Get", {}],
    ["GetKeys", { key: undefined }],
    ["Set", { value: "mine" }],
    ["Delete", {}],
  ] as const;
  for (const [name, more] of attempts) {
    const own = await room.run([task(`kv.${name}`, { key: "own", ...more })]);
    equal(own.code, 0, `${name}: ${own.stderr}`);
    const theirs = await room.run([task(`kv.${name}`, { key: "k", namespace: "a.bc", ...more })]);
    equal(theirs.code, 1, name);
    match(errorOf(theirs, name.toLowerCase()), /Cannot reach keys of namespace "a\.bc"/);
  }
  const script = await room.run([
    evaluate("own", "runContext.kv.set('k', 'own'); runContext.kv.get('k')"),
    evaluate(
      "caught",
      "try { runContext.kv.get('k', {namespace: 'a.bc'}) } catch (e) { e.message }",
    ),
    evaluate("above", "runContext.kv.set('k', 1, {namespace: 'a'})"),
  ]);
  equal((script.outputs.own as { result: string }).result, "own");
  match((script.outputs.caught as { result: string }).result, /^Cannot reach keys of namespace/);
  match(errorOf(script, "above"), /changes keys of its own namespace only/);
  const after = await room.run([task("kv.Get", { key: "k" })], { namespace: "a.bc" });
  deepEqual(after.outputs.get, { value: "theirs" });
});

Deno.test("core tasks: a flow's state is merged, and another flow does not see it", async () => {
  await using room = await makeRoom();
  const count = async (given: Given = {}) =>
    (await room.run([task("state.Get")], given)).outputs.get;
  await room.run([task("state.Set", { data: { a: { x: 1 } } })]);
  const { outputs } = await room.run([task("state.Set", { data: { a: { y: "{{ flow.id }}" } } })]);
  deepEqual(outputs.set, { count: 1, key: "default" });
  deepEqual(await count(), { count: 1, data: { a: { x: 1, y: "f" } } });
  deepEqual(await count({ id: "g" }), { count: 0, data: {} });
  deepEqual((await room.run([task("state.Delete")])).outputs.delete, { deleted: true });
  deepEqual(await count(), { count: 0, data: {} });
});

Deno.test("core tasks: what one task stores others read, in expressions and scripts", async () => {
  await using room = await makeRoom();
  const said = await room.run([
    task("storage.Write", { content: "b\na\nb\n", extension: ".txt" }),
    task("storage.Concat", {
      files: ["{{ outputs.write.uri }}", "{{ outputs.write.uri }}"],
      separator: "-",
    }),
    task("storage.Size", { uri: "{{ outputs.concat.uri }}" }),
    task("storage.Reverse", { from: "{{ outputs.write.uri }}" }),
    task("storage.Split", { from: "{{ outputs.write.uri }}", rows: 2 }),
    evaluate(
      "script",
      `const { storage } = runContext;
       const uri = storage.write('made.txt', 'by a script');
       ({ uri, read: storage.readText(outputs.concat.uri), size: storage.size(uri), none: storage.size('kestra:///no') ?? null })`,
    ),
    task("log.Log", {
      message: [
        "{{ read(outputs.reverse.uri) }}",
        "{{ read(outputs.script.result.uri) }}",
        "{{ outputs.split.uris | length }}",
      ],
    }),
    task("storage.Delete", { uri: "{{ outputs.concat.uri }}" }),
    task("storage.Size", { id: "gone", uri: "{{ outputs.concat.uri }}" }),
  ]);
  deepEqual(said.outputs.size, { size: 14 });
  const { result } = said.outputs.script as { result: Record<string, unknown> };
  equal(result.read, "b\na\nb\n-b\na\nb\n-");
  deepEqual([result.size, result.none], [11, null]);
  deepEqual(said.logs, ["INFO b\na\nb\n", "INFO by a script", "INFO 2"]);
  equal(said.states.delete, "SUCCESS");
  match(errorOf(said, "gone"), /Cannot find file/);
});

Deno.test("core tasks: files of another execution, and what is no file, are not reached", async () => {
  await using room = await makeRoom();
  const first = await room.run([task("storage.Write", { content: "secret" })]);
  const { uri } = first.outputs.write as { uri: string };
  await Deno.writeTextFile(`${room.path}/outside`, "outside");
  for (
    const it of [
      uri,
      "kestra:///../../etc/passwd",
      `kestra:///../..${room.path}/outside`,
      "file:///etc/passwd",
      `${room.path}/outside`,
    ]
  ) {
    const said = await room.run([
      task("storage.Write", { content: "own" }),
      task("storage.Size", { uri: "{{ outputs.write.uri }}" }),
      evaluate("deleted", `runContext.storage.delete(${JSON.stringify(it)})`),
      task("storage.Concat", { files: [it] }),
    ]);
    deepEqual(said.outputs.size, { size: 3 }, "the control");
    deepEqual((said.outputs.deleted as { result: unknown }).result, false, it);
    match(errorOf(said, "concat"), /Cannot read ".*": this execution has stored no such file/, it);
  }
  equal(await Deno.readTextFile(`${room.path}/outside`), "outside");
});

Deno.test("core tasks: an answer larger than a part is downloaded, and uploaded, whole", async () => {
  await using room = await makeRoom();
  const body = new Uint8Array(3_000_001).map((_, i) => i % 251);
  const received: number[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      if (request.method === "GET") return new Response(body);
      const file = (await request.formData()).get("file") as File;
      const bytes = new Uint8Array(await file.arrayBuffer());
      received.push(bytes.length);
      return new Response(String(bytes.every((it, i) => it === i % 251)));
    },
  );
  const uri = `http://127.0.0.1:${server.addr.port}/data.bin`;
  const said = await room.run([
    task("http.Download", { uri }),
    task("http.Request", {
      uri,
      method: "POST",
      contentType: "multipart/form-data",
      formData: { file: "{{ outputs.download.uri }}" },
    }),
  ], { policy: `bulkhead:\n  network: {allow: ["127.0.0.1:${server.addr.port}"]}\n` });
  equal(said.code, 0, said.stderr);
  const { length, code } = said.outputs.download as { length: number; code: number };
  deepEqual([length, code], [3_000_001, 200]);
  equal((said.outputs.request as { body: string }).body, "true");
  deepEqual(received, [3_000_001]);
});

Deno.test("core tasks: a download asks the policy's network, as a request does", async () => {
  await using room = await makeRoom();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response("x"),
  );
  const uri = `http://127.0.0.1:${server.addr.port}/`;
  const network = (host: string) => `bulkhead:\n  network: {allow: ["${host}"]}\n`;
  const open = await room.run([task("http.Download", { uri })], { policy: network("127.0.0.1") });
  equal(open.states.download, "SUCCESS");
  const closed = await room.run([task("http.Download", { uri })], { policy: network("127.0.0.2") });
  equal(closed.states.download, "FAILED");
  equal(closed.events.find((it) => it.type === "task.denied")?.permission, "net");
});

Deno.test("core tasks: labels that a task sets are seen by later ones, over those of the flow", async () => {
  await using room = await makeRoom();
  const said = await room.run([
    task("execution.Labels", { labels: { "{{ flow.id }}-key": "{{ execution.id }}", team: "y" } }),
    task("execution.Labels", { id: "list", labels: [{ key: "n", value: 1 }] }),
    task("log.Log", { message: "{{ labels.team }} {{ labels.n }} {{ labels['f-key'] }}" }),
    task("execution.Labels", { id: "system", labels: { "system.readOnly": "true" } }),
  ], { labels: { team: "x" } });
  match(said.logs[0]!, /^INFO y 1 [0-9a-v]{20}$/);
  match(errorOf(said, "system"), /Cannot set label "system\.readOnly"/);
});

Deno.test("core tasks: log.Fetch stores what was logged, without secrets, and only of this execution", async () => {
  await using room = await makeRoom();
  const said = await room.run([
    task("debug.Echo", { format: "one" }),
    task("log.Log", { message: "two {{ secret('KEY') }}", level: "WARN" }),
    task("log.Fetch"),
    task("log.Fetch", { id: "warnings", level: "WARN", executionId: "{{ execution.id }}" }),
    task("log.Fetch", { id: "none", tasksId: ["nobody"] }),
    task("log.Log", { id: "show", message: "{{ read(outputs.fetch.uri) }}" }),
    task("log.Fetch", { id: "other", executionId: "0123" }),
  ], { env: { SECRET_KEY: btoa("swordfish") } });
  const sizes = ["fetch", "warnings", "none"].map((it) =>
    (said.outputs[it] as { size: number }).size
  );
  deepEqual(sizes, [2, 1, 0]);
  const shown = said.logs.find((it) => it.includes('"message":"one"'));
  match(shown ?? "", /"taskId":"echo"/);
  equal(JSON.stringify(said.events).includes("swordfish"), false);
  match(errorOf(said, "other"), /Cannot fetch logs of executionId "0123"/);
});

Deno.test("core tasks: what asks without end is answered one by one, and the run goes on", async () => {
  await using room = await makeRoom();
  const flood = `
    const { stdout } = Deno;
    const ask = new TextEncoder().encode('\\n\\x1e' + JSON.stringify({
      type: "ask", question: { about: "kv", do: "set", key: "flood", value: "x".repeat(1000), overwrite: true },
    }) + '\\n');
    for (let i = 0; i < 2000; i++) for (let at = 0; at < ask.length;) at += stdout.writeSync(ask.subarray(at));
    "done"`;
  const said = await room.run([
    evaluate("flood", flood),
    evaluate("control", "runContext.kv.get('flood')?.length ?? 0"),
    evaluate(
      "nonsense",
      `
      Deno.stdout.writeSync(new TextEncoder().encode('\\n\\x1e{"type":"ask","question":{"about":"everything"}}\\n'));
      let said = "";
      try { runContext.kv.get("flood"); } catch (error) { said = error.message; }
      said`,
    ),
    evaluate("large", "runContext.kv.set('large', 'x'.repeat(9 * 1024 * 1024))"),
  ]);
  equal((said.outputs.flood as { result: string }).result, "done");
  equal((said.outputs.control as { result: number }).result, 1000);
  match((said.outputs.nonsense as { result: string }).result, /it is no question/);
  match(errorOf(said, "large"), /more than 8 MiB/);
});

testWith(
  "landlock",
  "core tasks: the file that keys are kept in is closed to every task",
  async () => {
    await using room = await makeRoom();
    await Deno.writeTextFile(`${room.path}/open`, "open");
    const read = (path: string) => `Deno.readTextFileSync(${JSON.stringify(path)}).length > 0`;
    const shell = (id: string, path: string) => ({
      id,
      type: "io.kestra.plugin.scripts.shell.Commands",
      taskRunner: { type: `${CORE}.runner.Process` },
      commands: [`cat '${path}' > /dev/null`],
      allowFailure: true,
    });
    const store = `${room.state}/store.sqlite`;
    const said = await room.run([
      task("kv.Set", { key: "k", value: "v" }),
      evaluate("open", read(`${room.path}/open`)),
      { ...evaluate("closed", read(store)), allowFailure: true },
      {
        ...evaluate("written", `Deno.writeTextFileSync(${JSON.stringify(store)}, "")`),
        allowFailure: true,
      },
      shell("shell_open", `${room.path}/open`),
      shell("shell_closed", store),
    ], { policy: `${SCRIPTS}${POLICY}` });
    equal((await Deno.stat(store)).isFile, true);
    const states = ["open", "closed", "written", "shell_open", "shell_closed"].map((it) =>
      said.states[it]
    );
    deepEqual(states, ["SUCCESS", "WARNING", "WARNING", "SUCCESS", "WARNING"]);
  },
);

Deno.test("core tasks: a store that is damaged fails the task that asks, and no other", async () => {
  await using room = await makeRoom();
  await Deno.mkdir(room.state, { mode: 0o700 });
  await Deno.writeTextFile(`${room.state}/store.sqlite`, "no database ".repeat(500));
  const said = await room.run([
    task("log.Log", { message: "hello" }),
    task("kv.Get", { key: "k" }),
  ]);
  equal(said.states.log, "SUCCESS");
  match(
    errorOf(said, "get"),
    /Cannot use the key-value store ".*store\.sqlite": file is not a database/,
  );
});

Deno.test("core tasks: a run that needs no keys makes no store", async () => {
  await using room = await makeRoom();
  const without = await room.run([task("log.Log", { message: "hello" })]);
  equal(without.code, 0);
  const stores = async () =>
    (await Array.fromAsync(Deno.readDir(room.state))).filter((it) => it.name.startsWith("store"));
  deepEqual(await stores(), []);
  await room.run([task("kv.GetKeys")]);
  equal((await stores()).length > 0, true);
});

Deno.test("core tasks: a task whose class comes from an expression is refused with the reason", async () => {
  await using room = await makeRoom();
  const said = await room.run([
    task("templating.TemplatedTask", { spec: "type: io.kestra.plugin.core.log.Log" }),
  ]);
  equal(said.code, 4);
  match(said.stderr, /its class is not known before it runs/);
});

Deno.test("core tasks: LocalFiles makes and stores files of the WorkingDirectory around it, and no others", async () => {
  await using room = await makeRoom();
  await Deno.writeTextFile(`${room.path}/outside.txt`, "outside");
  const inside = (tasks: readonly object[]) => [task("flow.WorkingDirectory", { id: "w", tasks })];
  const read = (id: string, path: string) => evaluate(id, `Deno.readTextFileSync(${path})`);
  const said = await room.run(inside([
    task("storage.LocalFiles", { id: "made", inputs: { "deep/in.txt": "{{ flow.id }}", n: 1 } }),
    read("read", "runContext.workspace + '/deep/in.txt'"),
    task("storage.LocalFiles", { id: "kept", outputs: ["deep/**", "n", "missing"] }),
    task("storage.LocalFiles", { id: "absolute", outputs: [`${room.path}/outside.txt`] }),
    task("log.Log", { message: "{{ read(outputs.kept.uris['deep/in.txt']) }}" }),
  ]));
  equal(said.code, 0, said.stderr);
  equal((said.outputs.read as { result: string }).result, "f");
  const { uris } = said.outputs.kept as { uris: Record<string, string> };
  deepEqual(Object.keys(uris).toSorted(), ["deep/in.txt", "n"]);
  const { uris: beside } = said.outputs.absolute as { uris: Record<string, string> };
  deepEqual(beside, {}, "an absolute path is one below the workspace");
  equal(said.logs.includes("INFO f"), true);
  for (
    const [properties, says] of [
      [{ inputs: { "../out.txt": "x" } }, /Cannot lay file "\.\.\/out\.txt"/],
      [{ outputs: ["../outside.txt"] }, /Cannot use output file/],
      [{ inputs: { x: "file:///etc/passwd" } }, /Cannot use file "file:\/\/\/etc\/passwd"/],
    ] as const
  ) {
    const refused = await room.run(
      inside([task("storage.LocalFiles", { id: "l", ...properties })]),
    );
    equal(refused.states.l, "FAILED");
    match(errorOf(refused, "l"), says);
  }
});
