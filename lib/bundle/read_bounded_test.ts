import { deepEqual, equal } from "node:assert/strict";
import { readBounded } from "./read_bounded.ts";
import { codesOf, sampleDirectory } from "./sample_bundle.ts";
import { writeWhole } from "./write_whole.ts";

Deno.test("readBounded() reads a file up to its limit, and no byte more", async () => {
  await using box = await sampleDirectory();
  const path = `${box.path}/file`;
  for (const size of [0, 1, 99, 100]) {
    await Deno.writeFile(path, new Uint8Array(size).fill(7));
    deepEqual((await readBounded(path, "bundle", 100)).bytes, new Uint8Array(size).fill(7));
  }
  await Deno.writeFile(path, new Uint8Array(101));
  deepEqual(await codesOf(readBounded(path, "bundle", 100)), ["input", "bundle/too-large"]);
});

Deno.test("readBounded() is not deceived by a file whose size is told as nothing", async () => {
  // What the kernel makes up has no size, and an end all the same.
  const { bytes } = await readBounded("/proc/self/status", "bundle", 100_000);
  equal(bytes.length > 100, true);
  deepEqual(
    await codesOf(readBounded("/proc/self/status", "bundle", 100)),
    ["input", "bundle/too-large"],
  );
});

Deno.test("readBounded() opens nothing that is no regular file", async () => {
  await using box = await sampleDirectory();
  const { success } = await new Deno.Command("mkfifo", { args: [`${box.path}/pipe`] }).output();
  equal(success, true);
  await Deno.symlink(`${box.path}/pipe`, `${box.path}/link`);
  for (const path of [box.path, `${box.path}/pipe`, `${box.path}/link`, "/dev/zero", "/nope"]) {
    deepEqual(await codesOf(readBounded(path, "bundle", 100)), ["input", "bundle/unreadable"]);
  }
});

Deno.test("writeWhole() replaces a file, and leaves nothing when it cannot", async () => {
  await using box = await sampleDirectory();
  const path = `${box.path}/file`;
  for (const text of ["one", "two"]) {
    await writeWhole(path, new TextEncoder().encode(text), 0o600);
    equal(await Deno.readTextFile(path), text);
  }
  await Deno.mkdir(`${box.path}/taken`);
  await writeWhole(`${box.path}/taken`, new Uint8Array(1), 0o600).then(
    () => Promise.reject(new Error("a directory was replaced")),
    () => {},
  );
  deepEqual((await Array.fromAsync(Deno.readDir(box.path))).map((it) => it.name).toSorted(), [
    "file",
    "taken",
  ]);
});
