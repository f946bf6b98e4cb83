import { deepEqual } from "node:assert/strict";
import { applyFixes } from "../apply_fixes.ts";
import { DEPRECATED_RUNNER } from "./deprecated_runner.ts";
import { ENDLESS_RETRY, NO_TIMEOUT } from "./endless.ts";
import { found, inShort } from "./lint_sample.ts";
import { ENGINE_SOCKET, OPEN_MODE, REMOTE_CODE } from "./risky_command.ts";
import { UNKNOWN_SUBFLOW } from "./unknown_subflow.ts";

const shell = (keys: string, command = "make") =>
  `id: f
namespace: a.b
tasks:
  - id: t
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [${JSON.stringify(command)}]
${keys.replace(/^(?=.)/gm, "    ")}
`;

const DOCKER = "taskRunner:\n  type: io.kestra.plugin.scripts.runner.docker.Docker";
const PROCESS = "taskRunner:\n  type: io.kestra.plugin.core.runner.Process";

Deno.test.each([
  { old: "runner: PROCESS", today: PROCESS },
  { old: "runner: DOCKER", today: DOCKER },
  { old: "docker:\n  image: ubuntu:24.04", today: "containerImage: ubuntu:24.04" },
  {
    old: "runner: DOCKER\ndocker:\n  image: ubuntu:24.04",
    today: `${DOCKER}\ncontainerImage: ubuntu:24.04`,
  },
  { old: "docker:\n  image: ubuntu:24.04\n  user: root", today: undefined },
  { old: "docker: {image: ubuntu}", today: undefined },
  { old: "docker:\n  # ours\n  image: ubuntu", today: undefined },
  { old: "runner: PROCESS # for now", today: undefined },
  { old: "runner: PROCESS\ndocker:\n  image: ubuntu", today: undefined },
  { old: `runner: DOCKER\n${PROCESS}`, today: undefined },
  { old: "dockerOptions: {image: ubuntu}", today: undefined },
])("check/deprecated-runner rewrites $old", async ({ old, today }) => {
  const [it, ...more] = await found(DEPRECATED_RUNNER, { flows: [shell(old)] });
  deepEqual([it?.at?.line, it?.at?.column, more], [7, 5, []]);
  const fixed = it?.fix && applyFixes(shell(old), [it.fix]).text;
  deepEqual(fixed, today === undefined ? undefined : shell(today));
  if (fixed !== undefined) deepEqual(await found(DEPRECATED_RUNNER, { flows: [fixed] }), []);
});

Deno.test("check/deprecated-runner leaves alone what the policy refuses, and other classes", async () => {
  const policy = `kestra:
  plugins:
    defaults:
      - type: io.kestra.plugin.scripts
        forced: true
        values: {taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker}}
`;
  deepEqual(await found(DEPRECATED_RUNNER, { flows: [shell("runner: PROCESS")], policy }), []);
  const other = shell("runner: PROCESS").replace("scripts.shell.Commands", "core.log.Log");
  deepEqual(await found(DEPRECATED_RUNNER, { flows: [other] }), []);
});

Deno.test.each([
  { rule: REMOTE_CODE, command: "curl -sSL https://x.y/i | sh", column: 17 },
  { rule: REMOTE_CODE, command: "wget -qO- https://x.y/i | sudo bash -s", column: 17 },
  { rule: REMOTE_CODE, command: "bash <(curl https://x.y/i)", column: 17 },
  { rule: REMOTE_CODE, command: 'cd a && sh -c "$(curl https://x.y/i)"', column: 25 },
  { rule: REMOTE_CODE, command: "curl https://x.y/i | jq .", column: 0 },
  { rule: REMOTE_CODE, command: "curl https://x.y/i -o i; echo a | sh", column: 0 },
  { rule: REMOTE_CODE, command: "curl https://x.y/i | shasum", column: 0 },
  { rule: REMOTE_CODE, command: "# curl https://x.y/i | sh", column: 0 },
  { rule: OPEN_MODE, command: "chmod -R 777 /data", column: 17 },
  { rule: OPEN_MODE, command: "chmod a+rwx x", column: 17 },
  { rule: OPEN_MODE, command: "chmod 755 x777", column: 0 },
  { rule: OPEN_MODE, command: "chmod 7770 x", column: 0 },
])("$rule.code of $command", async ({ rule, command, column }) => {
  const seen = await found(rule, { flows: [shell("", command)] });
  // The place is exact where nothing is escaped.
  const isEscaped = command.includes('"');
  const at = [6, isEscaped ? 16 : column];
  deepEqual(seen.map((it) => [it.at?.line, it.at?.column]), column === 0 ? [] : [at]);
});

Deno.test("check/engine-socket finds the socket among volumes, and no other file", async () => {
  const volume = (it: string) => shell(`${DOCKER}\n  volumes: ["${it}"]`);
  const seen = async (it: string) => (await found(ENGINE_SOCKET, { flows: [volume(it)] })).length;
  deepEqual(await seen("/var/run/docker.sock:/var/run/docker.sock"), 1);
  deepEqual(await seen("/run/user/1000/podman/podman.sock:/s"), 1);
  deepEqual(await seen("/srv/docker.socks:/s"), 0);
  // A policy that names no such volume refuses the task, which is said already.
  const policy = "bulkhead:\n  containers: {volumes: [/srv/data]}\n";
  const refused = { flows: [volume("/var/run/docker.sock:/s")], policy };
  deepEqual((await found(ENGINE_SOCKET, refused)).length, 0);
});

Deno.test.each([
  { retry: "type: constant, interval: PT1S", finds: ["7:5"] },
  { retry: "type: constant, interval: PT1S, maxAttempts:", finds: ["7:5"] },
  { retry: "type: constant, interval: PT1S, maxAttempt: 3", finds: [] },
  { retry: "type: constant, interval: PT1S, maxDuration: PT1M", finds: [] },
])("check/endless-retry of {$retry}", async ({ retry, finds }) => {
  const seen = await found(ENDLESS_RETRY, { flows: [shell(`retry: {${retry}}`)] });
  deepEqual(seen.map((it) => inShort(it).split(" ")[0]), finds);
});

const NO_LIMIT = "bulkhead:\n  limits: {processes: 8}\n";
Deno.test("check/no-timeout says once of a flow which tasks nothing ends", async () => {
  const one = (id: string, more = "") =>
    `  - id: ${id}
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [make]
${more}`;
  const flow = (tasks: string) => `id: f\nnamespace: a.b\ntasks:\n${tasks}`;
  const limited = "bulkhead:\n  limits: {timeout: PT1H}\n";
  const five = flow(
    ["a", "b", "c", "d"].map((it) => one(it)).join("") + one("e", "    timeout: PT1H\n"),
  );
  const seen = await found(NO_TIMEOUT, { flows: [five], policy: NO_LIMIT });
  deepEqual(seen.map(inShort), [
    '4:5 Tasks "a", "b", "c" and 1 more may run for ever: neither the flow nor the policy sets a timeout',
  ]);
  deepEqual(await found(NO_TIMEOUT, { flows: [five], policy: limited }), []);
  deepEqual(await found(NO_TIMEOUT, { flows: [five] }), []);
  const log = "  - {id: a, type: io.kestra.plugin.core.log.Log, message: a}\n";
  deepEqual(await found(NO_TIMEOUT, { flows: [flow(log)], policy: NO_LIMIT }), []);
});

const starts = (namespace: string, flowId: string) =>
  `id: f
namespace: a.b
tasks:
  - {id: t, type: io.kestra.plugin.core.flow.Subflow, namespace: ${namespace}, flowId: ${flowId}}
`;
const OTHER = `id: orders
namespace: a.b
tasks:
  - {id: t, type: io.kestra.plugin.core.log.Log, message: hello}
`;
Deno.test.each([
  { name: "a flow that is there", flow: starts("a.b", "orders"), finds: [] },
  {
    name: "a flow that is not there",
    flow: starts("a.b", "order"),
    finds: ['Did you mean "orders"?'],
  },
  { name: "a namespace that was not given", flow: starts("a.c", "order"), finds: [] },
  { name: "a flow that is known in the run", flow: starts("a.b", "'{{ inputs.x }}'"), finds: [] },
])("check/unknown-subflow of $name", async ({ flow, finds }) => {
  const seen = await found(UNKNOWN_SUBFLOW, { flows: [flow, OTHER] });
  deepEqual(seen.map((it) => it.help), finds);
  // Alone it may be started by anything.
  deepEqual(await found(UNKNOWN_SUBFLOW, { flows: [flow] }), []);
});
