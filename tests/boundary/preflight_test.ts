import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Box, fill, makeBox, makeWord, placeOf } from "./box.ts";
import { finished, runHarness, type Said } from "./harness.ts";

const SECRET = makeWord("secret");
const GRANTED = makeWord("granted");
const PLUGIN = "com.example.Reader";
const EVAL = "io.kestra.plugin.graalvm.js.Eval";

/** Where the directory to read from is, as the author of a plugin would write it. */
interface Places {
  /** Absolute path. */
  readonly path: string;
  /** The same, from the plugin's directory. */
  readonly relative: string;
}

/** A way for a plugin to name a file, which gives back what it read as `found`. */
interface Row {
  readonly name: string;
  readonly files: (to: Places) => Readonly<Record<string, string>>;
  /** Where the import stands that is shown. */
  readonly at: readonly [file: string, needle: string];
}

const plugin = (imports: string) =>
  `${imports}\nexport default { type: "${PLUGIN}", run: () => ({ found }) };\n`;

const rows: readonly Row[] = [
  {
    name: "a static import as text",
    files: ({ path }) => ({
      "p.ts": plugin(`import found from "${path}/secret.txt" with { type: "text" };`),
    }),
    at: ["p.ts", '"/'],
  },
  {
    name: "a static import as JSON, by a relative path",
    files: ({ relative }) => ({
      "p.ts": plugin(`import found from "${relative}/secret.json" with { type: "json" };`),
    }),
    at: ["p.ts", '".'],
  },
  {
    name: "a static import of a module",
    files: ({ path }) => ({ "p.mjs": plugin(`import found from "${path}/secret.mjs";`) }),
    at: ["p.mjs", '"/'],
  },
  {
    name: "a file URL",
    files: ({ path }) => ({ "p.ts": plugin(`import found from "file://${path}/secret.mjs";`) }),
    at: ["p.ts", '"file'],
  },
  {
    name: "a file URL of localhost",
    files: ({ path }) => ({
      "p.ts": plugin(`import found from "file://localhost${path}/secret.mjs";`),
    }),
    at: ["p.ts", '"file'],
  },
  {
    name: "letters written as percents",
    files: ({ path }) => ({
      "p.ts": plugin(`import found from "${path.replace(/.$/, escaped)}/%73ecret.mjs";`),
    }),
    at: ["p.ts", '"/'],
  },
  {
    name: "an export of what is imported",
    files: ({ path }) => ({
      "p.ts": plugin(`import { found } from "./lib/q.ts";`),
      "lib/q.ts": `export { default as found } from "${path}/secret.mjs";`,
    }),
    at: ["lib/q.ts", '"/'],
  },
  {
    name: "a module two modules deep",
    files: ({ path }) => ({
      "p.ts": plugin(`import { found } from "./lib/q.ts";`),
      "lib/q.ts": `export * from "./r.ts";`,
      "lib/r.ts": `import it from "${path}/secret.txt" with { type: "text" };
export const found: string = it;`,
    }),
    at: ["lib/r.ts", '"/'],
  },
  {
    name: "a literal import when it runs",
    files: ({ path }) => ({
      "p.ts": `export default { type: "${PLUGIN}", run: async () => ({
  found: (await import("${path}/secret.mjs")).default,
}) };`,
    }),
    at: ["p.ts", '"/'],
  },
  {
    name: "a module in a data: URL",
    files: ({ path }) => ({
      "p.ts": plugin(
        `import found from "data:text/javascript,export{default}from'file://${path}/secret.mjs'";`,
      ),
    }),
    at: ["p.ts", '"data'],
  },
];

function escaped(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`;
}

interface World {
  readonly box: Box;
  readonly policy: string;
  readonly secret: Places;
  readonly granted: Places;
}

async function makeWorld(box: Box): Promise<World> {
  await fill(box, "closed", SECRET);
  await fill(box, "open", GRANTED);
  const policy = await box.write(
    "policy.yaml",
    `kestra:\n  ee:\n    java-security:\n      enabled: true\n      forbidden-paths:\n        - ${box.root}/closed\n`,
  );
  const place = (name: string) => ({ path: `${box.root}/${name}`, relative: `../${name}` });
  return { box, policy, secret: place("closed"), granted: place("open") };
}

async function runPlugin(
  { box, policy }: World,
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Said> {
  await Deno.remove(`${box.root}/plugins`, { recursive: true }).catch(() => {});
  for (const [name, text] of Object.entries(files)) await box.write(`plugins/${name}`, text);
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({ id: "f", namespace: "n", tasks: [{ id: "it", type: PLUGIN }] }),
  );
  const all = ["-p", policy, "--plugins", `${box.root}/plugins`, "--workspace", `${box.root}/ws`];
  return await runHarness(["run", flow, "--json", ...all, ...args]);
}

/** Loads the plugin where nothing is in its way, as its author would try it. */
async function freely({ box }: World): Promise<string> {
  const [name] = (await Array.fromAsync(Deno.readDir(`${box.root}/plugins`)))
    .map((it) => it.name).filter((it) => it.startsWith("p."));
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-config",
      "--no-lock",
      `const { default: it } = await import("file://${box.root}/plugins/${name}");
      console.log(JSON.stringify(await it.run()));`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test.each([...rows])("boundary: pre-flight stops $name", async ({ files, at }) => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const attack = files(world.secret);
  const { code, stdout, stderr } = await runPlugin(world, attack);
  ok((await freely(world)).includes(SECRET), "the attack is broken");
  equal(code, 4, stderr);
  match(stderr, /^error\[preflight\/forbidden-import\]: Cannot import ".*": it leads to /m);
  const [file, needle] = at;
  const { line, column } = placeOf(attack[file]!, needle);
  ok(stderr.includes(`  at ${box.root}/plugins/${file}:${line}:${column}\n`), stderr);
  ok(stderr.includes(`policy.yaml:6:11`), stderr);
  ok(!`${stdout}${stderr}`.includes(SECRET));

  // The same import from where it may be read. The module is asked for its class by a child that
  // reads the plugin's directory alone, so that is where its twin lies.
  const twin = files({ path: `${box.root}/plugins/in`, relative: "./in" });
  const words = Object.fromEntries(
    await Promise.all(
      ["secret.txt", "secret.json", "secret.mjs"].map(async (it) => [
        `in/${it}`,
        await Deno.readTextFile(`${box.root}/open/${it}`),
      ]),
    ),
  );
  const control = await runPlugin(world, { ...twin, ...words });
  equal(finished(control, "it").outputs.found, GRANTED, control.stderr);
});

Deno.test("boundary: pre-flight follows a link", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const files = { "p.ts": plugin(`import found from "${box.root}/link/secret.mjs";`) };
  await Deno.symlink(world.secret.path, `${box.root}/link`);
  const { code, stderr } = await runPlugin(world, files);
  ok((await freely(world)).includes(SECRET), "the attack is broken");
  equal(code, 4, stderr);
  match(stderr, /it leads to ".*\/closed\/secret\.mjs", which is closed/);
});

Deno.test("boundary: pre-flight asks no other machine for a module", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
    asked.push(request.url);
    return new Response(`export default ${JSON.stringify(SECRET)};`, {
      headers: { "content-type": "text/javascript" },
    });
  });
  const url = `http://localhost:${server.addr.port}/m.mjs`;
  const files = { "p.ts": plugin(`import found from "${url}";`) };
  const { code, stderr } = await runPlugin(world, files);
  deepEqual(asked, []);
  equal(code, 4, stderr);
  match(stderr, /^error\[preflight\/remote-import\]: Cannot import "http:/m);
  ok((await freely(world)).includes(SECRET) && asked.length > 0, "the attack is broken");
});

Deno.test.each([
  { name: "npm:left-pad", code: "remote-import" },
  { name: "jsr:@std/path", code: "remote-import" },
  { name: "left-pad", code: "unknown-import" },
])("boundary: pre-flight refuses $name", async ({ name, code }) => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const files = { "p.ts": plugin(`import found from "${name}";`) };
  const said = await runPlugin(world, files);
  equal(said.code, 4);
  ok(said.stderr.includes(`error[preflight/${code}]: Cannot import "${name}"`), said.stderr);
});

Deno.test("boundary: a plugin's own configuration gives it no other names", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const files = {
    "p.ts": plugin(`import found from "it";`),
    "deno.json": JSON.stringify({ imports: { it: `${world.secret.path}/secret.mjs` } }),
    "package.json": JSON.stringify({ imports: { "#it": `${world.secret.path}/secret.mjs` } }),
  };
  const said = await runPlugin(world, files);
  equal(said.code, 4);
  match(said.stderr, /^error\[preflight\/unknown-import\]: Cannot import "it"/m);
});

Deno.test("boundary: pre-flight opens no device to see what it imports", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const files = { "p.ts": plugin(`import found from "/dev/zero" with { type: "text" };`) };
  const said = await runPlugin(world, files);
  equal(said.code, 4);
  match(said.stderr, /^error\[preflight\/forbidden-import\]: Cannot import "\/dev\/zero"/m);
});

Deno.test("boundary: a module that is no program is the child's to refuse, and nothing runs", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  for (const text of ["export default {", "\0\x01\x02"]) {
    const said = await runPlugin(world, { "p.ts": text });
    equal(said.code, 3, said.stderr);
    match(said.stderr, /^error\[plugin\/unusable\]/m);
  }
});

/** Scripts of Evals, as they stand in a flow; `X` is the path. */
Deno.test.each([
  { name: "an import", script: `return (await import("X")).default;` },
  { name: "an import in TypeScript", script: `const it: any = await import("X");` },
  { name: "one beside an expression", script: `const a = {{ inputs.a }}; await import("X");` },
  { name: "one in other quotes", script: `const a = {{ inputs.a }}; await import('X');` },
  { name: "one with letters as escapes", script: `{{ a }} await import("\\u002fX");` },
])("boundary: pre-flight stops $name in an Eval", async ({ script }) => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const flowOf = (path: string) =>
    `id: f\nnamespace: n\ntasks:\n  - id: it\n    type: ${EVAL}\n    script: |\n      // first\n      ${
      script.replace("\\u002fX", `\\u002f${path.slice(1)}`).replace("X", path)
    }\n`;
  const run = async (path: string) => {
    const flow = await box.write("flow.yaml", flowOf(path));
    return {
      flow,
      said: await runHarness(["plan", flow, "-p", world.policy, "--workspace", `${box.root}/ws`]),
    };
  };
  const { flow, said } = await run(`${world.secret.path}/secret.mjs`);
  equal(said.code, 4, said.stderr);
  match(said.stderr, /^error\[preflight\/forbidden-import\]/m);
  const at = placeOf(await Deno.readTextFile(flow), "import(");
  const place = `  at ${flow}:${at.line}:${at.column + "import(".length}\n`;
  ok(said.stderr.includes(place), said.stderr);
  const control = await run(`${world.granted.path}/secret.mjs`);
  ok(!control.said.stderr.includes("preflight/"), control.said.stderr);
});
