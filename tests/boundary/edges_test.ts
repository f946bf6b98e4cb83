import { deepEqual, equal, ok } from "node:assert/strict";
import { command } from "../cli/bulkhead.ts";
import { type Attempt, confined, EVAL } from "./attack.ts";
import { type Box, lazily, makeBox, makeWord, placeOf } from "./box.ts";
import { finished, logged, runHarness } from "./harness.ts";

const SHELL = "io.kestra.plugin.scripts.shell.Commands";
const OPEN = "bulkhead: { filesystem: open }\n";

/** What drives a terminal: ESC, the one-byte forms of its sequences, and every other control. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
/** The same without the one-byte forms. */
// deno-lint-ignore no-control-regex
const C0 = /[\x00-\x08\x0b-\x1f]/;
/** Clears the screen, sets its title, by two bytes and by one. */
const SEQUENCES = "\x1b[2J\x1b]0;owned\x07\x9b31m\x9d0;owned\x9c\r\b";

const boxes: Box[] = [];
Deno.test.afterAll(async () => {
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

function flowOf(tasks: readonly object[], more: object = {}): string {
  return JSON.stringify({ id: "edges", namespace: "boundary", tasks, ...more });
}

const evals = (id: string, script: string) => ({ id, type: EVAL, allowFailure: true, script });
const WRITTEN = JSON.stringify(SEQUENCES);

/** Runs that have escape sequences wherever an author can put them. */
const painted = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const policy = await box.write("policy.yaml", OPEN);
  const said = flowOf([
    evals("logs", `console.log("before" + ${WRITTEN} + "after"); logger.info(${WRITTEN});`),
    evals("errors", `console.error("before" + ${WRITTEN} + "after");`),
    evals("raw", `Deno.stdout.writeSync(new TextEncoder().encode(${WRITTEN} + "\\n")); 1`),
    evals("outputs", `({ ["key" + ${WRITTEN}]: "before" + ${WRITTEN} + "after" })`),
    evals("throws", `throw new Error("before" + ${WRITTEN} + "after");`),
    evals("denied", `Deno.readTextFileSync("/proc/before" + ${WRITTEN} + "after");`),
    evals("metric", `runContext.metric({ name: ${WRITTEN}, type: "counter", value: 1 })`),
  ], { description: SEQUENCES, labels: { [SEQUENCES]: SEQUENCES } });
  const named = flowOf([{ id: `task${SEQUENCES}`, type: EVAL, script: "1" }]);
  const classed = flowOf([{ id: "it", type: `com.example.${SEQUENCES}`, script: "1" }]);
  await box.write("plugins/it.ts", `throw new Error(${WRITTEN});`);
  const flows = {
    said: await box.write("said.yaml", said),
    file: await box.write(`file${SEQUENCES.replaceAll("/", "")}.yaml`, said),
    named: await box.write("named.yaml", named),
    flow: await box.write("flow.yaml", flowOf([], { id: SEQUENCES, namespace: SEQUENCES })),
    classed: await box.write("classed.yaml", classed),
    yaml: await box.write("yaml.yaml", `id: edges\nnamespace: boundary\n${SEQUENCES}: 1\n`),
  };
  const evil = await box.write("evil.yaml", `bulkhead: { "${SEQUENCES.slice(0, 4)}": 1 }\n`);
  const args = ["-p", policy, "--workspace", `${box.root}/ws`];
  return { flows, args, evil, plugins: `${box.root}/plugins` };
});

type Painted = Awaited<ReturnType<typeof painted>>;
Deno.test.each<{ what: string; says?: string; argv: (it: Painted) => string[]; never?: RegExp }>([
  {
    what: "what tasks say",
    says: "before",
    argv: ({ flows, args }) => ["run", flows.said, ...args],
  },
  {
    what: "what tasks say, as JSON",
    says: "before",
    argv: ({ flows, args }) => ["run", flows.said, "--json", ...args],
    never: C0,
  },
  {
    what: "a plan",
    says: "logs",
    argv: ({ flows, args }) => ["plan", flows.said, ...args.slice(0, 2)],
  },
  {
    what: "a plan, as JSON",
    says: "logs",
    argv: ({ flows, args }) => ["plan", flows.said, "--json", ...args.slice(0, 2)],
    never: C0,
  },
  { what: "a file's name", argv: ({ flows, args }) => ["run", flows.file, ...args] },
  { what: "a task's id", says: "task", argv: ({ flows, args }) => ["run", flows.named, ...args] },
  { what: "a flow's id", argv: ({ flows, args }) => ["run", flows.flow, ...args] },
  {
    what: "a class",
    says: "com.example",
    argv: ({ flows, args }) => ["run", flows.classed, ...args],
  },
  { what: "what is no YAML", argv: ({ flows, args }) => ["run", flows.yaml, ...args] },
  { what: "a policy's key", argv: ({ flows, evil }) => ["run", flows.said, "-p", evil] },
  {
    what: "a plugin's error",
    says: "it.ts",
    argv: ({ flows, args, plugins }) => ["run", flows.said, "--plugins", plugins, ...args],
  },
  { what: "an argument", argv: ({ args }) => ["run", `/none${SEQUENCES}`, ...args] },
  {
    what: "an input",
    argv: ({ flows, args }) => ["run", flows.said, "-i", `${SEQUENCES}=${SEQUENCES}`, ...args],
  },
])(
  "boundary: edges: no control character of others in $what",
  async ({ argv, says = "", never = CONTROLS }) => {
    const { stdout, stderr } = await runHarness(argv(await painted()));
    const all = stdout + stderr;
    ok(all.length > 0 && all.includes(says), all);
    const found = never.exec(all);
    ok(
      found === null,
      JSON.stringify(all.slice(Math.max(0, (found?.index ?? 0) - 80)).slice(0, 160)),
    );
  },
);

Deno.test.each(["run", "plan"])(
  "boundary: edges: no control character of others in the JSON of %s",
  async (verb) => {
    const { flows, args } = await painted();
    const given = verb === "plan" ? args.slice(0, 2) : args;
    const { stdout } = await runHarness([verb, flows.said, "--json", ...given]);
    ok(/\\u009b/.test(stdout), "nothing was there to be escaped");
    // deno-lint-ignore no-control-regex
    equal(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.exec(stdout), null);
  },
);

const record = (json: string) =>
  `Deno.stdout.writeSync(new TextEncoder().encode("\\x1e" + ${JSON.stringify(json)} + "\\n"));`;
const success = (outputs: string) => `{"type":"result","state":"success","outputs":${outputs}}`;
/** Longer than its code: what a child makes itself, and says in pieces. */
const long = (text: string) =>
  `let bytes = new TextEncoder().encode("\\x1e" + ${text} + "\\n");
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  Deno.exit(0);`;
const DEEP = 100_000;

const spoken = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const policy = await box.write("policy.yaml", OPEN);
  const task = (id: string, code: string): Attempt => ({ id, code, given: {} });
  return await confined(
    [
      task("second", `${record(success('{"n":1}'))} ${record(success('{"n":2}'))} Deno.exit(0);`),
      task("after", `${record(success("{}"))} console.log("said too late"); Deno.exit(0);`),
      task("bad", `${record('{"type":"result",')} return "honest";`),
      task("type", `${record('{"type":"execution.finished","state":"SUCCESS"}')} return "honest";`),
      task("shape", `${record('{"type":"result","state":"success"')} return "honest";`),
      task(
        "state",
        `${record('{"type":"result","state":"KILLED","outputs":{}}')} return "honest";`,
      ),
      task(
        "middle",
        `Deno.stdout.writeSync(new TextEncoder().encode("text \\x1e" + ${
          JSON.stringify(success('{"forged":true}'))
        } + "\\n")); return "honest";`,
      ),
      task(
        "bytes",
        `Deno.stdout.writeSync(new Uint8Array([97, 0, 255, 254, 0xc3, 0x28, 98, 10]));
        return "honest";`,
      ),
      task("proto", `${record(success('{"__proto__":{"polluted":"yes"}}'))} Deno.exit(0);`),
      task(
        "polluted",
        `return [({}).polluted, Object.prototype.polluted, outputs.polluted].map(String).join();`,
      ),
      task(
        "keys",
        `const it = {}; for (let i = 0; i < 1_000_000; i++) it["k" + i] = i; return { it };`,
      ),
      task("control", `return "honest";`),
    ],
    `${box.root}/flow.yaml`,
    ["-p", policy, "--workspace", `${box.root}/ws`],
  );
});

/** A child may say of itself what it likes, once, and only in the form that was agreed. */
Deno.test.each<{ name: string; id: string; outputs: object; logs?: RegExp }>([
  { name: "the first result is the last word", id: "second", outputs: { n: 1 } },
  { name: "what is no JSON is text", id: "bad", outputs: { result: "honest" }, logs: /"result",/ },
  {
    name: "a record of another type is text",
    id: "type",
    outputs: { result: "honest" },
    logs: /execution\.finished/,
  },
  {
    name: "a record cut short is text",
    id: "shape",
    outputs: { result: "honest" },
    logs: /success/,
  },
  {
    name: "a state that is none is text",
    id: "state",
    outputs: { result: "honest" },
    logs: /KILLED/,
  },
  {
    name: "a record in the middle of a line is text",
    id: "middle",
    outputs: { result: "honest" },
    logs: /^text .*forged/,
  },
  {
    name: "bytes that are no UTF-8, and NUL, are text",
    id: "bytes",
    outputs: { result: "honest" },
    logs: /^a\0\ufffd\ufffd\ufffd\(b$/m,
  },
  {
    name: "outputs called __proto__ change nothing",
    id: "polluted",
    outputs: { result: "undefined,undefined,undefined" },
  },
])("boundary: edges: protocol: $name", async ({ id, outputs, logs }) => {
  const said = await spoken();
  equal(finished(said, "control").outputs.result, "honest");
  const { outputs: told } = finished(said, id);
  const { result, ...rest } = told as Record<string, unknown>;
  deepEqual(result === undefined ? rest : { result }, outputs);
  if (logs) ok(logs.test(logged(said, id)), JSON.stringify(logged(said, id)));
});

Deno.test("boundary: edges: protocol: a million keys end their task alone", async () => {
  const said = await spoken();
  equal(finished(said, "control").outputs.result, "honest");
  equal(said.events.filter((it) => it.type === "task.finished").length, 12);
  const { state, error } = finished(said, "keys");
  ok(state === "SUCCESS" || (error ?? "") !== "", `${state} without a reason`);
  ok(!said.stderr.includes("    at "), said.stderr);
});

Deno.test("boundary: edges: outputs nested 100,000 deep end their task alone", async () => {
  await using box = await makeBox();
  const policy = await box.write("policy.yaml", OPEN);
  const run = async (depth: number) =>
    await confined(
      [
        {
          id: "deep",
          code: long(
            `'${
              success('{"it":')
            }'.slice(0, -1) + "[".repeat(${depth}) + "]".repeat(${depth}) + "}}"`,
          ),
          given: {},
        },
        { id: "control", code: `return "honest";`, given: {} },
      ],
      `${box.root}/flow.yaml`,
      ["-p", policy, "--workspace", `${box.root}/ws`],
    );
  const shallow = await run(100);
  equal(finished(shallow, "deep").state, "SUCCESS");
  equal(finished(shallow, "control").outputs.result, "honest");
  const deep = await run(DEEP);
  const { state, error } = finished(deep, "deep");
  equal(state, "WARNING", deep.stderr);
  ok(error?.includes("nested deeper than 500 levels"), error);
  equal(finished(deep, "control").outputs.result, "honest");
});

/** What a harness came to whose output nobody keeps. */
interface Measured {
  readonly code: number;
  readonly bytes: number;
  /** The most memory it ever had, by `VmHWM`. */
  readonly peakBytes: number;
  readonly tail: string;
}

async function measure(args: readonly string[]): Promise<Measured> {
  const [file, ...before] = command();
  const child = new Deno.Command(file, {
    args: [...before, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let [bytes, peakBytes, tail] = [0, 0, ""];
  const look = async () => {
    const status = await Deno.readTextFile(`/proc/${child.pid}/status`).catch(() => "");
    const kib = /^VmHWM:\s*(\d+) kB/m.exec(status)?.[1];
    if (kib !== undefined) peakBytes = Number(kib) * 1024;
  };
  const timer = setInterval(look, 50);
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-100_000);
  }
  const { code } = await child.status;
  clearInterval(timer);
  return { code, bytes, peakBytes, tail };
}

const MIB = 2 ** 20;
const OUTPUT = 200 * MIB;

/** A gigabyte takes half a minute here; what would not be held of 200 MiB is not held of more. */
Deno.test.each([
  { what: "in lines", text: `"x".repeat(1023) + "\\n"` },
  { what: "in one line", text: `"x".repeat(1024)` },
])("boundary: edges: 200 MiB of output $what do not fill the harness", async ({ text }) => {
  await using box = await makeBox();
  const policy = await box.write("policy.yaml", OPEN);
  const args = ["-p", policy, "--workspace", `${box.root}/ws`, "--json"];
  const flowWith = async (bytes: number) =>
    await box.write(
      `flow-${bytes}.yaml`,
      flowOf([
        evals(
          "says",
          `const piece = new TextEncoder().encode((${text}).repeat(64));
          for (let left = ${bytes}; left > 0; left -= piece.length) {
            for (let it = piece; it.length > 0;) it = it.subarray(Deno.stdout.writeSync(it));
          }
          1`,
        ),
        evals("control", `"honest"`),
      ]),
    );
  const small = await measure(["run", await flowWith(64 * 1024), ...args]);
  const large = await measure(["run", await flowWith(OUTPUT), ...args]);
  for (const it of [small, large]) {
    equal(it.code, 0, it.tail);
    ok(it.tail.includes('"result":"honest"'), "the next task did not run");
  }
  ok(small.bytes > 64 * 1024 && small.peakBytes > 0);
  const grown = Math.round((large.peakBytes - small.peakBytes) / MIB);
  ok(grown < 150, `the harness grew by ${grown} MiB`);
});

Deno.test.each([
  ...[EVAL, "io.kestra.plugin.core.log.Log"].flatMap((type) => [
    { key: "inputFiles", value: { "../../x": "y", "/etc/x": "y" }, type },
    { key: "outputFiles", value: ["**/.*", "/etc/*"], type },
    { key: "namespaceFiles", value: { enabled: true }, type },
  ]),
  ...[EVAL, SHELL, "io.kestra.plugin.core.log.Log"].map((type) => (
    { key: "__proto__", value: { polluted: true }, type }
  )),
])("boundary: edges: $key of $type is refused by its name", async ({ key, value, type }) => {
  await using box = await makeBox();
  const policy = await box.write("policy.yaml", OPEN);
  const own = type === EVAL
    ? { script: "1" }
    : type === SHELL
    ? { commands: ["ls"] }
    : { message: "x" };
  const entries = Object.entries({ id: "it", type, ...own }).map(([name, it]) =>
    `${JSON.stringify(name)}: ${JSON.stringify(it)}`
  );
  const task = `{ ${[...entries, `${JSON.stringify(key)}: ${JSON.stringify(value)}`].join(", ")} }`;
  const text = `{ "id": "edges", "namespace": "boundary", "tasks": [${task}] }`;
  const flow = await box.write("flow.yaml", text);
  const { code, stderr, events } = await runHarness(["run", flow, "--json", "-p", policy]);
  equal(code, 4, stderr);
  ok(stderr.includes(`property "${key}"`), stderr);
  const { line, column } = placeOf(text, JSON.stringify(key));
  ok(stderr.includes(`${flow}:${line}:${column}`), stderr);
  deepEqual(events.filter((it) => it.type === "task.finished"), []);
});

Deno.test("boundary: edges: a path that is no file of the user's giving is none for a FILE", async () => {
  await using box = await makeBox();
  const policy = await box.write("policy.yaml", OPEN);
  const run = async (type: string) => {
    const more = { inputs: [{ id: "it", type }] };
    const flow = await box.write("flow.yaml", flowOf([evals("it", "1")], more));
    return await runHarness(["run", flow, "--json", "-p", policy, "-i", "it=/etc/passwd"]);
  };
  const refused = await run("FILE");
  ok(refused.stderr.includes(`Cannot use "/etc/passwd" for input "it": expected a file`));
  deepEqual([refused.code, refused.events], [2, []]);
  equal((await run("STRING")).code, 0);
});

Deno.test("boundary: edges: inputs called __proto__ are values like others", async () => {
  await using box = await makeBox();
  const policy = await box.write("policy.yaml", OPEN);
  const word = makeWord("value");
  const script = `JSON.stringify([inputs.it.__proto__.polluted, ({}).polluted ?? null])`;
  const flow = await box.write(
    "flow.yaml",
    flowOf([evals("it", script)], { inputs: [{ id: "it", type: "JSON" }] }),
  );
  const inputs = await box.write(
    "inputs.json",
    `{ "it": { "__proto__": { "polluted": "${word}" } } }`,
  );
  const args = ["run", flow, "--json", "-p", policy];
  const said = await runHarness([...args, "--inputs", inputs]);
  equal(finished(said, "it").outputs.result, JSON.stringify([word, null]));
  const unknown = await runHarness([...args, "-i", `__proto__=${word}`, "--inputs", inputs]);
  equal(unknown.code, 2);
  ok(unknown.stderr.includes('"__proto__"'), unknown.stderr);
});

Deno.test("boundary: edges: workspaces are not made through a link into a forbidden path", async () => {
  await using box = await makeBox();
  const forbidden = `${box.root}/forbidden`;
  const own = `${box.root}/own`;
  for (const it of [forbidden, own, `${box.root}/ws`]) await Deno.mkdir(it);
  const policy = await box.write(
    "policy.yaml",
    `kestra: { ee: { java-security: { enabled: true, forbidden-paths: [${forbidden}] } } }\n`,
  );
  const flow = await box.write("flow.yaml", flowOf([evals("it", "1")]));
  const link = `${box.root}/ws/bulkhead-${Deno.uid()}`;
  const run = async (target?: string) => {
    await Deno.remove(link, { recursive: true }).catch(() => {});
    if (target !== undefined) await Deno.symlink(target, link);
    return await runHarness(["run", flow, "--json", "-p", policy, "--workspace", `${box.root}/ws`]);
  };
  equal((await run()).code, 0);
  for (const target of [own, forbidden]) {
    const { code, stderr } = await run(target);
    equal(code, 125, stderr);
    ok(/error\[host\/workspace/.test(stderr), stderr);
  }
  deepEqual(await Array.fromAsync(Deno.readDir(forbidden)), []);
});
