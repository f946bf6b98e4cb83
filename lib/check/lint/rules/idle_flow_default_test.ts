import { deepEqual } from "node:assert/strict";
import { IDLE_FLOW_DEFAULT } from "./idle_flow_default.ts";
import { found } from "./lint_sample.ts";

const flow = (one: string, more = "") =>
  `id: f
namespace: a.b
tasks:
  - id: t
    type: io.kestra.core.tasks.log.Log
    message: hello${more}
triggers:
  - id: daily
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 0 * * *"
pluginDefaults:
  - ${one}
`;

Deno.test.each([
  { name: "a class", type: "io.kestra.core.tasks.log.Log", idle: false },
  { name: "its name of today", type: "io.kestra.plugin.core.log.Log", idle: false },
  { name: "a package", type: "io.kestra.plugin.core", idle: false },
  { name: "the beginning of a name", type: "io.kestra.plugin.core.log.Lo", idle: false },
  { name: "a trigger", type: "io.kestra.plugin.core.trigger", idle: false },
  { name: "a class that is not there", type: "io.kestra.plugin.core.http", idle: true },
  { name: "a class that is longer", type: "io.kestra.plugin.core.log.Logs", idle: true },
])("check/idle-flow-default knows $name", async ({ type, idle }) => {
  const seen = await found(IDLE_FLOW_DEFAULT, {
    flows: [flow(`type: ${type}\n    values: {a: 1}`)],
  });
  deepEqual(seen.map((it) => [it.at?.line, it.at?.column]), idle ? [[12, 11]] : []);
});

Deno.test("check/idle-flow-default knows what a default puts in", async () => {
  const more = `type: io.kestra.plugin.core.log
    values: {taskRunner: {type: io.kestra.plugin.core.runner.Process}}
  - type: io.kestra.plugin.core.runner.Process
    values: {a: 1}`;
  deepEqual(await found(IDLE_FLOW_DEFAULT, { flows: [flow(more)] }), []);
});

Deno.test("check/idle-flow-default knows what the policy puts in", async () => {
  const policy = `kestra:
  plugins:
    defaults:
      - type: io.kestra.plugin.core.log
        values: {handler: {type: com.example.Handler}}
`;
  const flows = [flow("type: com.example.Handler\n    values: {a: 1}")];
  deepEqual(await found(IDLE_FLOW_DEFAULT, { flows, policy }), []);
  deepEqual((await found(IDLE_FLOW_DEFAULT, { flows })).length, 1);
});

Deno.test("check/idle-flow-default goes by the name of a default that has one", async () => {
  const named = "type: io.kestra.plugin.core.log\n    ref: quiet\n    values: {level: DEBUG}";
  const [it] = await found(IDLE_FLOW_DEFAULT, { flows: [flow(named)] });
  deepEqual(it?.message, 'Default "quiet" of the flow is never used: nothing names it');
  const used = flow(named, "\n    pluginDefaultsRef: quiet");
  deepEqual(await found(IDLE_FLOW_DEFAULT, { flows: [used] }), []);
});
