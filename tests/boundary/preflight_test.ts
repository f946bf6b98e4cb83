import { deepEqual, equal, match, ok } from "node:assert/strict";
import { makeBox, placeOf } from "./box.ts";
import { finished } from "./harness.ts";
import {
  freely,
  GRANTED,
  makeWorld,
  type Places,
  PLUGIN,
  plugin,
  runPlugin,
  SECRET,
} from "./preflight_world.ts";

/** A way for a plugin to name a file, which gives back what it read as `found`. */
interface Row {
  readonly name: string;
  readonly files: (to: Places) => Readonly<Record<string, string>>;
  /** Where the import stands that is shown. */
  readonly at: readonly [file: string, needle: string];
}

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
    name: "a require of a module that is no ES module",
    files: ({ path }) => ({
      "p.mjs": plugin(`import found from "./lib/q.cjs";`),
      "lib/q.cjs": `module.exports = require("${path}/secret.cjs");`,
    }),
    at: ["lib/q.cjs", '"/'],
  },
  {
    name: "an import attribute behind letters of two units",
    files: ({ path }) => ({
      "p.ts": plugin(
        `/* 😀é */ import found from "${path}/secret.json" with { type: "json" };`,
      ),
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
      ["secret.txt", "secret.json", "secret.mjs", "secret.cjs"].map(async (it) => [
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

Deno.test("boundary: pre-flight lets no plugin lie around what is closed", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const { path } = world.secret;
  // The class is asked for before anything is planned, and would say what was read.
  const files = {
    "p.ts": `import found from "./it/secret.txt" with { type: "text" };
export default { type: "com.example." + found.replace("-", "_"), run: () => ({ found }) };`,
    "it/secret.txt": SECRET,
  };
  const policyOf = (closed: string) =>
    Deno.readTextFile(world.policy).then((it) => it.replace(path, closed));
  const around = await box.write("around.yaml", await policyOf(`${box.root}/plugins/it`));
  const attack = await runPlugin({ ...world, policy: around }, files);
  ok((await freely(world)).includes(SECRET), "the attack is broken");
  equal(attack.code, 4, attack.stderr);
  match(attack.stderr, /^error\[plan\/plugin-forbidden\]: Cannot use plugins of ".*": it holds/m);
  ok(attack.stderr.includes("around.yaml:6:11"), attack.stderr);
  ok(!`${attack.stdout}${attack.stderr}`.includes(SECRET.replace("-", "_")));

  const control = await runPlugin(world, files);
  match(control.stderr, /nothing here implements class "com\.example\.Reader"/);
});

Deno.test("boundary: pre-flight reads no path that the disk takes for another", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  await box.write("tree/open/q.mjs", `export default ${JSON.stringify(GRANTED)};`);
  await box.write("tree/closed/secret.mjs", `export default ${JSON.stringify(SECRET)};`);
  const policy = await box.write(
    "tree.yaml",
    (await Deno.readTextFile(world.policy)).replace(world.secret.path, `${box.root}/tree/closed`) +
      "bulkhead:\n  kernel: off\n", // which alone stops it otherwise
  );
  const run = async (specifier: string) => {
    await Deno.mkdir(`${box.root}/plugins/in`, { recursive: true });
    await Deno.symlink(`${box.root}/tree/open`, `${box.root}/plugins/link`).catch(() => {});
    const files = {
      "p.ts": plugin(`import found from "${specifier}";`),
      "in/q.mjs": `export default ${JSON.stringify(GRANTED)};`,
    };
    return await runPlugin({ ...world, policy }, files, { keep: true });
  };
  const attack = await run("./link%2f..%2fclosed%2fsecret.mjs");
  ok((await freely(world)).includes(SECRET), "the attack is broken");
  equal(attack.code, 4, attack.stderr);
  match(attack.stderr, /^error\[preflight\/ambiguous-import\]: Cannot import "\.\/link%2f/m);
  ok(!attack.stdout.includes(SECRET));
  const control = await run("./in/q.mjs");
  equal(finished(control, "it").outputs.found, GRANTED, control.stderr);
});

Deno.test("boundary: pre-flight loads nothing that it has not read", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const files = (specifier: string, { path }: Places) => ({
    "p.ts": `export { default } from "${specifier}";`,
    "lib/q.mjs": plugin(`import found from "${path}/secret.mjs";`),
  });
  const attack = await runPlugin(
    world,
    files(`file://${box.root}/plugin%73/lib/q.mjs`, world.secret),
  );
  ok((await freely(world)).includes(SECRET), "the attack is broken");
  equal(attack.code, 4, attack.stderr);
  match(attack.stderr, /^error\[preflight\/unread\]: Cannot import "file:/m);
  const control = await runPlugin(world, {
    ...files(`file://${box.root}/plugins/lib/q.mjs`, { path: ".", relative: "." }),
    "lib/secret.mjs": `export default ${JSON.stringify(GRANTED)};`,
  });
  equal(finished(control, "it").outputs.found, GRANTED, control.stderr);
});

Deno.test("boundary: pre-flight keeps a plugin in its directory, and in what it may read", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const { path } = world.granted;
  const closed = await box.write("closed.yaml", "bulkhead:\n  filesystem: closed\n");
  const whenRun = {
    "p.ts": `export default { type: "${PLUGIN}", run: async () => ({
  found: (await import("${path}/secret.mjs")).default,
}) };`,
  };
  const withModule = { "p.ts": plugin(`import found from "${path}/secret.mjs";`) };

  const open = await runPlugin(world, whenRun);
  equal(finished(open, "it").outputs.found, GRANTED, open.stderr);
  for (
    const [policy, files, fact] of [
      [closed, whenRun, /which the policy does not let it read/],
      [world.policy, withModule, /outside of the plugin's directory/],
    ] as const
  ) {
    const said = await runPlugin({ ...world, policy }, files);
    ok((await freely(world)).includes(GRANTED), "the attack is broken");
    equal(said.code, 4, said.stderr);
    match(said.stderr, /^error\[preflight\/outside-import\]/m);
    match(said.stderr, fact);
  }
});

Deno.test("boundary: pre-flight reads what WebAssembly imports", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const says = (word: string) => `globalThis.found = "${word}";\nexport const x = () => {};\n`;
  await box.write("closed/says.mjs", says(SECRET));
  const run = async (specifier: string) => {
    await box.write("plugins/in/says.mjs", says(GRANTED));
    await Deno.writeFile(`${box.root}/plugins/in/m.wasm`, wasmThatImports(specifier, "x"));
    return await runPlugin(world, {
      "p.mjs": `import "./in/m.wasm";
export default { type: "${PLUGIN}", run: () => ({ found: globalThis.found }) };`,
    }, { keep: true });
  };
  const attack = await run("../../closed/says.mjs");
  ok((await freely(world)).includes(SECRET), "the attack is broken");
  equal(attack.code, 4, attack.stderr);
  match(attack.stderr, /^error\[preflight\/forbidden-import\]: Cannot import "\.\.\/\.\.\/closed/m);
  ok(attack.stderr.includes(`  at ${box.root}/plugins/in/m.wasm:1:1\n`), attack.stderr);
  const control = await run("./says.mjs");
  equal(finished(control, "it").outputs.found, GRANTED, control.stderr);
});

/** A module of one type, `() => ()`, that imports one function of it and does nothing. */
function wasmThatImports(module: string, name: string): Uint8Array<ArrayBuffer> {
  const text = (it: string) => [it.length, ...new TextEncoder().encode(it)];
  const imports = [1, ...text(module), ...text(name), 0, 0];
  const types = [1, 0x60, 0, 0];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, types.length, ...types],
    ...[2, imports.length, ...imports],
  ]);
}

Deno.test("boundary: a graph with a circle runs, one with a hole ends in words", async () => {
  await using box = await makeBox();
  const world = await makeWorld(box);
  const circle = await runPlugin(world, {
    "p.ts": plugin(`import { found } from "./lib/q.ts";`),
    "lib/q.ts": `import "./r.ts";\nexport const found = "${GRANTED}";`,
    "lib/r.ts": `export * from "./q.ts";`,
  });
  equal(finished(circle, "it").outputs.found, GRANTED, circle.stderr);
  for (const hole of ["./gone.ts", "./lib"]) {
    const said = await runPlugin(world, { "p.ts": plugin(`import "${hole}";`), "lib/q.ts": "" });
    equal(said.code, 3, said.stderr);
    match(said.stderr, /^error\[plugin\/unusable\]: .*(not found|Directory import)/m);
  }
});
