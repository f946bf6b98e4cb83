import { equal } from "node:assert/strict";
import { openProofCache } from "./proof_cache.ts";

async function makeCache() {
  const root = await Deno.makeTempDir({ prefix: "bulkhead_proof_" });
  return {
    file: `${root}/self-test.json`,
    cache: openProofCache({ BULKHEAD_CACHE: root }),
    root,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("openProofCache() remembers several keys, for one user alone", async () => {
  await using it = await makeCache();
  equal(await it.cache.has("a"), false);
  for (const key of ["a", "b", "a"]) await it.cache.add(key);
  equal(await it.cache.has("a"), true);
  equal(await it.cache.has("b"), true);
  equal(await it.cache.has("c"), false);
  equal((await Deno.stat(it.file)).mode! & 0o777, 0o600);
});

type Damage = (file: string, text: string) => Promise<void>;

const DAMAGES: Readonly<Record<string, Damage>> = {
  "half of it": (file, text) => Deno.writeTextFile(file, text.slice(0, text.length / 2)),
  "nothing": (file) => Deno.writeTextFile(file, ""),
  "another boot": (file, text) =>
    Deno.writeTextFile(file, text.replace(/"boot":"[^"]+"/, '"boot":"x"')),
  "another version": (file, text) => Deno.writeTextFile(file, text.replace('"v":1', '"v":2')),
  "another shape": (file) => Deno.writeTextFile(file, "null"),
  "others may write it": (file) => Deno.chmod(file, 0o622),
  "others may write its directory": (file) => Deno.chmod(file.replace(/\/[^/]+$/, ""), 0o777),
  "a link": async (file) => {
    await Deno.rename(file, `${file}.moved`);
    await Deno.symlink(`${file}.moved`, file);
  },
  "a directory": async (file) => {
    await Deno.remove(file);
    await Deno.mkdir(file);
  },
};

Deno.test("openProofCache() believes nothing that is damaged, and is not stopped by it", async (t) => {
  for (const [name, damage] of Object.entries(DAMAGES)) {
    await t.step(name, async () => {
      await using it = await makeCache();
      await it.cache.add("a");
      equal(await it.cache.has("a"), true, "the control");
      await damage(it.file, await Deno.readTextFile(it.file));
      equal(await it.cache.has("a"), false);
      await it.cache.add("b"); // whether or not it can
    });
  }
});

Deno.test("openProofCache() leaves nothing behind where it cannot write", async () => {
  await using it = await makeCache();
  await Deno.mkdir(it.file);
  await it.cache.add("a");
  equal(await it.cache.has("a"), false);
  equal((await Array.fromAsync(Deno.readDir(it.root))).length, 1);
});
