import { equal, match, ok } from "node:assert/strict";
import { makeScratchDirectory } from "./scratch_directory.ts";

async function makeRoot(name = "cache") {
  const parent = await Deno.realPath(await Deno.makeTempDir({ prefix: "bulkhead_dir_" }));
  return {
    path: `${parent}/${name}`,
    [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }),
  };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test("makeScratchDirectory() makes a private one in the cache, and removes it", async () => {
  await using root = await makeRoot();
  let path: string;
  {
    await using directory = await makeScratchDirectory({ BULKHEAD_CACHE: root.path });
    path = directory.path;
    match(path, /\/cache\/\.self-test-[^/]+$/);
    ok(path.startsWith(`${root.path}/`));
    equal((await Deno.stat(path)).mode! & 0o777, 0o700);
    await Deno.writeTextFile(`${path}/file`, "");
  }
  equal(await exists(path), false);
});

Deno.test("makeScratchDirectory() goes elsewhere where the cache cannot be used", async (t) => {
  await t.step("it is no directory", async () => {
    await using root = await makeRoot();
    await Deno.writeTextFile(root.path, "");
    await using directory = await makeScratchDirectory({ BULKHEAD_CACHE: root.path });
    equal((await Deno.stat(directory.path)).mode! & 0o777, 0o700);
  });
  await t.step("others may write it", async () => {
    await using root = await makeRoot();
    await Deno.mkdir(root.path);
    await Deno.chmod(root.path, 0o777);
    await using directory = await makeScratchDirectory({ BULKHEAD_CACHE: root.path });
    equal(directory.path.startsWith(root.path), false);
  });
  await t.step("a socket in it would have too long a path", async () => {
    for (const [length, fits] of [[30, true], [200, false]] as const) {
      await using root = await makeRoot("a".repeat(length));
      await using directory = await makeScratchDirectory({ BULKHEAD_CACHE: root.path });
      equal(directory.path.startsWith(root.path), fits);
      ok(directory.path.length <= 96, directory.path);
    }
  });
  await t.step("no flag can name it", async () => {
    await using root = await makeRoot("a,b");
    await using directory = await makeScratchDirectory({ BULKHEAD_CACHE: root.path });
    equal(directory.path.includes(","), false);
  });
});

Deno.test("makeScratchDirectory() removes what a killed harness left, and nothing newer", async () => {
  await using root = await makeRoot();
  const [old, recent, other] = [".self-test-old", ".self-test-new", "child-old"].map((it) =>
    `${root.path}/${it}`
  ) as [string, string, string];
  await Deno.mkdir(root.path, { mode: 0o700 });
  for (const it of [old, recent, other]) await Deno.mkdir(it);
  const before = Date.now() / 1000 - 7200;
  for (const it of [old, other]) await Deno.utime(it, before, before);
  await using _directory = await makeScratchDirectory({ BULKHEAD_CACHE: root.path });
  equal(await exists(old), false);
  equal(await exists(recent), true);
  equal(await exists(other), true);
});
