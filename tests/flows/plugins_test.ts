import { deepEqual, equal, match } from "node:assert/strict";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";
import { testWith } from "../must.ts";
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

/** TypeScript that Deno has to take apart: with an import, and a branch. */
const BRANCHED = `import { z } from "zod";
export default {
  type: "com.example.Task",
  properties: z.strictObject({ n: z.coerce.number() }),
  run({ n }: { n: number }): { large: boolean } {
    let large: boolean = false;
    if (n > 10) large = true;
    return { large };
  },
};
`;
const EVAL_FLOW = `${FLOW}  - id: eval
    type: io.kestra.plugin.graalvm.js.Eval
    script: |
      const word: string = await Promise.resolve("abc");
      let n: number = 0;
      if (word.length > 2) n = 1;
      n
`;

Deno.test("plugins: TypeScript is taken apart, in a plugin and in an Eval", async () => {
  const { outputs, code, logs } = await run(
    { "plugins/task.ts": BRANCHED, "policy.yaml": `${POLICY}  spawn: never\n` },
    EVAL_FLOW,
  );
  equal(code, 0, JSON.stringify(logs));
  deepEqual(outputs, { t: { large: true }, eval: { result: 1, outputs: {} } });
});

Deno.test("plugins: TypeScript of classes that may spawn is taken apart, in an Eval and a script", async () => {
  const flow = `${EVAL_FLOW.replace(/^ +- .id: t,.*\n/m, "")}  - id: script
    type: io.kestra.plugin.scripts.deno.Script
    script: |
      import { basename } from "node:path";
      let word: string = basename("/a/b");
      if (word === "b") word = "c";
      console.log("::" + JSON.stringify({ outputs: { word } }) + "::");
`;
  const { outputs, code, logs } = await run({
    "plugins/task.ts": BRANCHED,
    "policy.yaml": `${POLICY}  scripts: { in-process: [deno] }\n`,
  }, flow);
  equal(code, 0, JSON.stringify(logs));
  deepEqual(outputs, {
    eval: { result: 1, outputs: {} },
    script: { vars: { word: "c" }, exitCode: 0, outputFiles: {} },
  });
});

testWith(
  "landlock",
  "plugins, known gap: a plugin in TypeScript whose class may spawn is not taken apart",
  async () => {
    const authorized = "kestra: { ee: { java-security: { enabled: true, " +
      "authorized-class-prefix: [com.example] } } }\n";
    const files = { "plugins/task.ts": BRANCHED };
    const confined = await run({ ...files, "policy.yaml": authorized });
    equal(confined.code, 1);
    const end = confined.events.find((it) => it.type === "task.finished");
    match(end?.error ?? "", /without a result/);
    // The control: it is the kernel layer that it runs into.
    const free = await run({ ...files, "policy.yaml": `${authorized}bulkhead: { kernel: off }\n` });
    equal(free.code, 0, free.stderr);
    deepEqual(free.outputs.t, { large: true });
  },
);

Deno.test("plugins: keys and stored files are reached through the context, and only what is the flow's own", async () => {
  const { outputs, code, stderr } = await run({
    "plugins/task.ts": `import { defineTask, type Context } from "bulkhead";
const refused = (work: () => unknown): string => {
  try {
    return String(work());
  } catch (error) {
    return (error as Error).message;
  }
};
export default defineTask<{ n: number }>({
  type: "com.example.Task",
  run: ({ n }, { kv, storage, render }: Context) => {
    kv.set("count", { n }, { ttl: "PT1H" });
    const file = storage.create("parts.txt");
    file.write("one ");
    file.write(new TextEncoder().encode("two"));
    file.close();
    return {
      kept: kv.get("count"),
      keys: kv.list("co"),
      size: storage.size(file.uri),
      text: storage.readText(file.uri),
      item: render("{{ word }} in {{ flow.id }}", { word: "here" }),
      deleted: [kv.delete("count"), kv.delete("count"), storage.delete(file.uri)],
      namespace: refused(() => kv.get("k", { namespace: "b" })),
      file: refused(() => storage.readText("kestra:///../../etc/passwd")),
      closed: refused(() => file.write("more")),
      ttl: refused(() => kv.set("k", 1, { ttl: "soon" })),
    };
  },
});
`,
  });
  equal(code, 0, stderr);
  const { namespace, file, closed, ttl, ...rest } = outputs.t as Record<string, string>;
  deepEqual(rest, {
    kept: { n: "21" },
    keys: ["count"],
    size: 7,
    text: "one two",
    item: "here in f",
    deleted: [true, false, true],
  });
  match(namespace!, /^Cannot reach keys of namespace "b"/);
  match(file!, /^Cannot read .*: this execution has stored no such file/);
  match(closed!, /^Cannot write "parts\.txt": it is closed/);
  match(ttl!, /^Cannot use ttl "soon"/);
});
