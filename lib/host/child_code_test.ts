import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { CHILD_FILES, PROJECT } from "./bundle_child.ts";
import { CHILD_ROOMS, locateChildCode } from "./child_code.ts";
import type { Origin } from "./origin.ts";

const SOURCES: Origin = { kind: "sources" };

/** A project with child code of its own, which needs no package, and a cache. */
async function makeBox() {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "child_code_" }));
  const files = {
    "deno.json": "{}",
    "deno.lock": '{ "version": "5" }',
    "lib/child/main_built_in.ts": 'import { word } from "../model/word.ts"; console.log(word);',
    "lib/child/main_eval.ts": "declare const parts: { script: string };" +
      "Function('provide', parts.script)(console.log);",
    "lib/child/main_plugin.ts": "import(Deno.args[0]!).then((it) => console.log(it.default));",
    "lib/child/main_script.ts": "import(Deno.args[0]!);",
    "lib/child/part_expression.ts": "declare const provide: (it: number) => void; provide(1);",
    "lib/child/part_script.ts": "declare const provide: (it: number) => void; provide(2);",
    "lib/child/zod.ts": 'export const z = "our zod";',
    "lib/child/bulkhead.ts": 'export const defineTask = (it: unknown) => ["task", it];',
    "lib/model/word.ts": 'export const word: string = "built in";',
    "plugin.ts": 'import { z } from "zod"; import { defineTask } from "bulkhead";' +
      "export default defineTask(z as string);",
  };
  for (const room of CHILD_ROOMS) await Deno.mkdir(`${root}/lib/${room}`, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${root}/${name}`, text);
  }
  return {
    root,
    cache: `${root}/cache`,
    locate: () =>
      locateChildCode({
        env: { BULKHEAD_CACHE: `${root}/cache` },
        origin: SOURCES,
        project: new URL(`file://${root}/`),
      }),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function run(...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-lock", "--no-remote", "--no-npm", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
}

Deno.test("locateChildCode() bundles what each child runs into files of one directory", async () => {
  await using box = await makeBox();
  const code = await box.locate();
  ok(code.found, JSON.stringify(code));
  const { directory, builtIn, eval: evaluator, plugin, importMap, modules } = code.value;
  const names = await Array.fromAsync(Deno.readDir(directory), (it) => it.name);
  deepEqual(names.sort(), [...CHILD_FILES].sort());
  deepEqual(modules, [`${directory}/zod.mjs`, `${directory}/bulkhead.mjs`]);

  await Deno.remove(`${box.root}/lib`, { recursive: true });
  equal(await run(builtIn), "built in");
  equal(await run(evaluator), "2");
  const args = [`--allow-read=${box.root}`, `--import-map=${importMap}`, plugin];
  equal(await run(...args, `file://${box.root}/plugin.ts`), '[ "task", "our zod" ]');
});

Deno.test("locateChildCode() bundles once for one state of the sources", async () => {
  await using box = await makeBox();
  const state = async () => {
    const code = await box.locate();
    ok(code.found, JSON.stringify(code));
    return { directory: code.value.directory, ino: (await Deno.stat(code.value.builtIn)).ino };
  };
  const first = await state();
  deepEqual(await state(), first);
  await Deno.writeTextFile(`${box.root}/lib/model/word_test.ts`, "throw new Error();");
  deepEqual(await state(), first, "a test is no part of it");
  await Deno.writeTextFile(`${box.root}/lib/model/word.ts`, 'export const word = "changed";');
  const second = await state();
  notEqual(second.directory, first.directory);
  await Deno.remove(`${second.directory}/eval.mjs`);
  await state();
  ok(await Deno.stat(`${second.directory}/eval.mjs`), "an incomplete one is made again");
});

Deno.test("five at once end with one directory", async () => {
  await using box = await makeBox();
  const all = await Promise.all(Array.from({ length: 5 }, () => box.locate()));
  equal(new Set(all.map((it) => it.found && it.value.directory)).size, 1);
  equal((await Array.fromAsync(Deno.readDir(box.cache))).length, 1);
});

Deno.test("locateChildCode() refuses a bundle that others may write", async () => {
  await using box = await makeBox();
  const code = await box.locate();
  ok(code.found);
  await Deno.chmod(code.value.eval, 0o666);
  const spoiled = await box.locate();
  equal(!spoiled.found && spoiled.problem.code, "host/cache-untrusted");
});

Deno.test("locateChildCode() says what is wrong with the sources, in one line", async () => {
  await using box = await makeBox();
  await Deno.writeTextFile(`${box.root}/lib/child/main_eval.ts`, 'import "./gone.ts";');
  const code = await box.locate();
  ok(!code.found);
  equal(code.problem.code, "host/bundle-failed");
  ok(code.problem.message.includes("gone.ts"), code.problem.message);
  equal(code.problem.message.includes("\n"), false);
  deepEqual(await Array.fromAsync(Deno.readDir(box.cache)), []);
});

Deno.test("locateChildCode() takes a binary's own, and nothing in its place", async () => {
  const at = async (directory: string | undefined) => {
    const origin: Origin = { kind: "binary", payload: () => Promise.resolve(directory) };
    return await locateChildCode({ env: {}, origin });
  };
  // By its real path: rules of the kernel follow no link.
  const cache = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${cache}/digest`);
  await Deno.symlink(`${cache}/digest`, `${cache}/link`);
  const code = await at(`${cache}/link`);
  equal(code.found && code.value.builtIn, `${cache}/digest/built_in.mjs`);
  await Deno.remove(cache, { recursive: true });
  const none = await at(undefined);
  equal(!none.found && none.problem.code, "host/child-code-missing");
});

Deno.test("code of a child comes from no room that its digest leaves out", async () => {
  const wrong: string[] = [];
  let seen = 0;
  const walk = async (directory: string) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(`${directory}/`, PROJECT))) {
      const path = `${directory}/${name}`;
      if (isDirectory) await walk(path);
      if (!name.endsWith(".ts") || name.endsWith("_test.ts")) continue;
      const text = await Deno.readTextFile(new URL(path, PROJECT));
      for (const [, specifier] of text.matchAll(/^(?!import type).*?from "(\.[^"]+)"/gm)) {
        const target = new URL(specifier!, new URL(path, PROJECT)).href;
        const room = target.slice(PROJECT.href.length).split("/")[1]!;
        seen++;
        if (!CHILD_ROOMS.includes(room)) wrong.push(`${path} -> ${specifier}`);
      }
    }
  };
  for (const room of CHILD_ROOMS) await walk(`lib/${room}`);
  deepEqual(wrong, []);
  ok(seen > 5, "the walk found no imports: is it still looking at lib/?");
});
