import { deepEqual, equal, match, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";

const S = "io.kestra.plugin.scripts.shell.Commands";
const D = "io.kestra.plugin.scripts.runner.docker.Docker";
const P = "io.kestra.plugin.core.runner.Process";

/** The recipe: line 7 forces the image, line 9 the runner. */
const POLICY = await Deno.readTextFile(
  new URL("../fixtures/spec/3-scripting-isolation.yaml", import.meta.url),
);

interface Planned {
  readonly code: number;
  readonly stderr: string;
  readonly task: {
    readonly verdict: string;
    readonly effective: Record<string, unknown>;
    readonly refusal?: {
      readonly code: string;
      readonly message: string;
      readonly source: { readonly file: string; readonly line: number };
      readonly related?: readonly {
        readonly at: { readonly file: string; readonly line: number };
      }[];
    };
  };
}

async function plan(task: object, more: object = {}, policy = POLICY): Promise<Planned> {
  const flow = { id: "f", namespace: "a", tasks: [{ id: "t", ...task }], ...more };
  await using files = await makeFiles({
    // One value a line, so that places say something.
    "flow.yaml": JSON.stringify(flow, null, 1),
    "policy.yaml": policy,
  });
  const { code, stdout, stderr } = await bulkhead(
    ["plan", "flow.yaml", "-p", "policy.yaml", "--json"],
    { cwd: files.path },
  );
  return { code, stderr, task: stdout === "" ? {} : JSON.parse(stdout).flows[0].tasks[0] };
}

/** Everything but the engine, which these tests do without, is in order. */
const runs = ({ task }: Planned) => task.refusal?.code === "host/no-engine";

Deno.test("1: the author's own forced default does not take the forced one back; before 1.3.22 it did", async () => {
  const own = { pluginDefaults: [{ type: S, forced: true, values: { taskRunner: { type: P } } }] };
  const task = { type: S, commands: ["x"] };
  const ours = await plan(task, own);
  deepEqual(ours.task.effective.taskRunner, { type: D });
  match(ours.stderr, /warning\[flow\/forced-default\].*gives way/);
  const kestra = await plan(task, own, `${POLICY}bulkhead:\n  forced-precedence: flow-first\n`);
  deepEqual(kestra.task.effective.taskRunner, { type: P });
  equal(kestra.task.refusal?.code, "plan/process-unasked");
  ok(runs(await plan(task)));
});

Deno.test("2: a key beside the forced runner survives the merge, and is refused with both lines", async () => {
  const keys = {
    privileged: true,
    networkMode: "host",
    host: "tcp://evil:2375",
    user: "root",
    config: "{}",
    volumes: ["/:/host"],
    portBindings: ["80:80"],
    deviceRequests: [{ count: -1 }],
  };
  for (const [key, value] of Object.entries(keys)) {
    const { code, task } = await plan({
      type: S,
      commands: ["x"],
      taskRunner: { type: D, [key]: value },
    });
    equal(code, 4, key);
    ok(Object.hasOwn(task.effective.taskRunner as object, key), "Kestra's merge keeps it");
    equal(task.refusal?.code, "plan/runner-key");
    match(task.refusal.message, new RegExp(`"${key}[".]`));
    deepEqual(task.refusal.source, { file: "policy.yaml", line: 9, column: 19 });
    equal(task.refusal.related?.[0]?.at.file, "flow.yaml");
  }
  // What asks for no more than every container has is the author's to say.
  const less = {
    privileged: false,
    networkMode: "none",
    pullPolicy: "NEVER",
    memory: { memory: "64MB" },
    cpu: { cpus: 0.5 },
    fileHandlingStrategy: "MOUNT",
    killGracePeriod: "PT1S",
    delete: true,
    wait: true,
  };
  ok(runs(await plan({ type: S, commands: ["x"], taskRunner: { type: D, ...less } })));
});

Deno.test("3: a script class that the recipe does not list never runs on the host", async () => {
  for (const type of [S.replace("Commands", "Script"), "io.kestra.plugin.scripts.python.Script"]) {
    const { task } = await plan({ type, script: "x", taskRunner: { type: P } });
    deepEqual(task.effective.taskRunner, { type: P }, "the recipe does not reach it");
    equal(task.verdict, "refuse");
    equal(task.refusal?.code, "plan/process-unasked");
    equal(task.refusal?.source.file, "flow.yaml");
  }
  ok(runs(await plan({ type: S.replace("Commands", "Script"), script: "x" })));
});

Deno.test("4: the legacy script classes, on the host by default, are refused by name", async () => {
  for (const name of ["Bash", "Node", "Python"]) {
    const { task, stderr } = await plan({
      type: `io.kestra.core.tasks.scripts.${name}`,
      commands: ["x"],
    });
    equal(task.refusal?.code, "plan/class-not-run");
    match(stderr, /runs on the host, past any task runner/);
    match(stderr, /help: Use io\.kestra\.plugin\.scripts\./);
  }
});

Deno.test("5: the deprecated keys that beat a task runner are refused with both lines", async () => {
  for (const [key, value] of Object.entries({ runner: "PROCESS", docker: { image: "x" } })) {
    const { task } = await plan({ type: S, commands: ["x"], [key]: value });
    deepEqual(
      task.effective.taskRunner,
      { type: D },
      "the runner is forced, and would be passed by",
    );
    equal(task.refusal?.code, "plan/deprecated-runner");
    deepEqual(task.refusal.source, { file: "policy.yaml", line: 9, column: 19 });
    equal(task.refusal.related?.[0]?.at.file, "flow.yaml");
  }
});

Deno.test("6: classes that run commands and are no script plugins are refused by name", async () => {
  for (
    const type of [
      "dbt.cli.DbtCLI",
      "terraform.cli.TerraformCLI",
      "ansible.cli.AnsibleCLI",
      "aws.cli.AwsCLI",
      "gcp.cli.GCloudCLI",
      "azure.cli.AzCLI",
      "docker.Run",
      "spark.SparkCLI",
    ]
  ) {
    const { task } = await plan({ type: `io.kestra.plugin.${type}`, commands: ["x"] });
    equal(task.effective.taskRunner, undefined, "the recipe does not reach it");
    equal(task.refusal?.code, "plan/class-not-run");
    match(task.refusal.message, /runs commands of its author's/);
  }
});

Deno.test("7: an old name of a class is reached by what its new name is given", async () => {
  const log = "io.kestra.plugin.core.log.Log";
  const policy = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-class-prefix: [io.kestra.plugin.core.log]
  plugins:
    defaults:
      - {type: ${log}, forced: true, values: {level: ERROR}}
`;
  for (const type of ["io.kestra.core.tasks.log.Log", log]) {
    const { task, code } = await plan({ type, message: "x" }, {}, policy);
    equal(code, 0);
    equal(task.effective.level, "ERROR");
    equal((task as unknown as { spawn: string }).spawn, "denied");
  }
});

Deno.test("8: code in the worker's own process runs in a child, or not at all", async () => {
  for (const type of ["scripts.groovy.Eval", "scripts.jython.Eval", "graalvm.python.Eval"]) {
    const { task } = await plan({ type: `io.kestra.plugin.${type}`, script: "x" });
    equal(task.refusal?.code, "plan/class-not-run");
  }
  const { task, code } = await plan({ type: "io.kestra.plugin.graalvm.js.Eval", script: "1" });
  equal(code, 0);
  ok((task as unknown as { argv: string[] }).argv.includes("--deny-ffi"));
});

Deno.test("9: a default that cannot be applied stops the run; Kestra goes on without it", async () => {
  const task = { type: S, commands: ["x"] };
  for (
    const pluginDefaults of [
      [{ type: S, values: null }],
      [{ type: S }],
      [{ forced: true, values: {} }],
      "nothing",
    ]
  ) {
    const { code, stderr } = await plan(task, { pluginDefaults });
    equal(code, 3, stderr);
    match(stderr, /error\[flow\//);
  }
  ok(runs(await plan(task, { pluginDefaults: [{ type: S, values: {} }] })));
});

Deno.test("10: an expression where the policy governs cannot be decided, and is refused", async () => {
  const templated = await plan({
    type: S.replace("Commands", "Script"),
    script: "x",
    taskRunner: { type: "{{ inputs.runner }}" },
  });
  equal(templated.task.refusal?.code, "plan/task-runner");
  match(templated.task.refusal.message, /cannot be decided before the run/);
  const privileged = await plan({
    type: S,
    commands: ["x"],
    taskRunner: { type: D, privileged: "{{ inputs.yes }}" },
  });
  equal(privileged.task.refusal?.code, "plan/runner-key");
});
