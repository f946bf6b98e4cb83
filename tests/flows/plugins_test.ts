import { deepEqual, equal, match } from "node:assert/strict";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";
import { runFlow } from "./events.ts";

const FLOW = `id: f
namespace: a
tasks:
  - {id: t, type: com.example.Task, n: "{{ 20 + 1 }}"}
`;
const POLICY = "bulkhead:\n  filesystem: closed\n";
const GOOD = `import { z } from "zod";
import { helper } from "./_helper.ts";
export default {
  type: "com.example.Task",
  properties: z.strictObject({ n: z.coerce.number().max(100) }),
  run: ({ n }: { n: number }, { logger, workspace, render, variables }) => {
    logger.info("n is {}", n);
    Deno.writeTextFileSync(workspace + "/file", "x");
    return { twice: helper(n), rendered: render("{{ flow.id }}"), flow: variables.flow.id };
  },
};
`;
const HELPER = "export const helper = (n: number): number => 2 * n;\n";

const run = async (files: Record<string, string>, flow = FLOW) => {
  await using box = await makeFiles({ "flow.yaml": flow, "policy.yaml": POLICY, ...files });
  return await runFlow(["flow.yaml", "-p", "policy.yaml", "--plugins", "plugins"], {
    cwd: box.path,
  });
};

Deno.test("plugins: a module implements a class, with a schema, imports of its own and a workspace", async () => {
  const { outputs, code, stderr } = await run({
    "plugins/task.ts": GOOD.replace("./_helper.ts", "./lib/helper.ts"),
    "plugins/lib/helper.ts": HELPER,
  });
  equal(code, 0, stderr);
  deepEqual(outputs.t, { twice: 42, rendered: "f", flow: "f" });
});

Deno.test("plugins: a value that does not fit the schema fails the task before its code runs", async () => {
  const { events, code } = await run(
    {
      "plugins/task.ts": GOOD.replace("./_helper.ts", "./lib/helper.ts"),
      "plugins/lib/helper.ts": HELPER,
    },
    FLOW.replace("20 + 1", "200 + 1"),
  );
  equal(code, 1);
  const ended = events.find((it) => it.type === "task.finished");
  match(ended?.error ?? "", /Cannot use property "n"/);
  equal(events.some((it) => it.type === "task.log"), false);
});

Deno.test("plugins: a property that the schema does not know is refused before anything runs", async () => {
  await using box = await makeFiles({
    "flow.yaml": FLOW.replace("n:", "nn:"),
    "policy.yaml": POLICY,
    "plugins/task.ts": GOOD.replace("./_helper.ts", "./lib/helper.ts"),
    "plugins/lib/helper.ts": HELPER,
  });
  const { code, stderr } = await bulkhead(
    ["run", "flow.yaml", "-p", "policy.yaml", "--plugins", "plugins"],
    { cwd: box.path },
  );
  equal(code, 4);
  match(stderr, /error\[plan\/unsupported-property\]: .*"nn"/);
  match(stderr, /Did you mean "n"\?/);
});

/** What is no plugin, each beside the module that is one. */
Deno.test.each([
  {
    name: "no default export",
    files: { "plugins/a.ts": "export const x = 1;\n" },
    says: /its default export is not/,
  },
  {
    name: "a module that throws",
    files: { "plugins/a.ts": "throw new Error('no');\n" },
    says: /Error: no/,
  },
  {
    name: "a module that does not parse",
    files: { "plugins/a.ts": "export default {{;\n" },
    says: /Cannot use plugin/,
  },
  {
    name: "a class that is part of bulkhead",
    files: {
      "plugins/a.ts": "export default { type: 'io.kestra.plugin.core.log.Log', run() {} };\n",
    },
    says: /is part of bulkhead/,
  },
  {
    name: "two modules for one class",
    files: {
      "plugins/a.ts": "export default { type: 'a.B', run() {} };\n",
      "plugins/b.ts": "export default { type: 'a.B', run() {} };\n",
    },
    says: /implemented by .*a\.ts" as well/,
  },
  {
    name: "a module that leaves",
    files: { "plugins/a.ts": "Deno.exit(0);\n" },
    says: /it gave no answer/,
  },
  {
    name: "remote code",
    files: {
      "plugins/a.ts":
        "import 'https://example.com/x.ts';\nexport default { type: 'a.B', run() {} };\n",
    },
    says: /^error\[preflight\/remote-import\]: Cannot import "https:/,
    code: 4,
  },
  {
    name: "a directory without modules",
    files: { "plugins/readme.txt": "" },
    says: /it holds no module/,
  },
] as { name: string; files: Record<string, string>; says: RegExp; code?: number }[])(
  "plugins: $name is refused, without a stack trace",
  async ({ files, says, code: expected = 3 }) => {
    await using box = await makeFiles({ "flow.yaml": FLOW, "policy.yaml": POLICY, ...files });
    const { code, stderr, stdout } = await bulkhead(
      ["plan", "flow.yaml", "-p", "policy.yaml", "--plugins", "plugins"],
      { cwd: box.path },
    );
    equal(code, expected, stderr);
    equal(stdout, "");
    match(stderr, says);
    equal(/\n\s+at (file|async|ext):/.test(stderr), false, stderr);
  },
);

Deno.test("plugins: asking a module what it is gives it nothing", async () => {
  const spy = (expression: string) =>
    `let said = "reached";
try { await (async () => { ${expression} })(); } catch (error) { said = error.name; }
export default { type: "com.example." + said, run() {} };
`;
  await using box = await makeFiles({
    "flow.yaml": FLOW,
    "policy.yaml": POLICY,
    "secret.txt": "secret",
  });
  const attacks = {
    control: "1",
    read: `Deno.readTextFileSync("${box.path}/secret.txt")`,
    write: `Deno.writeTextFileSync("${box.path}/written", "x")`,
    env: `Deno.env.get("HOME")`,
    run: `new Deno.Command("/bin/true").outputSync()`,
    net: `await Deno.connect({ port: 9 })`,
    worker: `new Worker("data:text/javascript,1", { type: "module" })`,
  };
  for (const [name, expression] of Object.entries(attacks)) {
    await Deno.mkdir(`${box.path}/${name}`);
    await Deno.writeTextFile(`${box.path}/${name}/a.ts`, spy(expression));
    const type = name === "control" ? "com.example.reached" : "com.example.NotCapable";
    await Deno.writeTextFile(`${box.path}/flow.yaml`, FLOW.replace("com.example.Task", type));
    const { code, stderr } = await bulkhead(
      ["plan", "flow.yaml", "-p", "policy.yaml", "--plugins", name],
      { cwd: box.path },
    );
    equal(code, 0, `${name}: ${stderr}`);
  }
});
