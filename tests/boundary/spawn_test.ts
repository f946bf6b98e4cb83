import { deepEqual, equal, ok } from "node:assert/strict";
import {
  type Attempt,
  confined,
  EVAL,
  idsOf,
  legsOf,
  pluginOf,
  SCRATCH,
  unconfined,
} from "./attack.ts";
import { type Box, lazily, makeBox, makeWord, placeOf } from "./box.ts";
import { denied, finished, runHarness } from "./harness.ts";

/** One way to make a thread or a process. */
interface Row {
  readonly name: string;
  /** Gives back `word`, which it has from the thread or the process that it made. */
  readonly code: string;
  /** The twin, where the technique itself is closed to every task. */
  readonly control?: string;
  /** The permission that the denial names, or `nobody` where it names none. */
  readonly names?: "env" | "sys" | "nobody";
}

const WORD = makeWord("made");

/** Both kinds of thread say the word; how one comes to the class differs. */
const web = (made: string) =>
  `const source = "data:text/javascript,postMessage('" + word + "')";
  const options = { type: "module" };
  const thread = ${made};
  return await new Promise((resolve, reject) => {
    thread.onmessage = ({ data }) => resolve(data);
    thread.onerror = (event) => reject(new Error(event.message));
  });`;
const node = (Worker: string) =>
  `const source = "require('node:worker_threads').parentPort.postMessage('" + word + "')";
  const Thread = ${Worker};
  const thread = new Thread(source, { eval: true });
  return await new Promise((resolve, reject) =>
    thread.on("message", resolve).on("error", reject));`;
const echo = (made: string) => `const it = ${made}; return new TextDecoder().decode(it.stdout);`;
const ECHO = echo(`new Deno.Command("/bin/echo", { args: [word] }).outputSync()`);
const processes = (code: string) =>
  `const it = await import("node:child_process");
  ${code}`;
const forked = (made: string) =>
  `const file = scratch + "/forked.mjs";
  Deno.writeTextFileSync(file, "process.send('" + word + "', () => setTimeout(() => process.exit(), 500));");
  ${made}
  return await new Promise((resolve, reject) =>
    child.on("error", reject).on("message", resolve)
      .on("exit", (it) => setTimeout(() => reject(new Error(it)), 2000)));`;
const loader = `process.getBuiltinModule("node:module")`;

/** The kernel keeps signals in: who may send one, may send it to what it has started. */
const signals = (kill: string) =>
  `const child = new Deno.Command("/bin/sleep", { args: ["5"], stdin: "null" }).spawn();
  ${kill}(child.pid, "SIGKILL");
  return (await child.status).signal === "SIGKILL" ? word : "";`;

const rows: readonly Row[] = [
  { name: "Worker of a data URL", code: web("new Worker(source, options)") },
  {
    name: "Worker of a blob",
    code: `const text = "postMessage('" + word + "')";
      const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      ${web("new Worker(url, options)")}`,
  },
  {
    name: "Worker of a file",
    code: `Deno.writeTextFileSync(scratch + "/thread.mjs", "postMessage('" + word + "')");
      ${web(`new Worker("file://" + scratch + "/thread.mjs", options)`)}`,
  },
  {
    name: "Reflect.construct",
    code: web("Reflect.construct(globalThis.Worker, [source, options])"),
  },
  {
    name: "Worker by new Function",
    code: web(`new (new Function("return Worker")())(source, options)`),
  },
  {
    name: "Worker by node:vm",
    code: web(
      `new (process.getBuiltinModule("node:vm").runInThisContext("Worker"))(source, options)`,
    ),
  },
  { name: "a subclass of Worker", code: web("new (class extends Worker {})(source, options)") },
  {
    name: "a Worker that has its parent back",
    code: `try { Object.setPrototypeOf(Worker, EventTarget); } catch {}
      ${web("new Worker(source, options)")}`,
  },
  { name: "node:worker_threads", code: node(`(await import("node:worker_threads")).Worker`) },
  {
    name: "the default export of node:worker_threads",
    code: node(`(await import("node:worker_threads")).default.Worker`),
  },
  {
    name: "a data URL that exports node:worker_threads",
    code: node(`(await import(
      "data:text/javascript,export { Worker as default } from 'node:worker_threads'"
    )).default`),
  },
  {
    name: "process.getBuiltinModule of node:worker_threads",
    code: node(`process.getBuiltinModule("node:worker_threads").Worker`),
  },
  {
    name: "require of node:worker_threads",
    code: node(`${loader}.createRequire("file:///x.js")("node:worker_threads").Worker`),
  },
  {
    name: "Module._load of node:worker_threads",
    code: node(`${loader}._load("worker_threads").Worker`),
  },
  {
    name: "Deno.Command output",
    code: echo(`await new Deno.Command("/bin/echo", { args: [word] }).output()`),
  },
  { name: "Deno.Command outputSync", code: ECHO },
  {
    name: "Deno.Command spawn",
    code: `const options = { args: [word], stdout: "piped" };
      const child = new Deno.Command("/bin/echo", options).spawn();
      const text = await new Response(child.stdout).text();
      await child.status;
      return text;`,
  },
  {
    name: "Deno.Command of the runtime",
    code: echo(
      `await new Deno.Command(Deno.execPath(), { args: ["eval", "console.log('" + word + "')"] })
        .output()`,
    ),
  },
  {
    name: "a signal to another process",
    code: `process.kill(Deno.ppid, "SIGCONT"); return word;`,
    control: signals("process.kill"),
  },
  {
    name: "Deno.kill of another process",
    code: `Deno.kill(Deno.ppid, "SIGCONT"); return word;`,
    control: signals("Deno.kill"),
  },
  // node:child_process wants all variables, which no task has, before it asks to run anything.
  ...[
    {
      name: "child_process.spawn",
      code: processes(`const child = it.spawn("/bin/echo", [word]);
        let all = "";
        child.stdout.on("data", (it) => all += it);
        return await new Promise((resolve, reject) =>
          child.on("error", reject).on("close", () => resolve(all)));`),
    },
    {
      name: "child_process.spawnSync",
      code: processes(`const { stdout, error } = it.spawnSync("/bin/echo", [word]);
        if (error) throw error;
        return String(stdout);`),
    },
    {
      name: "child_process.exec",
      code: processes(`return await new Promise((resolve, reject) =>
        it.exec("echo " + word, (error, out) => error ? reject(error) : resolve(out)));`),
    },
    {
      name: "child_process.execSync",
      code: processes(`return String(it.execSync("echo " + word));`),
    },
    {
      name: "child_process.execFile",
      code: processes(`return await new Promise((resolve, reject) =>
        it.execFile("/bin/echo", [word], (error, out) => error ? reject(error) : resolve(out)));`),
    },
    {
      name: "child_process.execFileSync",
      code: processes(`return String(it.execFileSync("/bin/echo", [word]));`),
    },
    {
      name: "child_process.fork",
      code: processes(forked("const child = it.fork(file);")),
    },
    {
      name: "cluster.fork",
      code: forked(`const cluster = (await import("node:cluster")).default;
        cluster.setupPrimary({ exec: file });
        const child = cluster.fork();`),
    },
  ].map((it): Row => ({ ...it, control: ECHO, names: "env" })),
  { name: "loader hooks", code: `${loader}.registerHooks({}); return word;` },
  {
    name: "loader hooks by import",
    code: `(await import("node:module")).registerHooks({}); return word;`,
    names: "nobody",
  },
  {
    name: "loader hooks by another spelling",
    code: `(await import("NODE:module")).registerHooks({}); return word;`,
    names: "nobody",
  },
  {
    name: "loader hooks by require",
    code: `${loader}.createRequire("file:///x.js")("module").registerHooks({}); return word;`,
    names: "nobody",
  },
  {
    name: "module mocks",
    code: `process.getBuiltinModule("node:test").mock.module("data:text/javascript,");
      return word;`,
  },
  {
    name: "module mocks by import",
    code: `(await import("node:test")).mock.module("data:text/javascript,1"); return word;`,
    names: "nobody",
  },
  {
    name: "the inspector",
    code: `new (process.getBuiltinModule("node:inspector").Session)().connect(); return word;`,
    // No task at all may inspect; the twin loads what belongs to it.
    control: `return process.getBuiltinModule("node:inspector") && word;`,
    names: "sys",
  },
  {
    name: "the inspector by import",
    code: `new (await import("node:inspector")).Session().connect(); return word;`,
    control: `return (await import("node:inspector")) && word;`,
    names: "nobody",
  },
  {
    name: "what Deno keeps for itself",
    code: `return Object.keys(Deno[Deno.internal].core).length && word;`,
    names: "nobody",
  },
];

const OPEN = "com.example.open.Probe";
const CLOSED = "com.example.closed.Probe";

/** Classes that nobody authorized, and the names of their legs. */
const attackers = [
  { who: "an Eval", type: EVAL, leg: (i: number) => idsOf(i).attack },
  { who: "a plugin", type: CLOSED, leg: (i: number) => `plugin_${i}` },
];

const boxes: Box[] = [];
Deno.test.afterAll(async () => {
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

const spawned = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const policyText = `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix:
        - com.example.open
`;
  const policy = await box.write("policy.yaml", policyText);
  await box.write("plugins/open.js", pluginOf(OPEN));
  await box.write("plugins/closed.js", pluginOf(CLOSED));
  await Deno.mkdir(`${box.root}/ws`);
  await Deno.mkdir(`${box.root}/free`);
  const given = { word: WORD, scratch: SCRATCH };
  const attacks = rows.map(({ code }, i): Attempt => ({ id: idsOf(i).attack, code, given }));
  const [said, reached] = await Promise.all([
    confined(
      rows.flatMap(({ code, control = code }, i) => [
        ...attackers.map(({ type, leg }) => ({ id: leg(i), type, code, given })),
        { id: idsOf(i).control, type: OPEN, code: control, given },
      ]),
      `${box.root}/flow.yaml`,
      ["-p", policy, "--plugins", `${box.root}/plugins`, "--workspace", `${box.root}/ws`],
    ),
    unconfined(attacks, `${box.root}/free`),
  ]);
  return { said, reached, source: { file: policy, ...placeOf(policyText, "com.example.open") } };
});

Deno.test.each(rows.flatMap((row, i) => attackers.map((it) => ({ ...row, ...it, i }))))(
  "boundary: spawning by $name, as $who of a class that is not authorized, is denied",
  async ({ i, leg, names = "run" }) => {
    const { said, reached, source } = await spawned();
    const { unconfined, control } = legsOf(i, reached, said);
    equal(unconfined.result?.trim(), WORD, `the attack is broken: ${unconfined.error}`);
    equal(String(control.outputs.result).trim(), WORD, `the control is broken: ${control.error}`);
    const attack = finished(said, leg(i));
    equal(attack.state, "WARNING");
    deepEqual(attack.outputs, {});
    if (names === "nobody") return;
    const denial = denied(said, leg(i));
    equal(denial?.permission, names);
    deepEqual(denial.because.source, names === "run" ? source : "built-in");
  },
);

Deno.test.each([
  {
    name: "when it runs",
    source: (type: string) =>
      `import { Worker } from "node:worker_threads";
      const code = "require('node:worker_threads').parentPort.postMessage('${WORD}')";
      export default { type: "${type}", run: () => new Promise((resolve) =>
        new Worker(code, { eval: true }).on("message", (word) => resolve({ word }))) };`,
    /** What the harness says: the module is fine, the task is stopped. */
    code: 1,
  },
  {
    name: "when it is loaded",
    source: (type: string) =>
      `import { Worker } from "node:worker_threads";
      new Worker("", { eval: true });
      export default { type: "${type}", run: () => ({ word: "${WORD}" }) };`,
    /** No module may do that, whatever its class: it is loaded before anything is known of it. */
    code: 3,
  },
])("boundary: a static import in a plugin makes no thread $name", async ({ source, code }) => {
  await using box = await makeBox();
  const policy = await box.write(
    "policy.yaml",
    "kestra: { ee: { java-security: { enabled: true, authorized-class-prefix: [com.open] } } }\n",
  );
  const run = async (type: string) => {
    const plugin = await box.write("plugins/it.ts", source(type));
    const tasks = [{ id: "it", type }];
    const flow = await box.write(
      "flow.yaml",
      JSON.stringify({ id: "it", namespace: "boundary", tasks }),
    );
    const args = ["--plugins", `${box.root}/plugins`, "--workspace", `${box.root}/ws`];
    return { plugin, said: await runHarness(["run", flow, "--json", "-p", policy, ...args]) };
  };
  const attack = await run("com.closed.Thread");
  equal(attack.said.code, code, attack.said.stderr);
  ok(!attack.said.stdout.includes(WORD));
  const message = 'Requires run access to "node:worker_threads"';
  ok(
    `${attack.said.stdout}${attack.said.stderr}`.replaceAll("\\\\", "").includes(
      "node:worker_threads",
    ),
    message,
  );
  if (code === 1) {
    const { said } = await run("com.open.Thread");
    equal(finished(said, "it").outputs.word, WORD);
  }
});
