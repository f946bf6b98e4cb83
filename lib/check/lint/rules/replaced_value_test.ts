import { deepEqual } from "node:assert/strict";
import { found, inShort } from "./lint_sample.ts";
import { REPLACED_VALUE } from "./replaced_value.ts";

const policy = (forced: boolean) =>
  `kestra:
  plugins:
    defaults:
      - type: io.kestra.plugin.scripts.shell.Commands
        forced: ${forced}
        values:
          containerImage: ubuntu:24.04
          env: {A: "1"}
          taskRunner:
            type: io.kestra.plugin.scripts.runner.docker.Docker
`;

const flow = (keys: string) =>
  `id: f
namespace: a.b
tasks:
  - id: around
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - id: t
        type: io.kestra.plugin.scripts.shell.Commands
        commands: [make]
        ${keys}
`;

interface Row {
  readonly name: string;
  readonly keys: string;
  readonly finds: readonly string[];
}

Deno.test.each<Row>([
  {
    name: "a scalar",
    keys: "containerImage: alpine",
    finds: ['10:25 "containerImage" of task "t" has no effect: the policy forces "ubuntu:24.04"'],
  },
  {
    name: "a key inside of a map",
    keys: "taskRunner: {type: io.kestra.plugin.core.runner.Process}",
    finds: [
      '10:28 "taskRunner.type" of task "t" has no effect: the policy forces "io.kestra.plugin.scripts.runner.docker.Docker"',
    ],
  },
  {
    name: "what is of another kind",
    keys: "env: '{{ vars.env }}'",
    finds: ['10:14 "env" of task "t" has no effect: the policy forces a map'],
  },
  { name: "nothing that says the same", keys: "containerImage: ubuntu:24.04", finds: [] },
  { name: "nothing beside what is forced", keys: "env: {B: '2'}", finds: [] },
  { name: "nothing where nothing is said", keys: "containerImage:", finds: [] },
])("check/replaced-value finds $name", async ({ keys, finds }) => {
  const flows = [flow(keys)];
  const seen = await found(REPLACED_VALUE, { flows, policy: policy(true) });
  deepEqual(seen.map(inShort), finds);
  for (const { related } of seen) deepEqual(related?.map((it) => it.at.file), ["policy.yaml"]);
  // A default that fills gaps takes nothing away.
  deepEqual(await found(REPLACED_VALUE, { flows, policy: policy(false) }), []);
});

Deno.test("check/replaced-value finds what a rule of a policy sets, and what the flow itself forces", async () => {
  const rules = `kestra:
  policies:
    - id: p
      enforcement: ACTIVE
      rules:
        - type: io.kestra.plugin.ee.rules.Add
          on: PLUGIN
          override: true
          values: {containerImage: "ubuntu:24.04"}
`;
  const ruled = await found(REPLACED_VALUE, {
    flows: [flow("containerImage: alpine")],
    policy: rules,
  });
  deepEqual(ruled.map((it) => it.message.split(": ")[1]), [
    'a rule of the policy sets "ubuntu:24.04"',
  ]);
  const forced = `${flow("containerImage: alpine")}pluginDefaults:
  - type: io.kestra.plugin.scripts
    forced: true
    values: {containerImage: debian}
`;
  const seen = await found(REPLACED_VALUE, { flows: [forced], policy: policy(false) });
  deepEqual(seen.map(inShort), [
    '10:25 "containerImage" of task "t" has no effect: the flow forces "debian"',
  ]);
});

Deno.test("check/replaced-value finds what a default of the flow sets for nobody", async () => {
  const own = (type: string, more = "") =>
    `${flow("")}${more}pluginDefaults:
  - type: ${type}
    values: {containerImage: debian, timeout: PT1M}
`;
  const scripts = own("io.kestra.plugin.scripts");
  const seen = await found(REPLACED_VALUE, { flows: [scripts], policy: policy(true) });
  deepEqual(seen.map(inShort), [
    '13:30 "containerImage" of a default for "io.kestra.plugin.scripts" has no effect: the policy forces "ubuntu:24.04"',
  ]);
  deepEqual(await found(REPLACED_VALUE, { flows: [scripts], policy: policy(false) }), []);
  // Another task has it.
  const other = own(
    "io.kestra.plugin.scripts",
    "  - {id: u, type: io.kestra.plugin.scripts.python.Script, script: pass}\n",
  );
  deepEqual(await found(REPLACED_VALUE, { flows: [other], policy: policy(true) }), []);
});
