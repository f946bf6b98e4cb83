import { deepEqual, equal, ok } from "node:assert/strict";
import {
  type Attempt,
  confined,
  EVAL,
  idsOf,
  legsOf,
  SCRATCH,
  SPAWNING_EVAL,
  unconfined,
} from "./attack.ts";
import { type Box, lazily, makeBox, makeWord } from "./box.ts";
import { denied, finished, logged, runHarness } from "./harness.ts";
import { need } from "../must.ts";
import { speakUnix } from "./speakers.ts";

const SECRET = makeWord("secret");
const GRANTED = makeWord("granted");
const LOG = "io.kestra.plugin.core.log.Log";

/** A way to something that belongs to the harness. */
interface Row {
  readonly name: string;
  /** Gives back what it reached. Finds the constants of `worldOf()`. */
  readonly code: string;
  /** The twin, where the technique itself is closed to every task. */
  readonly control?: string;
  /** What the policy says of the kernel layer; `prefer` unless it is said. */
  readonly kernel?: "off";
  /** Denied by the kernel layer alone: a machine without it has a known hole here. */
  readonly needs?: "landlock";
  /** The permission that a denial names; absent where nothing was denied, or nothing was told. */
  readonly denies?: string;
  readonly spawns?: true;
}

const CONTROL = `return Deno.readTextFileSync(file);`;
const environs = (read: string) =>
  `let all = "";
  for (const it of ["self", Deno.ppid]) all += ${read};
  return all;`;

const rows: readonly Row[] = [
  { name: "its environment by Deno.env.get", code: `return Deno.env.get(name);`, denies: "env" },
  {
    name: "its environment by Deno.env.toObject",
    code: `return JSON.stringify(Deno.env.toObject());`,
    control: `return Deno.env.get(name);`,
    denies: "env",
  },
  { name: "its environment by process.env", code: `return process.env[name];`, denies: "env" },
  {
    name: "its environment by /proc",
    code: environs(`Deno.readTextFileSync("/proc/" + it + "/environ")`),
    control: CONTROL,
    denies: "read",
  },
  {
    name: "its environment by what a process inherits",
    code: `const { stdout } = new Deno.Command("/usr/bin/env").outputSync();
      return new TextDecoder().decode(stdout);`,
    spawns: true,
  },
  {
    name: "its environment by a process that reads /proc",
    code: environs(`new TextDecoder().decode(
      new Deno.Command("/bin/cat", { args: ["/proc/" + it + "/environ"] }).outputSync().stdout)`),
    control: CONTROL,
    spawns: true,
    needs: "landlock",
  },
  {
    name: "the engine's socket by Deno.connect, without the kernel layer",
    kernel: "off",
    code: `const it = await Deno.connect({ transport: "unix", path: socket });
      await it.write(new Uint8Array([10]));
      return await new Response(it.readable).text();`,
    denies: "read",
  },
  {
    name: "the engine's socket by node:net, without the kernel layer",
    kernel: "off",
    code: `const { createConnection } = await import("node:net");
      const it = createConnection(socket);
      it.write("x");
      return (await Array.fromAsync(it)).join("");`,
    denies: "read",
  },
  {
    name: "the engine's socket by fetch, without the kernel layer",
    kernel: "off",
    code: `const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
      return await (await fetch("http://engine/", { client })).text();`,
    denies: "read",
  },
  {
    name: "a socket that no flag closes, by Deno.connect",
    code: `const it = await Deno.connect({ transport: "unix", path: socketInReach });
      await it.write(new Uint8Array([10]));
      return await new Response(it.readable).text();`,
    control: CONTROL,
    needs: "landlock",
  },
  {
    name: "a socket that no flag closes, by node:net",
    code: `const { createConnection } = await import("node:net");
      const it = createConnection(socketInReach);
      it.write("x");
      return (await Array.fromAsync(it)).join("");`,
    control: CONTROL,
    needs: "landlock",
  },
  {
    name: "the policy",
    code: `return Deno.readTextFileSync(policy);`,
    denies: "read",
  },
  {
    name: "another execution's workspace",
    code: `return Deno.readTextFileSync(other + "/secret.txt");`,
    denies: "read",
  },
  {
    name: "the list of other executions",
    code: `return Array.from(Deno.readDirSync(executions), (it) => it.name).join();`,
    denies: "read",
  },
  {
    name: "localStorage",
    code: `localStorage.setItem("word", word); return localStorage.getItem("word");`,
    control: `Deno.writeTextFileSync(scratch + "/word", word);
      return Deno.readTextFileSync(scratch + "/word");`,
  },
  {
    name: "caches",
    code: `const cache = await caches.open("word");
      await cache.put("http://word/", new Response(word));
      return await (await cache.match("http://word/")).text();`,
    control: `return await new Response(word).text();`,
  },
];

/** What the code of the rows finds, in the attack and in its twin. */
interface World {
  readonly attack: Readonly<Record<string, string>>;
  readonly control: Readonly<Record<string, string>>;
}

const boxes: Box[] = [];
const listeners: Deno.Listener[] = [];
Deno.test.afterAll(async () => {
  for (const it of listeners) it.close();
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

const taken = { prefer: lazily(() => takeAll("prefer")), off: lazily(() => takeAll("off")) };

async function takeAll(kernel: "prefer" | "off") {
  const tried = rows.flatMap((row, i) => (row.kernel ?? "prefer") === kernel ? [i] : []);
  const box = await makeBox();
  boxes.push(box);
  const { root } = box;
  const inside = (path: string) => `${root}/in/${path}`;
  for (const it of ["out", "ws", "free", "deno"]) await Deno.mkdir(inside(it), { recursive: true });
  await box.write("in/allowed/file", GRANTED);
  await box.write(`in/allowed/named-${GRANTED}`, "");
  listeners.push(
    speakUnix(inside("engine.sock"), SECRET),
    speakUnix(inside("out/other.sock"), GRANTED),
    speakUnix(inside("out/secret.sock"), SECRET),
  );
  const policy = await box.write(
    "in/policy.yaml",
    `# ${SECRET}
kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix: [${SPAWNING_EVAL}]
bulkhead:
  writable: [${inside("out")}]
  env:
    allow: [BOX_SEEN]
  kernel: ${kernel}
`,
  );
  // An execution that was there before, with its workspace left.
  const first = await confined(
    [{
      id: "writer",
      code: `Deno.writeTextFileSync(scratch + "/secret.txt", word);
        Deno.writeTextFileSync(scratch + "/" + word, "");
        return scratch;`,
      given: { scratch: SCRATCH, word: SECRET },
    }],
    `${root}/first.yaml`,
    ["-p", policy, "--workspace", inside("ws"), "--keep"],
  );
  const other = String(finished(first, "writer").outputs.result);
  const world: World = {
    attack: {
      name: "SECRET_BOX",
      file: inside("allowed/file"),
      socket: inside("engine.sock"),
      socketInReach: inside("out/secret.sock"),
      policy,
      other,
      executions: other,
      word: SECRET,
      scratch: SCRATCH,
    },
    control: {
      name: "BOX_SEEN",
      file: inside("allowed/file"),
      socket: inside("out/other.sock"),
      socketInReach: "",
      policy: inside("allowed/file"),
      other: inside("allowed"),
      executions: inside("allowed"),
      word: GRANTED,
      scratch: SCRATCH,
    },
  };
  await box.write("in/allowed/secret.txt", GRANTED);
  const env = { SECRET_BOX: SECRET, BOX_SEEN: GRANTED };
  const attempt = (i: number, leg: "attack" | "control"): Attempt => {
    const { code, control = code, spawns } = rows[i]!;
    const given = world[leg];
    const type = spawns ? SPAWNING_EVAL : EVAL;
    return { id: idsOf(i)[leg], type, code: leg === "attack" ? code : control, given };
  };
  const reached = await unconfined(
    tried.map((i) => attempt(i, "attack")),
    inside("free"),
    { ...env, DENO_DIR: inside("deno") },
  );
  const said = await confined(
    tried.flatMap((i) => [attempt(i, "attack"), attempt(i, "control")]),
    `${root}/flow.yaml`,
    ["-p", policy, "--workspace", inside("ws")],
    { env: { ...env, DOCKER_HOST: `unix://${inside("engine.sock")}` } },
  );
  return { said, reached };
}

const endOf = ({ needs }: Row) => needs && need(needs).reason ? "reached" : "denied";

Deno.test.each(
  rows.map((row, i) => ({ ...row, i, end: endOf(row), made: taken[row.kernel ?? "prefer"] })),
)(
  "boundary: taking from the harness $name ends in $end",
  async ({ i, end, needs, denies, made }) => {
    const { said, reached } = await made();
    const { unconfined, control, attack, denial } = legsOf(i, reached, said);
    ok(unconfined.result?.includes(SECRET), `the attack is broken: ${unconfined.error}`);
    ok(String(control.outputs.result).includes(GRANTED), `the control is broken: ${control.error}`);
    const told = JSON.stringify(
      said.events.filter((it) => "task" in it && it.task === attack.task),
    );
    if (end === "reached") {
      ok(told.includes(SECRET), `a known hole is closed: ${attack.error}`);
      return;
    }
    ok(!told.includes(SECRET), told);
    if (needs !== undefined) return; // the kernel tells no permission
    equal(denial?.permission, denies);
    if (denies === "read") equal(denial?.because.source, "built-in");
  },
);

/** Every way from one task to the workspace of the one before it. */
Deno.test.each([
  { name: "its file", code: `return Deno.readTextFileSync(other + "/secret.txt");` },
  {
    name: "its file by dots",
    code:
      `return Deno.readTextFileSync(scratch + "/../" + other.split("/").at(-1) + "/secret.txt");`,
  },
  {
    name: "the directory of both",
    code: `return Array.from(Deno.readDirSync(scratch + "/.."), (it) => it.name).join();`,
  },
  { name: "a new file in it", code: `Deno.writeTextFileSync(other + "/new", ""); return other;` },
])("boundary: another task's workspace is closed: $name", async ({ code }) => {
  await using box = await makeBox();
  const policy = await box.write("policy.yaml", "bulkhead: { filesystem: open }\n");
  const writer = `Deno.mkdirSync(scratch + "/own");
    Deno.writeTextFileSync(scratch + "/own/secret.txt", word);
    Deno.writeTextFileSync(scratch + "/secret.txt", word);
    return scratch;`;
  const run = async (other: string, control: string) =>
    await confined(
      [
        { id: "writer", code: writer, given: { scratch: SCRATCH, word: SECRET } },
        // What another task left is known by its output.
        { id: "attack", code: `const other = ${other}; ${code}`, given: { scratch: SCRATCH } },
        {
          id: "control",
          code: `${writer.split("return")[0]} ${control}`,
          given: { scratch: SCRATCH, word: GRANTED },
        },
      ],
      `${box.root}/flow.yaml`,
      ["-p", policy, "--workspace", `${box.root}/ws`, "--keep"],
    );
  const said = await run(
    "outputs.writer.result",
    `return Deno.readTextFileSync(scratch + "/own/../secret.txt");`,
  );
  const other = String(finished(said, "writer").outputs.result);
  equal(await Deno.readTextFile(`${other}/secret.txt`), SECRET, "nothing was left to take");
  equal(finished(said, "control").outputs.result, GRANTED);
  const { state, outputs } = finished(said, "attack");
  equal(state, "WARNING");
  deepEqual(outputs, {});
  ok(["read", "write"].includes(denied(said, "attack")?.permission ?? ""));
  ok(!said.stdout.includes(SECRET));
  const left = (await Array.fromAsync(Deno.readDir(other))).map((it) => it.name);
  deepEqual(left.toSorted(), ["own", "secret.txt"]);
});

/** Expressions that look for a way out of their language. */
const expressions = [
  "{{ ''.constructor.constructor('return Deno')() }}",
  "{{ ''['constructor']['constructor']('return Deno')() }}",
  "{{ [].constructor.constructor('return Deno.env.toObject()')() }}",
  "{{ {}.constructor }}",
  "{{ execution.constructor }}",
  "{{ execution['constructor'] }}",
  "{{ inputs.__proto__ }}",
  "{{ outputs['__proto__'].constructor }}",
  "{{ flow | constructor }}",
  "{{ 'x' is constructor }}",
  "{{ constructor('return Deno')() }}",
  "{{ render.constructor('return Deno')() }}",
  "{{ secret.constructor }}",
  "{{ toString() }}",
  "{{ (1).toFixed.constructor }}",
  "{{ Deno.env.toObject() }}",
  "{{ globalThis }}",
  "{{ this }}",
  "{{ env('SECRET_BOX') }}",
  "{{ envs.secret_box }}",
  "{{ secret('BO' ~ 'X') }}",
  "{{ vars.name | length ? secret(vars.name) : '' }}",
  "{% include '/etc/passwd' %}",
  "{% import '/etc/passwd' %}",
  "{{ read('/etc/passwd') }}",
  "{{ read(fileURI('/etc/passwd')) }}",
  "{{ read('file:///etc/passwd') }}",
].map((text, i) => ({ text, id: `escape_${i}` }));

const rendered = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const policy = await box.write("policy.yaml", "bulkhead: { filesystem: open }\n");
  const log = ({ id, text }: { id: string; text: string }) => ({
    id,
    type: LOG,
    allowFailure: true,
    message: text,
  });
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({
      id: "expressions",
      namespace: "boundary",
      variables: { name: "BOX" },
      tasks: [
        ...expressions.map(log),
        log({
          id: "control",
          text: "{{ 'gran' ~ 'ted' }} {{ execution.id | length }} {{ vars.name }}",
        }),
        log({ id: "named", text: "{{ secret('BOX') }}" }),
      ],
    }),
  );
  return await runHarness(["run", flow, "--json", "-p", policy], {
    env: { SECRET_BOX: btoa(SECRET) },
  });
});

Deno.test.each(expressions)("boundary: an expression does not get out: $text", async ({ id }) => {
  const said = await rendered();
  equal(logged(said, "control"), "granted 20 BOX");
  equal(logged(said, "named"), "******");
  const { state, outputs, error } = finished(said, id);
  deepEqual(outputs, {});
  const text = logged(said, id);
  ok(text === "" || state === "SUCCESS", error);
  // What is no variable may be nothing at all, and nothing more.
  ok(/^(?:\{\}|null|)$/.test(text), text);
  ok(!said.stdout.includes(SECRET) && !said.stdout.includes(btoa(SECRET)));
});

const secrets = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const policy = await box.write("policy.yaml", "bulkhead: { filesystem: open }\n");
  const eval_ = (id: string, script: string) => ({ id, type: EVAL, allowFailure: true, script });
  const tasks = [
    eval_(
      "names",
      `const it = "{{ secret('BOX') }}";
      logger.info("logged {}", it);
      console.log("printed " + it);
      console.error("printed " + it);
      Deno.stdout.writeSync(new TextEncoder().encode("base64 " + btoa(it) + "\\n"));
      runContext.metric({ name: it, type: "counter", value: 1 });
      ({ it, [it]: [it], base64: btoa(it), length: it.length, spelt: it.split("").join("-") })`,
    ),
    eval_("throws", `throw new Error("{{ secret('BOX') }}")`),
    eval_("denied", `Deno.readTextFileSync("/proc/{{ secret('BOX') }}")`),
    eval_("silent", `runContext.render("{" + "{ secret('BO' ~ 'X') }}")`),
    eval_("looks", `JSON.stringify([runContext, Object.keys(globalThis), outputs])`),
    eval_("waits", `await new Response(Deno.stdin.readable).text()`),
  ];
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({ id: "secrets", namespace: "boundary", tasks }),
  );
  return await runHarness(["run", flow, "--json", "-p", policy], {
    env: { SECRET_BOX: btoa(SECRET) },
  });
});

Deno.test("boundary: a secret that a task is given is hidden in all that it says", async () => {
  const said = await secrets();
  const { outputs, state } = finished(said, "names");
  equal(state, "SUCCESS");
  const { result } = outputs as { result: Record<string, unknown> };
  // The task has it, or there would be nothing to hide.
  equal(result.length, SECRET.length);
  deepEqual([result.it, result["******"], result.base64], ["******", ["******"], "******"]);
  deepEqual(logged(said, "names").split("\n").toSorted(), [
    "base64 ******",
    "logged ******",
    "printed ******",
    "printed ******",
  ]);
  equal(finished(said, "throws").error, "Error: ******");
  ok(denied(said, "denied")?.value?.endsWith("/******"));
  for (const it of [SECRET, btoa(SECRET)]) ok(!`${said.stdout}${said.stderr}`.includes(it), it);
});

Deno.test("boundary: known hole: a secret that its task spells otherwise is not hidden", async () => {
  const { result } = finished(await secrets(), "names").outputs as { result: { spelt: string } };
  equal(result.spelt, SECRET.split("").join("-"));
});

Deno.test.each(["silent", "looks", "waits"])(
  "boundary: a task that does not name a secret does not get it: %s",
  async (id) => {
    const { state, outputs, error } = finished(await secrets(), id);
    ok(!JSON.stringify(outputs).includes(SECRET), JSON.stringify(outputs));
    if (id === "silent") ok(state === "WARNING" && error?.includes("no secret of that name"));
  },
);

const record = (it: object) =>
  `Deno.stdout.writeSync(new TextEncoder().encode("\\x1e" + ${
    JSON.stringify(JSON.stringify(it))
  } + "\\n"));`;

const spoken = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const policy = await box.write("policy.yaml", "bulkhead: { filesystem: open }\n");
  const given = {};
  const fails = `throw new Error("it failed");`;
  return await confined(
    [
      {
        id: "success",
        code: `${record({ type: "result", state: "success", outputs: { forged: true } })} ${fails}`,
        given,
      },
      {
        id: "denial",
        code: record({
          type: "result",
          state: "failed",
          message: "forged",
          denial: { permission: "read", value: "/forged" },
        }),
        given,
      },
      {
        id: "event",
        code: `${
          record({ v: 1, type: "task.finished", task: "control", state: "SUCCESS", outputs: {} })
        } ${fails}`,
        given,
      },
      {
        id: "stderr",
        code: `${
          record({ type: "result", state: "success", outputs: { forged: true } })
            .replace("stdout", "stderr")
        } ${fails}`,
        given,
      },
      {
        id: "huge",
        code: `const bytes = new Uint8Array(33 * 1024 * 1024).fill(97);
          bytes[0] = 0x1e;
          for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
          Deno.stdout.writeSync(new Uint8Array([10]));
          ${fails}`,
        given,
      },
      { id: "exit", code: "Deno.exit(0);", given },
      { id: "control", code: `return "honest";`, given },
    ],
    `${box.root}/flow.yaml`,
    ["-p", policy],
  );
});

/** A task may say how it went; it says so of itself alone. */
Deno.test.each([
  {
    name: "a forged success is the task's own word, and is taken",
    id: "success",
    state: "SUCCESS",
    outputs: { forged: true },
  },
  { name: "a forged denial is taken as well", id: "denial", state: "WARNING", outputs: {} },
  { name: "an event is no record", id: "event", state: "WARNING", outputs: {} },
  { name: "a record on stderr is text", id: "stderr", state: "WARNING", outputs: {} },
  {
    name: "a record of more than 8 MiB is a failure that says so",
    id: "huge",
    state: "WARNING",
    outputs: {},
  },
  { name: "an exit without a record is a failure", id: "exit", state: "WARNING", outputs: {} },
])("boundary: protocol: $name", async ({ id, state, outputs }) => {
  const said = await spoken();
  equal(finished(said, "control").outputs.result, "honest");
  equal(said.events.filter((it) => it.type === "task.finished").length, 7);
  const task = finished(said, id);
  equal(task.state, state);
  deepEqual(task.outputs, outputs);
  const texts: Readonly<Record<string, RegExp>> = {
    event: /"task\.finished"/,
    stderr: /"forged":true/,
  };
  if (id === "huge") ok(/^Cannot take a record of \d+ bytes/.test(task.error ?? ""), task.error);
  if (id in texts) ok(texts[id]!.test(logged(said, id)), logged(said, id));
});
