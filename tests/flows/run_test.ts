import { deepEqual, equal, match } from "node:assert/strict";
import { makeFiles } from "../cli/bulkhead.ts";
import { runFlow } from "./events.ts";

const OPEN = "bulkhead:\n  filesystem: closed\n";
const flow = (tasks: string, more = "") => `id: f\nnamespace: a.b\n${more}tasks:\n${tasks}`;

async function run(text: string, argv: readonly string[] = [], env: Record<string, string> = {}) {
  await using files = await makeFiles({ "flow.yaml": text, "policy.yaml": OPEN });
  return await runFlow(["flow.yaml", "-p", "policy.yaml", ...argv], { cwd: files.path, env });
}

Deno.test("run: http.Request gives code, headers and body; a 404 fails and keeps them", async () => {
  await using server = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    const path = new URL(request.url).pathname;
    if (path === "/echo") {
      return Response.json({
        method: request.method,
        type: request.headers.get("content-type"),
        custom: request.headers.get("x-custom"),
        body: await request.text(),
      });
    }
    return new Response("not here", { status: 404 });
  });
  const { port } = server.addr as Deno.NetAddr;
  const { code, outputs, states } = await run(flow(
    `  - id: post
    type: io.kestra.plugin.core.http.Request
    uri: "http://127.0.0.1:${port}/echo"
    method: POST
    headers: {x-custom: "{{ flow.id }}"}
    body: '{"a": 1}'
  - id: form
    type: io.kestra.plugin.core.http.Request
    uri: "http://127.0.0.1:${port}/echo"
    method: POST
    formData: {a: "1 2"}
  - id: missing
    type: io.kestra.plugin.core.http.Request
    uri: "http://127.0.0.1:${port}/nope"
`,
  ));
  equal(code, 1);
  const post = outputs.post as { code: number; body: string; headers: Record<string, string[]> };
  equal(post.code, 200);
  deepEqual(JSON.parse(post.body), {
    method: "POST",
    type: "application/json",
    custom: "f",
    body: '{"a": 1}',
  });
  deepEqual(post.headers["content-type"], ["application/json"]);
  deepEqual(JSON.parse((outputs.form as { body: string }).body).body, "a=1+2");
  equal(states.missing, "FAILED");
  equal((outputs.missing as { code: number }).code, 404);
});

Deno.test("run: a network that the policy closes is a denial with its line; its twin is reached", async () => {
  await using server = Deno.serve({ port: 0, onListen: () => {} }, () => new Response("here"));
  const { port } = server.addr as Deno.NetAddr;
  const tasks = flow(
    `  - id: get\n    type: io.kestra.plugin.core.http.Request\n    uri: "http://127.0.0.1:${port}/"\n`,
  );
  for (
    const { policy, state, line } of [
      { policy: `bulkhead:\n  network:\n    allow: ["127.0.0.1:${port}"]\n`, state: "SUCCESS" },
      { policy: `bulkhead:\n  network:\n    allow: ["127.0.0.2"]\n`, state: "FAILED" },
      {
        policy: `bulkhead:\n  network:\n    deny:\n      - "127.0.0.1"\n`,
        state: "FAILED",
        line: 4,
      },
    ]
  ) {
    await using files = await makeFiles({ "flow.yaml": tasks, "policy.yaml": policy });
    const result = await runFlow(["flow.yaml", "-p", "policy.yaml"], { cwd: files.path });
    equal(result.states.get, state, policy);
    const denied = result.events.find((it) => it.type === "task.denied");
    equal(denied?.permission, state === "FAILED" ? "net" : undefined);
    if (line !== undefined) {
      deepEqual(denied?.because.source, { file: "policy.yaml", line, column: 9 });
    }
  }
});

Deno.test("run: outputs of one task are values for the next, in expressions and scripts", async () => {
  const { outputs, code } = await run(flow(`  - id: a
    type: io.kestra.plugin.graalvm.js.Eval
    outputs: [list, missing]
    script: |
      interface Item { n: number }
      const list: Item[] = await Promise.resolve([{ n: 1 }, { n: 2 }]);
      list.length
  - id: b
    type: io.kestra.plugin.scripts.nashorn.Eval
    outputs: [sum]
    script: sum = outputs.a.outputs.list.reduce((s, it) => s + it.n, 0)
  - id: c
    type: io.kestra.plugin.core.output.OutputValues
    values: {n: "{{ outputs.b.outputs.sum }}", nested: [{x: "{{ outputs.a.outputs.list[1].n }}"}]}
`));
  equal(code, 0);
  deepEqual(outputs.a, { result: 2, outputs: { list: [{ n: 1 }, { n: 2 }], missing: null } });
  deepEqual(outputs.b, { result: 3, outputs: { sum: 3 } });
  deepEqual(outputs.c, { values: { n: "3", nested: [{ x: "2" }] } });
});

Deno.test("run: a script's logger has levels and placeholders, and what it prints is logged", async () => {
  const { logs } = await run(flow(`  - id: a
    type: io.kestra.plugin.graalvm.js.Eval
    script: |
      logger.warn("{} of {}", 1, { two: 2 });
      logger.error(new TypeError("bad"));
      console.log("printed");
      console.error("complained");
`));
  deepEqual(logs.toSorted(), [
    "ERROR TypeError: bad",
    "ERROR complained",
    "INFO printed",
    'WARN 1 of {"two":2}',
  ]);
});

Deno.test("run: a script that is none, throws, hangs or leaves is an outcome", async () => {
  const { states, events } = await run(
    flow(
      `  - {id: syntax, type: io.kestra.plugin.graalvm.js.Eval, allowFailure: true, script: "let = ="}
  - {id: throws, type: io.kestra.plugin.graalvm.js.Eval, allowFailure: true, script: "throw new Error('oops')"}
  - {id: hangs, type: io.kestra.plugin.graalvm.js.Eval, allowFailure: true, timeout: PT0.5S, script: "while (true) {}"}
  - {id: leaves, type: io.kestra.plugin.graalvm.js.Eval, allowFailure: true, script: "Deno.exit(3)"}
  - {id: cycle, type: io.kestra.plugin.graalvm.js.Eval, allowFailure: true, outputs: [a], script: "var a = {}; a.a = a; 1"}
  - {id: name, type: io.kestra.plugin.graalvm.js.Eval, allowFailure: true, outputs: ["a b"], script: "1"}
  - {id: fine, type: io.kestra.plugin.graalvm.js.Eval, script: "1"}
`,
    ),
  );
  const errors = Object.fromEntries(
    events.flatMap((it) => it.type === "task.finished" ? [[it.task, it.error ?? ""]] : []),
  );
  const { fine, execution, ...others } = states;
  equal(fine, "SUCCESS");
  equal(execution, "WARNING");
  deepEqual(new Set(Object.values(others)), new Set(["WARNING"]));
  match(errors.syntax!, /Cannot read the script/);
  match(errors.throws!, /Error: oops/);
  match(errors.hangs!, /timed out after 500 ms/);
  match(errors.leaves!, /ended with code 3 and without a result/);
  match(errors.cycle!, /Cannot use the task's outputs/);
  match(errors.name!, /Cannot hand out "a b"/);
});

Deno.test("run: the policy's timeout is a ceiling for the task's own", async () => {
  const sleep =
    "  - {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: PT30S, timeout: PT20S}\n";
  await using files = await makeFiles({
    "flow.yaml": flow(sleep),
    "policy.yaml": "bulkhead: {limits: {timeout: PT0.3S}}\n",
  });
  const result = await runFlow(["flow.yaml", "-p", "policy.yaml"], { cwd: files.path });
  equal(result.code, 124);
  const ended = result.events.find((it) => it.type === "task.finished");
  deepEqual(ended?.ending, { kind: "timed-out", afterMs: 300 });
});

Deno.test("run: a memory limit ends a task that takes more, and not one that takes less", async () => {
  const grow = (length: number) =>
    `  - {id: g, type: io.kestra.plugin.graalvm.js.Eval, script: "const a = []; for (let i = 0; i < ${length}; i++) a.push({ i, s: 'x' + i }); a.length"}\n`;
  for (const [length, state] of [[50_000_000, "FAILED"], [1_000, "SUCCESS"]] as const) {
    await using files = await makeFiles({
      "flow.yaml": flow(grow(length)),
      "policy.yaml": "bulkhead: {limits: {memory: 64MB, timeout: PT60S}}\n",
    });
    const result = await runFlow(["flow.yaml", "-p", "policy.yaml"], { cwd: files.path });
    equal(result.states.g, state);
  }
});

Deno.test("run: a secret is handed to the task that names it, and shown to nobody", async () => {
  const secret = "hunter2-and-more";
  const { outputs, logs, events } = await run(
    flow(`  - id: use
    type: io.kestra.plugin.core.log.Log
    message: ["token {{ secret('TOKEN') }}", "length {{ secret('TOKEN') | length }}"]
  - id: keep
    type: io.kestra.plugin.core.debug.Return
    format: "{{ secret('TOKEN') }}"
  - id: next
    type: io.kestra.plugin.core.log.Log
    message: "length {{ outputs.keep.value | length }}"
  - id: missing
    type: io.kestra.plugin.core.log.Log
    allowFailure: true
    message: "{{ secret('OTHER') }}"
`),
    [],
    { SECRET_TOKEN: btoa(secret) },
  );
  deepEqual(logs, [
    "INFO token ******",
    `INFO length ${secret.length}`,
    `INFO length ${secret.length}`,
  ]);
  deepEqual(outputs.keep, { value: "******" });
  const text = JSON.stringify(events);
  equal(text.includes(secret) || text.includes(btoa(secret)), false);
  match(text, /needs SECRET_OTHER/);
});

Deno.test("run: expressions reach data only", async () => {
  const attacks = [
    "''.constructor.constructor('return Deno')()",
    "inputs.constructor",
    "inputs.__proto__",
    "outputs['constructor']",
    "secret.constructor('return 1')()",
    "globalThis",
    "Deno.env",
    "[].map",
  ];
  const list = attacks.map((it, i) =>
    `  - {id: a${i}, type: io.kestra.plugin.core.debug.Return, allowFailure: true, format: ${
      JSON.stringify(`{{ ${it} }}`)
    }}\n`
  ).join("");
  const control =
    "  - {id: control, type: io.kestra.plugin.core.debug.Return, format: '{{ inputs.a }}'}\n";
  const { states, outputs } = await run(
    flow(list + control, "inputs: [{id: a, type: STRING, defaults: data}]\n"),
  );
  attacks.forEach((it, i) => equal(states[`a${i}`], "WARNING", it));
  deepEqual(outputs.control, { value: "data" });
});
