import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readKernel } from "../../lib/kernel/mod.ts";
import { lazily, makeBox } from "./box.ts";
import { denied, finished, runHarness, type Said } from "./harness.ts";
import { changesOf, LEGS, runLegs } from "./run_legs.ts";
import { type Leg, makeWorld, SECRET, type World } from "./world.ts";

/** One thing that a script in a Deno child tries; `<target>` and the like are put in as texts. */
interface Row {
  readonly name: string;
  readonly language?: "deno" | "node";
  readonly script: string;
  /** The twin that must succeed, where the attack itself is closed to every script of its class. */
  readonly control?: string;
  /** A module beside it. */
  readonly lib?: string;
  readonly changes?: true;
  /** Deno alone does not see it: without the kernel it gets through. */
  readonly byKernel?: true;
  /** The permission that is told; absent where the attack asks for none. */
  readonly denial?: string;
}

const READ = `console.log(Deno.readTextFileSync("<target>"));`;
const WORD = `console.log("<word>");`;
const asking = (options: string) =>
  `const it = await Deno.connect(${options});
  await it.write(new TextEncoder().encode("x\\n"));
  console.log(await new Response(it.readable).text());`;
const TCP = asking(`{ hostname: "127.0.0.1", port: <port> }`);
const ECHO = `new Deno.Command("/bin/echo", { args: ["<word>"] }).outputSync()`;

const rows: readonly Row[] = [
  { name: "reading a forbidden file", script: READ, denial: "read" },
  {
    name: "reading by CommonJS",
    language: "node",
    script: `console.log(require("fs").readFileSync("<target>", "utf8"));`,
    denial: "read",
  },
  {
    name: "a link that was there",
    script: `console.log(Deno.readTextFileSync("<root>/links/dir-<name>/secret.txt"));`,
    byKernel: true,
    denial: "read",
  },
  {
    name: "/proc/self/root",
    script: `console.log(Deno.readTextFileSync("/proc/self/root<target>"));`,
    control: READ,
    denial: "read",
  },
  {
    name: "another's environment",
    script: `console.log(Deno.readTextFileSync("/proc/<victim>/environ"));`,
    control: READ,
    denial: "read",
  },
  {
    name: "another's command line, by CommonJS",
    language: "node",
    script: `console.log(require("fs").readFileSync("/proc/<victim>/cmdline", "utf8"));`,
    control: `console.log(require("fs").readFileSync("<target>", "utf8"));`,
    denial: "read",
  },
  {
    name: "a module that imports a forbidden one",
    lib: `export { default } from "<dir>/secret.mjs";`,
    script: `import it from "./lib.ts"; console.log(it);`,
    denial: "read",
  },
  {
    name: "a module that imports a forbidden text",
    lib: `import it from "<dir>/secret.txt" with { type: "text" }; export default it;`,
    script: `import it from "./lib.ts"; console.log(it);`,
    denial: "read",
  },
  {
    name: "an import by a computed name",
    script: `console.log((await import(["file:/", "<dir>/secret.mjs"].join("/"))).default);`,
    denial: "read",
  },
  {
    name: "require of a forbidden file",
    language: "node",
    script: `console.log(require("<dir>" + "/secret.cjs"));`,
    denial: "read",
  },
  {
    name: "writing",
    script: `Deno.writeTextFileSync("<target>", "other");`,
    changes: true,
    denial: "write",
  },
  { name: "a variable of the harness", script: `console.log(Deno.env.get("<variable>"));` },
  {
    name: "all variables",
    language: "node",
    script: `console.log(JSON.stringify(process.env));`,
  },
  {
    name: "a thread",
    script:
      `const it = new Worker("data:text/javascript,postMessage('<word>')", { type: "module" });
      await new Promise((done) => it.onmessage = ({ data }) => done(console.log(data)));
      it.terminate();`,
    control: WORD,
    denial: "run",
  },
  {
    name: "a thread of Node",
    language: "node",
    script: `const { Worker } = require("node:worker_threads");
      new Worker("require('worker_threads').parentPort.postMessage('<word>')", { eval: true })
        .on("message", (it) => console.log(it));`,
    control: WORD,
    denial: "run",
  },
  {
    name: "a program",
    script: `console.log(new TextDecoder().decode(${ECHO}.stdout));`,
    control: WORD,
    denial: "run",
  },
  {
    name: "a shell of Node",
    language: "node",
    script: `console.log(String(require("child_process").execSync("echo <word>")));`,
    control: WORD,
    denial: "run",
  },
  {
    name: "a foreign function",
    script: `Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } }); ${WORD}`,
    control: WORD,
    denial: "ffi",
  },
  { name: "a port that is not allowed", script: TCP, denial: "net" },
  {
    name: "the engine's socket",
    script: asking(`{ transport: "unix", path: "<socket>" }`),
    control: TCP,
  },
  {
    name: "another execution's workspace",
    script: `console.log(Deno.readTextFileSync("<other>/secret.txt"));`,
    denial: "read",
  },
  {
    name: "the policy",
    script: `console.log(Deno.readTextFileSync("<policy>"));`,
    denial: "read",
  },
  {
    name: "a signal to the harness",
    script: `Deno.kill(Deno.ppid, "SIGCONT"); ${WORD}`,
    control: WORD,
    denial: "run",
  },
];

const typeOf = ({ language = "deno" }: Row) => `io.kestra.plugin.scripts.${language}.Script`;

function filled(text: string, world: World, row: number, leg: Leg): string {
  const given = Object.entries(world.given(row, leg));
  return given.reduce((all, [name, value]) => all.replaceAll(`<${name}>`, value), text);
}

const techniques = rows.map((it) => ({ row: "", code: "", ...it }));

/** All rows without the harness, in a world of their own. */
const free = lazily(async () => {
  await using world = await makeWorld(techniques);
  const before = await changesOf(world, rows, "attack");
  const said: string[] = [];
  for (const [i, { language, script, lib = "" }] of rows.entries()) {
    const file = await world.box.write(
      `free-${i}/script.${language === "node" ? "cjs" : "ts"}`,
      filled(script, world, i, "attack"),
    );
    await world.box.write(`free-${i}/lib.ts`, filled(lib, world, i, "attack"));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-config", "--no-lock", file],
      env: { ...world.env, NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    said.push(text.includes(SECRET) ? text : new TextDecoder().decode(stderr));
  }
  const after = await changesOf(world, rows, "attack");
  return rows.map((it, i) => ({
    reached: it.changes ? before[i] !== after[i] : said[i]!.includes(SECRET),
    text: said[i]!,
  }));
});

const confined = async (kernel: "prefer" | "off") => {
  await using world = await makeWorld(techniques);
  const text = await Deno.readTextFile(world.policy);
  const more = `  kernel: ${kernel}\n  scripts: { in-process: [deno, node] }\n`;
  await Deno.writeTextFile(world.policy, text.replace("bulkhead:\n", (it) => it + more));
  const tasks = LEGS.flatMap((leg) =>
    rows.map((row, i) => {
      const { script, control = script, lib } = row;
      return {
        id: `${leg}_${i}`,
        type: typeOf(row),
        allowFailure: true,
        script: filled(leg === "attack" ? script : control, world, i, leg),
        ...(lib !== undefined && { inputFiles: { "lib.ts": filled(lib, world, i, leg) } }),
      };
    })
  );
  return await runLegs(world, rows, tasks, printed);
};

/** What it said on standard output: on the other one Deno shows the lines that failed. */
function printed({ events }: Said, task: string): string {
  return events.flatMap((it) =>
    it.type === "task.log" && it.task === task && it.level === "INFO" ? [it.message] : []
  ).join("\n");
}

const modes = (["prefer", "off"] as const).map((kernel) => ({
  kernel,
  legs: lazily(() => confined(kernel)),
}));

for (const { kernel, legs } of modes) {
  for (const [i, row] of rows.entries()) {
    const isOpen = row.byKernel && (kernel === "off" || typeof readKernel() === "string");
    const ends = isOpen ? "gets through" : "is denied";
    Deno.test(`boundary: a script in a child, kernel ${kernel}: ${row.name} ${ends}`, async () => {
      const unconfined = (await free())[i]!;
      equal(unconfined.reached, true, `the attack is broken: ${unconfined.text}`);
      const { said, reached } = await legs();
      const told = (leg: Leg) =>
        said.events.flatMap((it) =>
          it.type === "task.log" && it.task === `${leg}_${i}` ? [it.message] : []
        ).join("\n");
      ok(said.events.length > 0, said.stderr);
      equal(reached(i, "control"), true, `the control is broken: ${told("control")}`);
      equal(reached(i, "attack"), isOpen === true, told("attack"));
      equal(finished(said, `control_${i}`).state, "SUCCESS");
      if (row.denial === undefined || isOpen) return;
      equal(denied(said, `attack_${i}`)?.permission, row.denial, told("attack"));
    });
  }
}

const POLICY = "bulkhead: { scripts: { in-process: [deno, node, bun] } }\n";

async function runOne(task: object, policyText = POLICY, files: Record<string, string> = {}) {
  const box = await makeBox();
  for (const [name, text] of Object.entries(files)) await box.write(name, text);
  const tasks = [{ id: "it", type: "io.kestra.plugin.scripts.deno.Script", ...task }];
  const text = JSON.stringify({ id: "f", namespace: "boundary", tasks }, null, 1);
  const flow = await box.write("flow.yaml", text.replaceAll("<box>", box.root));
  const policy = await box.write("policy.yaml", policyText.replaceAll("<box>", box.root));
  const args = ["run", flow, "--json", "-p", policy, "--workspace", `${box.root}/ws`];
  const said = await runHarness(args);
  await box[Symbol.asyncDispose]();
  return said;
}

const FORBIDDING =
  `kestra: { ee: { java-security: { enabled: true, forbidden-paths: [<box>/no/] } } }
${POLICY}`;

/** What is refused before anything runs, beside a twin that runs. */
Deno.test.each([
  {
    name: "a forbidden text",
    script: `import it from "<box>/no/a.txt" with { type: "text" };\nconsole.log(it);`,
    twin: `import it from "<box>/yes/a.txt" with { type: "text" };\nconsole.log(it);`,
    code: "preflight/forbidden-import",
  },
  {
    name: "a module of another machine",
    script: `import it from "https://example.com/a.ts";\nconsole.log(it);`,
    twin: `import it from "./a.ts";\nconsole.log(it);`,
    code: "preflight/remote-import",
  },
  {
    name: "a package of npm",
    script: `import it from "npm:chalk";\nconsole.log(it);`,
    twin: `import it from "node:os";\nconsole.log(it.EOL);`,
    code: "preflight/remote-import",
  },
  {
    name: "a package of jsr",
    script: `import { it } from "jsr:@std/path";\nconsole.log(it);`,
    twin: `import { join } from "path";\nconsole.log(join("a"));`,
    code: "preflight/remote-import",
  },
  {
    name: "a name that is nobody's",
    script: `import it from "colors";\nconsole.log(it);`,
    twin: `import it from "fs";\nconsole.log(it.readFileSync.length);`,
    code: "preflight/unknown-import",
  },
  {
    name: "what lies above the workspace",
    script: `import it from "../../private/lock" with { type: "text" };\nconsole.log(it);`,
    twin: `import it from "./down/../a.ts";\nconsole.log(it);`,
    code: "preflight/forbidden-import",
  },
])(
  "boundary: a script that imports $name is refused before it runs",
  async ({ script, twin, code }) => {
    const inputFiles = { "a.ts": "export default 1;" };
    const files = { "no/a.txt": "no", "yes/a.txt": "yes" };
    const attack = await runOne({ script, inputFiles }, FORBIDDING, files);
    deepEqual([attack.code, attack.events], [4, []], attack.stderr);
    match(attack.stderr, new RegExp(`error\\[${code}\\]`));
    match(attack.stderr, /\n {2}at \S*flow\.yaml:8:\d+\n/);
    const control = await runOne({ script: twin, inputFiles }, FORBIDDING, files);
    equal(finished(control, "it").state, "SUCCESS", control.stdout);
  },
);

Deno.test({
  name: "boundary: what a script of an authorized class starts is held by the kernel",
  ignore: typeof readKernel() === "string",
  async fn() {
    const cat = (file: string) =>
      `const { stdout } = new Deno.Command("/bin/cat", { args: ["<box>/${file}"] }).outputSync();
      console.log("got " + new TextDecoder().decode(stdout));`;
    const policy = FORBIDDING.replace(
      "enabled: true",
      "enabled: true, authorized-class-prefix: [io.kestra.plugin.scripts.deno]",
    );
    const files = { "no/a.txt": "secret", "yes/a.txt": "granted" };
    const control = await runOne({ script: cat("yes/a.txt") }, policy, files);
    equal(printed(control, "it"), "got granted", control.stderr);
    const attack = await runOne({ script: cat("no/a.txt") }, policy, files);
    equal(printed(attack, "it"), "got ");
  },
});
