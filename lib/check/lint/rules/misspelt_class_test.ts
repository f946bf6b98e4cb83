import { deepEqual } from "node:assert/strict";
import { IMAGE_NOT_ALLOWED } from "./image_not_allowed.ts";
import { found, inShort } from "./lint_sample.ts";
import { MISSPELT_CLASS } from "./misspelt_class.ts";

const flow = (type: string, image = "ghcr.io/acme/a") =>
  `id: f
namespace: a.b
tasks:
  - id: t
    type: ${type}
    containerImage: ${image}
`;

Deno.test.each([
  { type: "io.kestra.plugin.core.log.Lgo", near: "io.kestra.plugin.core.log.Log" },
  { type: "io.kestra.plugin.core.log.log", near: "io.kestra.plugin.core.log.Log" },
  { type: "io.kestra.plugin.core.lgo.Log", near: "io.kestra.plugin.core.log.Log" },
  {
    type: "io.kestra.plugin.scripts.pyton.Script",
    near: "io.kestra.plugin.scripts.python.Script",
  },
  { type: "io.kestra.core.tasks.log.Log", near: undefined },
  { type: "io.kestra.plugin.core.execution.Resume", near: undefined },
  { type: "io.kestra.plugin.core.execution.Exit", near: undefined },
  { type: "io.kestra.plugin.jdbc.duckdb.Query", near: undefined },
  { type: "com.example.Log", near: undefined },
  { type: "Log", near: undefined },
])("check/misspelt-class of $type", async ({ type, near }) => {
  const seen = await found(MISSPELT_CLASS, { flows: [flow(type)] });
  deepEqual(seen.map((it) => it.help), near === undefined ? [] : [`Did you mean "${near}"?`]);
});

Deno.test("check/image-not-allowed finds what the planner did not come to", async () => {
  const policy = `bulkhead:
  containers: {images: {allow: ["ghcr.io/acme/**"]}}
`;
  const seen = async (type: string, image: string) =>
    (await found(IMAGE_NOT_ALLOWED, { flows: [flow(type, image)], policy })).map(inShort);
  const dbt = "io.kestra.plugin.dbt.cli.DbtCLI";
  deepEqual(await seen(dbt, "ubuntu"), [
    '6:21 Image "ubuntu" of task "t" would be refused: the policy allows only "ghcr.io/acme/**"',
  ]);
  deepEqual(await seen(dbt, "ghcr.io/acme/a"), []);
  deepEqual(await seen(dbt, "'{{ inputs.image }}'"), []);
  // What would be run is refused for its image by the planner.
  deepEqual(await seen("io.kestra.plugin.scripts.shell.Commands", "ubuntu"), []);
});
