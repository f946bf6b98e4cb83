import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Diagnostic, HostFacts } from "../lib/model/mod.ts";
import { placeOf, plannedTask } from "./planned.ts";

const P = "io.kestra.plugin.core.runner.Process";
const D = "io.kestra.plugin.scripts.runner.docker.Docker";
const SHELL = "io.kestra.plugin.scripts.shell.Commands";
const DENO = "io.kestra.plugin.scripts.deno.Script";
const NODE = "io.kestra.plugin.scripts.node.Script";

const onHost = { type: SHELL, commands: ["echo {{ flow.id }}"], taskRunner: { type: P } };
const module_ = { type: DENO, script: "console.log(1)" };

/** Line 5 authorizes the shell's classes. */
const authorized = (more = "") =>
  `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix: [io.kestra.plugin.scripts.shell]
${more}`;

/** Line 3 sends languages to children. */
const inProcess = (more = "") =>
  `bulkhead:
  scripts:
    in-process: [deno, node, bun]
${more}`;

const problem: Diagnostic = {
  code: "host/x",
  severity: "error",
  message: "this is no Linux",
  help: "Use one",
};
const noKernel = { kernel: { found: false, problem } } satisfies Partial<HostFacts>;
const programs = new Map([["/bin/sh", "/usr/bin/dash"]]);

Deno.test("a class that may spawn has its commands run on the host, under the kernel's rules", async () => {
  const plan = await plannedTask(
    authorized("bulkhead: { env: { allow: [SITE] }, network: { allow: ['a.example:443'] } }\n"),
    { ...onHost, containerImage: "ubuntu" },
    { programs },
  );
  equal(plan.verdict, "run", plan.refusal?.message);
  deepEqual(plan.argv, ["/bin/sh", "-c", "set -e\necho {{ flow.id }}"]);
  ok(plan.program?.kind === "process");
  deepEqual(plan.program.env, ["SITE"]);
  const { kernel, layers } = plan;
  deepEqual(kernel?.write, ["<workspace>"]);
  ok(kernel.execute.includes("/") && kernel.spawn);
  deepEqual([kernel.sockets, kernel.ports], ["internet", [443]]);
  equal(kernel.read.includes("/deno"), false, "it is no child of the runtime");
  deepEqual(
    [layers.preflight, layers.deno, layers.kernel, layers.container].map((it) => it.active),
    [false, false, true, false],
  );
  match(layers.kernel.active ? layers.kernel.enforces : "", /hosts are not governed/);
  const said = new Map(plan.because.map((it) => [it.effect, placeOf(it.source)]));
  equal(said.get("allow spawn"), "policy.yaml:5");
  equal(said.get("run on the host, as the harness's user"), "flow.yaml:12");
  equal(said.get("ignore containerImage"), "flow.yaml:14");
  equal(said.get("govern ports and not hosts"), "policy.yaml:6");
});

/** Of the directories on the way to `/usr/bin`. */
const LISTINGS: HostFacts["listings"] = new Map([
  ["/", { entries: ["opt", "usr"].map((name) => ({ name })) }],
  ["/usr", { entries: ["bin", "lib"].map((name) => ({ name })) }],
]);

/** What keeps a command off the host, beside a twin that has it there. */
interface Denied {
  readonly name: string;
  readonly task?: object;
  readonly policy?: string;
  readonly host?: Partial<HostFacts>;
  readonly told: { readonly code: string; readonly by: string; readonly at: string };
  /** Of the twin; otherwise it is the plain command under the plain policy. */
  readonly twin?: { readonly task?: object; readonly policy?: string };
}

const INSTALLING = {
  type: "io.kestra.plugin.scripts.python.Script",
  script: "1",
  dependencies: ["requests"],
  taskRunner: { type: P },
};
const ALL = "kestra: { ee: { java-security: { enabled: true, authorized-class-prefix: [io] } } }\n";

Deno.test.each<Denied>([
  {
    name: "a class that nobody authorized",
    task: { ...onHost, type: "io.kestra.plugin.scripts.perl.Commands" },
    told: { code: "plan/process-denied", by: "policy", at: "policy.yaml:5" },
  },
  {
    name: "a class that is forbidden",
    policy:
      "kestra: { ee: { java-security: { enabled: true, forbidden-class-prefix: [io.kestra.plugin] } } }\n",
    told: { code: "plan/process-denied", by: "policy", at: "policy.yaml:1" },
  },
  {
    name: "a policy that says nothing of who may spawn",
    policy: "bulkhead: { filesystem: open }\n",
    told: { code: "plan/process-unasked", by: "policy", at: "flow.yaml:12" },
  },
  {
    name: "a policy that lets nobody spawn",
    policy: authorized("bulkhead:\n  spawn: never\n"),
    told: { code: "plan/process-denied", by: "policy", at: "policy.yaml:7" },
  },
  {
    name: "a kernel layer that is off",
    policy: authorized("bulkhead:\n  kernel: off\n"),
    told: { code: "plan/process-kernel-off", by: "policy", at: "policy.yaml:7" },
  },
  {
    name: "a machine without a kernel layer",
    host: noKernel,
    told: { code: "host/kernel-layer", by: "host", at: "built-in" },
  },
  {
    name: "a machine where the layer cannot be proved",
    host: { runtime: { found: false, problem } },
    told: { code: "host/x", by: "host", at: "built-in" },
  },
  {
    name: "a key beside the runner's type",
    task: { ...onHost, taskRunner: { type: P, user: "root" } },
    told: { code: "plan/runner-key", by: "unsupported", at: "flow.yaml:13" },
  },
  {
    name: "an interpreter in what is closed",
    policy: authorized("bulkhead:\n  filesystem: closed\n"),
    told: { code: "plan/process-interpreter", by: "policy", at: "policy.yaml:7" },
    twin: {
      policy: authorized(
        "  local-files: { allowed-paths: [/usr] }\nbulkhead:\n  filesystem: closed\n",
      ),
    },
  },
  {
    name: "an interpreter below a forbidden path",
    policy: authorized("      forbidden-paths: [/usr/bin/]\n"),
    told: { code: "plan/process-interpreter", by: "policy", at: "policy.yaml:6" },
  },
  {
    name: "an interpreter that is not there",
    task: { ...onHost, interpreter: ["/opt/zsh", "-c"] },
    host: { programs: new Map([...programs, ["/opt/zsh", undefined]]) },
    told: { code: "host/no-interpreter", by: "host", at: "flow.yaml:14" },
    twin: { task: { ...onHost, interpreter: ["zsh", "-c"] } },
  },
  {
    name: "packages from a network that is closed",
    task: INSTALLING,
    policy: `${ALL}bulkhead: { network: { allow: [] } }\n`,
    told: { code: "plan/dependencies", by: "policy", at: "flow.yaml:9" },
    twin: { task: INSTALLING, policy: ALL },
  },
])("Process: $name refuses it", async ({ task, policy, host, told, twin }) => {
  const base = { programs, listings: LISTINGS };
  const plan = (task: object = onHost, policy = authorized(), host: Partial<HostFacts> = {}) =>
    plannedTask(policy, task, { ...base, ...host });
  const { verdict, refusal } = await plan(task, policy, host);
  equal(verdict, "refuse");
  deepEqual({ code: refusal?.code, by: refusal?.by, at: placeOf(refusal!.source) }, told);
  ok(refusal?.help !== undefined);
  const free = await plan(twin?.task, twin?.policy);
  equal(free.verdict, "run", free.refusal?.message);
});

Deno.test("a language that the policy names runs in a child, and no other class of it", async () => {
  const noEngine = { engine: { found: false, problem } } satisfies Partial<HostFacts>;
  const plan = await plannedTask(
    inProcess("  env: { allow: [SITE] }\n"),
    { ...module_, env: { OWN: "1" } },
    noEngine,
  );
  equal(plan.verdict, "run", plan.refusal?.message);
  ok(plan.program?.kind === "script");
  deepEqual([plan.program.form, plan.program.work.scriptFile.name], [
    "module",
    ".bulkhead-script.ts",
  ]);
  equal(plan.argv.at(-1), "/code/script");
  const given = plan.argv.find((it) => it.startsWith("--allow-env="))!;
  deepEqual(given.slice("--allow-env=".length).split(","), [
    "SITE",
    "HOME",
    "TMPDIR",
    "TZ",
    "WORKING_DIR",
    "OUTPUT_DIR",
    "OWN",
  ]);
  ok(plan.argv.includes("--ignore-env"));
  const by = plan.because.find((it) => it.rule === "bulkhead.scripts.in-process");
  equal(placeOf(by!.source), "policy.yaml:3");

  const commands = await plannedTask(
    inProcess(),
    { type: DENO.replace("Script", "Commands"), commands: ["deno run a.ts"] },
    noEngine,
  );
  equal(commands.refusal?.code, problem.code, "it needs an engine");
  const elsewhere = await plannedTask("bulkhead: { filesystem: open }\n", module_, noEngine);
  equal(elsewhere.refusal?.code, problem.code, "without the rule so does the script");
});

Deno.test("what may not spawn is guarded in its child, and what may is not", async () => {
  const guarded = (argv: readonly string[]) => argv.includes("--import-map=/code/guarded");
  const list = (name: string) =>
    `kestra: { ee: { java-security: { enabled: true, authorized-class-prefix: [${name}] } } }\n${inProcess()}`;
  const closed = await plannedTask(list("com.example"), { ...module_, type: NODE });
  deepEqual([guarded(closed.argv), closed.argv.includes("--deny-run")], [true, true]);
  equal(closed.program?.kind === "script" && closed.program.form, "module or CommonJS");
  const open = await plannedTask(list("io.kestra.plugin.scripts.node"), { ...module_, type: NODE });
  deepEqual([guarded(open.argv), open.argv.includes("--allow-run")], [false, true]);
});

/** Keys that would have no effect in a child. */
Deno.test.each([
  { key: "beforeCommands", value: ["npm install colors"] },
  { key: "interpreter", value: ["/bin/bash", "-c"] },
  { key: "permissions", value: ["--allow-net"] },
  { key: "taskRunner", value: { type: D, memory: { memory: "1GB" } } },
  { key: "taskRunner", value: { type: "com.example.Runner" } },
])("in process: $key refuses a script, with both lines", async ({ key, value }) => {
  const { refusal } = await plannedTask(inProcess(), { ...module_, [key]: value });
  match(refusal?.code ?? "", /^plan\/in-process-/);
  equal(placeOf(refusal!.source), "policy.yaml:3");
  equal(refusal?.related?.[0]?.at.file, "flow.yaml");
});

Deno.test("in process: what asks for no more than a child gives is told to have no effect", async () => {
  const plan = await plannedTask(inProcess(), {
    ...module_,
    containerImage: "denoland/deno",
    failFast: true,
    beforeCommands: [],
    taskRunner: { type: D },
  });
  equal(plan.verdict, "run", plan.refusal?.message);
  const ignored = plan.because.filter((it) => it.effect.startsWith("ignore"));
  deepEqual(ignored.map((it) => [it.effect, placeOf(it.source)]), [
    ["ignore taskRunner", "flow.yaml:12"],
    ["ignore containerImage", "flow.yaml:9"],
    ["ignore failFast", "flow.yaml:10"],
  ]);
});

Deno.test("a runner that the policy forces beats what the policy says of the language", async () => {
  const forced = `kestra:
  plugins:
    defaults:
      - { type: ${DENO}, forced: true, values: { taskRunner: { type: ${D} } } }
${inProcess()}`;
  const plan = await plannedTask(forced, { ...module_, taskRunner: { type: P } });
  equal(plan.program?.kind, "container", plan.refusal?.message);
  const child = await plannedTask(inProcess(), { ...module_, taskRunner: { type: P } });
  equal(child.program?.kind, "script", child.refusal?.message);
});

Deno.test("in process: a kernel layer that is required is required of scripts as well", async () => {
  const required = inProcess("  kernel: require\n");
  const { refusal } = await plannedTask(required, module_, noKernel);
  deepEqual([refusal?.code, placeOf(refusal!.source)], ["host/kernel-layer", "policy.yaml:4"]);
  equal((await plannedTask(inProcess(), module_, noKernel)).verdict, "run");
  equal((await plannedTask(required, module_)).verdict, "run");
});
