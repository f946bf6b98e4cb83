import { deepEqual, equal, match, ok } from "node:assert/strict";
import { need } from "../must.ts";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";
import { runFlow } from "./events.ts";

/** The client of an engine is in no directory of these runs: nothing here needs one. */
const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix: [io.kestra.plugin.scripts.shell, io.kestra.plugin.scripts.perl]
bulkhead:
  scripts: { in-process: [deno, node, bun] }
  env: { allow: [SITE] }
  limits: { timeout: PT1M }
`;
const PACKAGE = "io.kestra.plugin.scripts";
const RUNNER = { type: "io.kestra.plugin.core.runner.Process" };

const shell = (id: string, more: object) => ({
  id,
  type: `${PACKAGE}.shell.Commands`,
  taskRunner: RUNNER,
  ...more,
});
const module_ = (language: string, id: string, script: string, more: object = {}) => ({
  id,
  type: `${PACKAGE}.${language}.Script`,
  script,
  ...more,
});

async function run(tasks: readonly object[], env: Record<string, string> = {}, policy = POLICY) {
  const flow = JSON.stringify({ id: "f", namespace: "a", tasks });
  await using files = await makeFiles({ "flow.yaml": flow, "policy.yaml": policy });
  return await runFlow(["flow.yaml", "-p", "policy.yaml"], { cwd: files.path, env });
}

const { ignore, reason } = need("landlock");

/** On the host nothing runs without the kernel layer. */
function onHost(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: ignore ? `on the host: ${name} [ignored: ${reason}]` : `on the host: ${name}`,
    ignore,
    fn,
  });
}

onHost("a command has its variables, its files and nothing of the harness's", async () => {
  const { code, outputs, logs, stderr } = await run([
    shell("it", {
      env: { OWN: "it's {{ flow.id }}\nin two lines", PATH: "/usr/bin:/bin" },
      inputFiles: { "deep/a.txt": "hello" },
      outputFiles: ["b.txt"],
      commands: [
        `cat deep/a.txt > b.txt`,
        `echo '::{"outputs": {"own": "'$(echo "$OWN" | tail -n 1)'"}}::'`,
        `echo '::{"outputs": {"where": "'$(pwd)'"}}::' >&2`,
        `test "$PWD" = "$HOME" && test "$HOME" = "$WORKING_DIR" && test "$TMPDIR" = "$HOME"`,
        `test -d "$OUTPUT_DIR" && test {{ workingDir }} = "$PWD"`,
        "env",
      ],
    }),
  ], { SITE: "given", SECRET_OTHER: "c2VjcmV0", OTHER: "not given" });
  equal(code, 0, `${stderr}${logs.join("\n")}`);
  const { vars, exitCode, outputFiles } = outputs.it as {
    readonly vars: Record<string, unknown>;
    readonly exitCode: number;
    readonly outputFiles: Record<string, string>;
  };
  equal(exitCode, 0);
  equal(vars.own, "in two lines");
  match(String(vars.where), /^\/.*\/slot-0\//);
  match(outputFiles["b.txt"]!, /^kestra:\/\/\//);
  const names = logs.flatMap((it) => /^INFO (\w+)=/.exec(it)?.[1] ?? []).toSorted();
  // PWD is the shell's own; the mark is by which what it starts is known.
  deepEqual(names.filter((it) => !["PWD", "OLDPWD", "SHLVL", "_", "TZ"].includes(it)), [
    "BULKHEAD_TASK_RUN",
    "HOME",
    "OUTPUT_DIR",
    "OWN",
    "PATH",
    "SITE",
    "TMPDIR",
    "WORKING_DIR",
  ]);
  ok(logs.includes("INFO SITE=given") && logs.includes("INFO OWN=it's f"));
});

onHost("the first command that fails ends it, unless failFast is off", async () => {
  const commands = ["echo one", "false", "echo two"];
  const { states, outputs, logs } = await run([
    shell("fast", { commands, allowFailure: true }),
    shell("slow", { commands, failFast: false }),
    shell("code", {
      commands: ['echo \'::{"outputs": {"kept": 1}}::\'', "exit 7"],
      allowFailure: true,
    }),
  ]);
  deepEqual(states, { fast: "WARNING", slow: "SUCCESS", code: "WARNING", execution: "WARNING" });
  deepEqual(logs.filter((it) => it.startsWith("INFO")), ["INFO one", "INFO one", "INFO two"]);
  deepEqual(
    ["fast", "slow", "code"].map((it) => (outputs[it] as { readonly exitCode: number }).exitCode),
    [1, 0, 7],
  );
  deepEqual((outputs.code as { readonly vars: unknown }).vars, { kept: 1 });
});

onHost("an interpreter is found by its name, or the reason is told", async () => {
  const { states, events, logs } = await run([
    {
      ...module_("perl", "perl", 'print "perl here\\n"; exit 3'),
      taskRunner: RUNNER,
      allowFailure: true,
    },
    shell("named", { interpreter: ["sh", "-c"], commands: ["echo named"] }),
    shell("own", {
      interpreter: ["./own.sh"],
      commands: ["mine"],
      failFast: false,
      beforeCommands: [],
      inputFiles: { "own.sh": "#!/bin/sh\necho own" },
      allowFailure: true,
    }),
    shell("missing", { interpreter: ["no-such-shell", "-c"], commands: ["x"], allowFailure: true }),
  ]);
  ok(logs.includes("INFO perl here") && logs.includes("INFO named"), logs.join("\n"));
  equal(states.named, "SUCCESS");
  const errorOf = (id: string) =>
    events.flatMap((it) => it.type === "task.finished" && it.task === id ? [it.error] : [])[0];
  match(errorOf("perl")!, /exit code 3/);
  match(errorOf("missing")!, /there is no program "no-such-shell" in \/usr/);
  // A file that is laid is no program.
  match(errorOf("own")!, /there is no program "\.\/own\.sh"/);
});

onHost("a command that takes too long is ended, and its code is none", async () => {
  const { code, states, events } = await run([
    shell("it", { timeout: "PT1S", commands: ["sleep 60"] }),
  ]);
  equal(code, 124);
  equal(states.it, "FAILED");
  const end = events.find((it) => it.type === "task.finished");
  equal(end?.type === "task.finished" && end.ending?.kind, "timed-out");
});

onHost("the forced container runner wins over the author's Process", async () => {
  const forced = POLICY.replace(
    "kestra:\n",
    `kestra:
  plugins:
    defaults:
      - type: ${PACKAGE}
        forced: true
        values: { taskRunner: { type: ${PACKAGE}.runner.docker.Docker } }
`,
  );
  const flow = JSON.stringify({
    id: "f",
    namespace: "a",
    tasks: [shell("it", { commands: ["echo hi"] }), module_("deno", "deno", "1")],
  });
  await using files = await makeFiles({ "flow.yaml": flow, "policy.yaml": forced });
  const { code, stdout } = await bulkhead(["plan", "flow.yaml", "-p", "policy.yaml", "--json"], {
    cwd: files.path,
  });
  equal(code, 125);
  const { flows: [{ tasks }] } = JSON.parse(stdout);
  // What stops them is that there is no engine here, and nothing else.
  deepEqual(tasks.map((it: { refusal: { code: string } }) => it.refusal.code), [
    "host/no-engine",
    "host/no-engine",
  ]);
});

Deno.test("in process: scripts of three languages run without an engine, with all that scripts have", async () => {
  const { code, outputs, logs, stderr } = await run([
    module_(
      "deno",
      "deno",
      `import { word } from "./lib.ts";
      console.log(\`\${word} \${Deno.env.get("OWN")} \${Deno.env.get("SITE")} \${Deno.env.get("OTHER")}\`);
      console.error("to the other");
      console.log('::{"outputs": {"a": ' + JSON.stringify(await Promise.resolve([1])) + '}}::');
      await Deno.writeTextFile("made.txt", "made");
      if (Deno.cwd() !== Deno.env.get("WORKING_DIR")) throw new Error("elsewhere");`,
      {
        env: { OWN: "{{ flow.id }}" },
        inputFiles: { "lib.ts": "export const word: string = 'typed';" },
        outputFiles: ["*.txt"],
      },
    ),
    module_(
      "node",
      "node",
      `const { join } = require("path");
      x = join("a", "b");
      console.log(x, process.env.OWN, typeof module.exports, process.env.MISSING);`,
      { env: { OWN: "own" } },
    ),
    module_("node", "esm", `import { sep } from "node:path"; console.log(await sep);`),
    module_("bun", "bun", `const eol: string = require("os").EOL; console.log(eol.length);`),
  ], { SITE: "given", OTHER: "not given" });
  equal(code, 0, `${stderr}${logs.join("\n")}`);
  deepEqual(logs.filter((it) => !it.startsWith("ERROR")), [
    "INFO typed f given undefined",
    "INFO a/b own object undefined",
    "INFO /",
    "INFO 1",
  ]);
  ok(logs.includes("ERROR to the other"));
  const { vars, outputFiles } = outputs.deno as {
    readonly vars: unknown;
    readonly outputFiles: Record<string, string>;
  };
  deepEqual(vars, { a: [1] });
  deepEqual(Object.keys(outputFiles), ["made.txt"]);
});

Deno.test("in process: a script ends with its own code, and what nobody catches is told with its place", async () => {
  const allowed = { allowFailure: true };
  const { states, outputs, logs } = await run([
    module_(
      "deno",
      "exit",
      `setTimeout(() => Deno.exit(5), 10); await new Promise(() => {});`,
      allowed,
    ),
    module_(
      "node",
      "process",
      `process.on("exit", () => console.log("bye")); process.exitCode = 3;`,
      allowed,
    ),
    module_("deno", "thrown", `const a: number = 1;\nthrow new TypeError("nobody " + a);`, allowed),
    module_("deno", "later", `setTimeout(() => { throw new Error("in time"); }, 1);`, allowed),
    module_("deno", "syntax", `const = 1;`, allowed),
    module_("deno", "stuck", `await new Promise(() => {});`, allowed),
    module_("deno", "fine", `setTimeout(() => console.log("late"), 20);`),
  ]);
  const codes = Object.entries(outputs).map((
    [id, it],
  ) => [id, (it as { exitCode: number }).exitCode]);
  deepEqual(Object.fromEntries(codes), {
    exit: 5,
    process: 3,
    thrown: 1,
    later: 1,
    syntax: 1,
    stuck: 1,
    fine: 0,
  });
  equal(states.fine, "SUCCESS");
  const said = logs.join("\n");
  match(said, /ERROR error: Uncaught \(in promise\) TypeError: nobody 1/);
  match(said, /ERROR {5}at file:\/\/\/\S+\/\.bulkhead-script\.ts:2:7/);
  match(said, /ERROR error: Uncaught Error: in time/);
  match(said, /INFO bye/);
  match(said, /INFO late/);
});

Deno.test("in process: a script that takes too long, says too much or takes too much memory is ended", async () => {
  const limited = POLICY.replace("PT1M", "PT1M, output: 100KB, memory: 64MB");
  const allowed = { allowFailure: true };
  const { events, states } = await run(
    [
      module_("deno", "time", `for (;;);`, { timeout: "PT1S", ...allowed }),
      module_("deno", "output", `for (;;) console.log("x".repeat(1000));`, allowed),
      module_(
        "deno",
        "memory",
        `const all = []; for (;;) all.push({ it: new Array(1000).fill(all.length) });`,
        allowed,
      ),
      module_("deno", "control", `console.log("x".repeat(1000), new Array(1000).length);`),
    ],
    {},
    limited,
  );
  const endings = events.flatMap((it) =>
    it.type === "task.finished"
      ? [it.ending?.kind === "limited" ? it.ending.limit : it.ending?.kind]
      : []
  );
  deepEqual(endings, ["timed-out", "output", "memory", "exited"]);
  equal(states.control, "SUCCESS");
});

Deno.test("in process: an interrupt ends a script", async () => {
  const flow = JSON.stringify({
    id: "f",
    namespace: "a",
    tasks: [module_("deno", "it", `console.log("up"); setInterval(() => {}, 1000);`)],
  });
  await using files = await makeFiles({ "flow.yaml": flow, "policy.yaml": POLICY });
  const { code, stdout } = await bulkhead(["run", "flow.yaml", "-p", "policy.yaml", "--json"], {
    cwd: files.path,
    signal: { name: "SIGTERM", when: '"up"' },
  });
  equal(code, 143);
  match(stdout, /"state":"KILLED"/);
});
