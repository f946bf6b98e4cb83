import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { judgeImage } from "../../lib/container/mod.ts";
import { loadPolicy } from "../../lib/policy/mod.ts";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";

const LOG = "io.kestra.plugin.core.log.Log";
const SCRIPT = "io.kestra.plugin.scripts.shell.Script";
const DOCKER = "io.kestra.plugin.scripts.runner.docker.Docker";

interface PlannedTask {
  readonly id: string;
  readonly verdict: string;
  readonly effective: Record<string, unknown>;
  readonly refusal?: { readonly code: string; readonly source: unknown };
  readonly provenance: readonly { readonly path: string; readonly from: string }[];
}

async function plan(
  kestra: object | readonly object[],
  tasks: readonly object[],
  more: object = {},
) {
  const flow = { id: "f", namespace: "company.team", tasks, ...more };
  const policies = [kestra].flat();
  await using files = await makeFiles({
    "flow.yaml": JSON.stringify(flow, null, 1),
    ...Object.fromEntries(
      policies.map((it, i) => [`p${i}.yaml`, JSON.stringify({ kestra: it }, null, 1)]),
    ),
  });
  const { code, stdout, stderr } = await bulkhead(
    ["plan", "flow.yaml", "--json", ...policies.flatMap((_, i) => ["-p", `p${i}.yaml`])],
    { cwd: files.path },
  );
  const list: PlannedTask[] = stdout === "" ? [] : JSON.parse(stdout).flows[0].tasks;
  return { code, stderr, tasks: Object.fromEntries(list.map((it) => [it.id, it])) };
}

const log = (id: string, more: object = {}) => ({ id, type: LOG, message: "x", ...more });

Deno.test("plugins.security: includes let in, excludes win, both match whole names", async () => {
  const tasks = [log("log"), {
    id: "echo",
    type: "io.kestra.plugin.core.debug.Return",
    format: "",
  }];
  const codes = async (security: object) => {
    const { tasks: planned } = await plan({ plugins: { security } }, tasks);
    return [planned.log?.refusal?.code ?? "runs", planned.echo?.refusal?.code ?? "runs"];
  };
  const no = "plan/restricted-plugin";
  deepEqual(await codes({ includes: ["io.kestra.*"] }), ["runs", "runs"]);
  deepEqual(await codes({ includes: ["io.kestra.*"], excludes: [LOG] }), [no, "runs"]);
  deepEqual(await codes({ includes: ["io.kestra"] }), [no, no]);
  deepEqual(await codes({ excludes: [".*debug.*"] }), ["runs", no]);
  deepEqual(await codes({ excludes: ["debug"] }), ["runs", "runs"]);
});

Deno.test("plugins.security: an old name and a task runner are classes as well", async () => {
  const { tasks } = await plan({ plugins: { security: { excludes: [LOG, DOCKER] } } }, [
    { id: "old", type: "io.kestra.core.tasks.log.Log", message: "x" },
    { id: "runner", type: SCRIPT, script: "x", taskRunner: { type: DOCKER } },
    { id: "fine", type: "io.kestra.plugin.core.debug.Return", format: "" },
  ]);
  equal(tasks.old?.refusal?.code, "plan/restricted-plugin");
  equal(tasks.runner?.refusal?.code, "plan/restricted-plugin");
  equal(tasks.fine?.verdict, "run");
});

Deno.test("plugins.security: in a chain every file's includes must let a class in", async () => {
  const only = (pattern: string) => ({ plugins: { security: { includes: [pattern] } } });
  const verdict = async (...patterns: string[]) =>
    (await plan(patterns.map(only), [log("log")])).tasks.log?.verdict;
  equal(await verdict("io.kestra.*", "io.kestra.plugin.core.*"), "run");
  equal(await verdict("io.kestra.*", "com.example.*"), "refuse");
});

const policy = (rules: readonly object[], more: object = {}) => ({
  policies: [{ id: "p", enforcement: "ACTIVE", rules, ...more }],
});
const rule = (type: string, more: object) => ({
  type: `io.kestra.plugin.ee.rules.${type}`,
  ...more,
});

Deno.test("policies: Deny refuses a class with both lines, and no other", async () => {
  const deny = policy([
    rule("Deny", {
      on: "PLUGIN",
      where: [{ field: "type", operator: "STARTS_WITH", value: "io.kestra.plugin.core.log" }],
      errorMessage: "no logs here",
    }),
  ]);
  const { tasks, stderr, code } = await plan(deny, [
    log("log"),
    { id: "echo", type: "io.kestra.plugin.core.debug.Return", format: "" },
  ]);
  equal(code, 4);
  equal(tasks.log?.verdict, "refuse");
  equal(tasks.echo?.verdict, "run");
  match(stderr, /no logs here/);
  match(stderr, /at p0\.yaml:\d+:\d+/);
  match(stderr, /at flow\.yaml:\d+:\d+/);
});

Deno.test("policies: Add fills in and overrides, and says that it did", async () => {
  const add = (override: boolean) =>
    policy([rule("Add", {
      on: "PLUGIN",
      where: [{ field: "type", operator: "EQUAL_TO", value: LOG }],
      values: { level: "WARN" },
      override,
    })]);
  const level = async (override: boolean, more: object) => {
    const { tasks } = await plan(add(override), [log("log", more)]);
    const from = tasks.log?.provenance.find((it) => it.path === "level")?.from;
    return [tasks.log?.effective.level, from];
  };
  deepEqual(await level(false, {}), ["WARN", "policy rule"]);
  deepEqual(await level(false, { level: "DEBUG" }), ["DEBUG", "flow"]);
  deepEqual(await level(true, { level: "DEBUG" }), ["WARN", "policy rule"]);
});

Deno.test("policies: the runner lock-down of the documentation, and its gap closed by Require", async () => {
  const where = [{ field: "type", operator: "STARTS_WITH", value: "io.kestra.plugin.scripts." }];
  const restrict = rule("Restrict", {
    on: "PLUGIN",
    where,
    property: "taskRunner.type",
    enum: [DOCKER],
  });
  const require = rule("Require", { on: "PLUGIN", where, properties: ["taskRunner.type"] });
  const codes = async (rules: readonly object[], task: object) => {
    const { tasks } = await plan(policy(rules), [{ id: "t", type: SCRIPT, script: "x", ...task }]);
    return tasks.t?.refusal?.code;
  };
  const process = { taskRunner: { type: "io.kestra.plugin.core.runner.Process" } };
  equal(await codes([restrict], process), "policy/restricted");
  equal(await codes([restrict], { taskRunner: { type: DOCKER } }), "host/no-engine");
  equal(await codes([restrict], {}), "host/no-engine", "an absent property is no violation");
  equal(await codes([restrict, require], {}), "policy/required");
});

Deno.test("policies: EVALUATE changes nothing and says what it would", async () => {
  const evaluate = policy([
    rule("Add", {
      on: "PLUGIN",
      values: { level: "WARN" },
      override: true,
      where: [{ field: "type", operator: "EQUAL_TO", value: LOG }],
    }),
    rule("Deny", {
      on: "PLUGIN",
      where: [{ field: "type", operator: "EQUAL_TO", value: LOG }],
      errorMessage: "not this",
    }),
  ], { enforcement: "EVALUATE" });
  const { code, tasks, stderr } = await plan(evaluate, [log("log", { level: "INFO" })]);
  equal(code, 0);
  equal(tasks.log?.effective.level, "INFO");
  match(stderr, /warning\[[^\]]+\].*level/);
  match(stderr, /warning\[[^\]]+\].*not this/);
});

Deno.test("policies: REFERENCE applies where a task names it, and nowhere else", async () => {
  const reference = policy(
    [rule("Add", { on: "PLUGIN", values: { level: "ERROR" }, override: true })],
    { enforcement: "REFERENCE" },
  );
  const { tasks, code } = await plan(reference, [
    log("named", { policyRefs: ["p"] }),
    log("other"),
  ]);
  equal(code, 0);
  equal(tasks.named?.effective.level, "ERROR");
  equal(tasks.other?.effective.level, undefined);
  const unknown = await plan(reference, [log("named", { policyRefs: ["q"] })]);
  equal(unknown.code, 4);
  match(unknown.stderr, /flow\/unknown-policy-ref/);
});

Deno.test("policies: a 1.x file and a 2.0 file stand in one chain, and both hold", async () => {
  const old = {
    ee: { "java-security": { enabled: true, "forbidden-class-prefix": ["io.kestra.plugin.core"] } },
    plugins: { defaults: [{ type: LOG, forced: true, values: { level: "WARN" } }] },
  };
  const deny = policy([
    rule("Deny", {
      on: "PLUGIN",
      where: [{ field: "type", operator: "ENDS_WITH", value: ".Fail" }],
      errorMessage: "no",
    }),
  ]);
  for (const chain of [[old, deny], [deny, old]]) {
    const { tasks } = await plan(chain, [
      log("log"),
      { id: "fail", type: "io.kestra.plugin.core.execution.Fail" },
    ]);
    equal(tasks.log?.effective.level, "WARN");
    equal(tasks.fail?.verdict, "refuse");
  }
});

Deno.test("policies: namespaces narrow, by whole segments", async () => {
  const deny = (namespace: string) =>
    policy([
      rule("Deny", {
        on: "PLUGIN",
        where: [{ field: "type", operator: "EQUAL_TO", value: LOG }],
        errorMessage: "no",
      }),
    ], { target: { namespaces: [namespace] } });
  const verdict = async (namespace: string) =>
    (await plan(deny(namespace), [log("log")])).tasks.log?.verdict;
  equal(await verdict("company"), "refuse");
  equal(await verdict("company.team"), "refuse");
  equal(await verdict("comp"), "run");
});

async function readyMade(name: string, ...inner: object[]) {
  const text = await Deno.readTextFile(new URL(`../../policies/${name}`, import.meta.url));
  return await loadPolicy([
    { file: name, text },
    ...inner.map((it, i) => ({ file: `${i}.yaml`, text: JSON.stringify({ bulkhead: it }) })),
  ]);
}

Deno.test("policies/pinned.yaml lets in pinned images of its list, and no other", async () => {
  const { containers } = await readyMade("pinned.yaml");
  const digest = `sha256:${"0".repeat(64)}`;
  const verdict = (image: string) => {
    const verdict = judgeImage(image, containers.images);
    return verdict.allowed ? verdict.name : verdict.by?.rule.split(".").at(-1);
  };
  equal(verdict(`python:3.13@${digest}`), `docker.io/library/python@${digest}`);
  equal(verdict(`ghcr.io/acme/tools/a@${digest}`), `ghcr.io/acme/tools/a@${digest}`);
  equal(verdict("python:3.13"), "require-digest");
  equal(verdict(`python:2.7@${digest}`), "allow");
  equal(verdict(`ghcr.io/acme.evil/a@${digest}`), "allow");
  equal(verdict(`node:latest@${digest}`), "deny");
  equal(verdict(`node@${digest}`), `docker.io/library/node@${digest}`);
});

Deno.test("policies/pinned.yaml can be narrowed by a file of one's own, and not widened", async () => {
  const { containers } = await readyMade("pinned.yaml", {
    containers: { volumes: ["/srv/results/team:rw"], cpus: 1 },
  });
  deepEqual(containers.volumes.map((it) => [it.value, it.readOnly]), [[
    "/srv/results/team",
    false,
  ]]);
  equal(containers.cpus?.value, 1);
  for (
    const wider of [
      { volumes: ["/srv/shared:rw"] },
      { capabilities: ["CHOWN"] },
      { networks: ["none", "bridge"] },
      { "read-only": false },
      { ports: [80] },
      { images: { "require-digest": false } },
    ]
  ) await rejects(readyMade("pinned.yaml", { containers: wider }), /Cannot (give|set)/);
});

Deno.test("policies/edge.yaml runs scripts in a child, of the languages that can; others give none", async () => {
  const languages = async (name: string) =>
    (await readyMade(name)).scripts.inProcess.map((it) => it.value);
  deepEqual(await languages("edge.yaml"), ["deno", "node", "bun"]);
  for (const it of ["baseline.yaml", "pinned.yaml", "worker-isolation.yaml"]) {
    deepEqual(await languages(it), [], it);
  }
});
