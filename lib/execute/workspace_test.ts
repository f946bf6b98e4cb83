import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { makeExecutionRoot, randomId, removeTree } from "./workspace.ts";

Deno.test("a workspace is fresh, private, and gone with its scope", async () => {
  const root = await Deno.makeTempDir();
  {
    await using execution = await makeExecutionRoot(root, randomId(), false);
    {
      await using workspace = await execution.workspace("one");
      equal((await Deno.stat(workspace.path)).mode! & 0o777, 0o700);
      equal((await Deno.stat(execution.path)).mode! & 0o777, 0o700);
      await Deno.writeTextFile(`${workspace.path}/file`, "x");
    }
    // The slot stays for the next one; nothing else does.
    const names = (await Array.fromAsync(Deno.readDir(execution.path))).map((it) => it.name);
    deepEqual(names.toSorted(), ["private", "slot-0"]);
    deepEqual(await Array.fromAsync(Deno.readDir(`${execution.path}/slot-0`)), []);
    const file = await execution.privateFile("env", "A=1\n");
    equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  }
  deepEqual(await Array.fromAsync(Deno.readDir(root)), []);
  await Deno.remove(root);
});

Deno.test("two workspaces at once have a slot each, and a slot is used again", async () => {
  const root = await Deno.makeTempDir();
  {
    await using execution = await makeExecutionRoot(root, randomId(), false);
    await using first = await execution.workspace("one");
    {
      await using second = await execution.workspace("two");
      notEqual(first.slot, second.slot);
      equal(second.path, `${second.slot}/two`);
    }
    await using third = await execution.workspace("three");
    equal(third.slot, `${execution.path}/slot-1`);
    deepEqual((await Array.fromAsync(Deno.readDir(third.slot))).map((it) => it.name), ["three"]);
  }
  await Deno.remove(root, { recursive: true });
});

Deno.test("a workspace is never one that was there before", async () => {
  const root = await Deno.makeTempDir();
  await Deno.mkdir(`${root}/taken`);
  await Deno.symlink(`${root}/taken`, `${root}/link`);
  for (const name of ["taken", "link"]) {
    await rejects(makeExecutionRoot(root, name, false), Deno.errors.AlreadyExists);
  }
  {
    await using execution = await makeExecutionRoot(root, "free", false);
    await Deno.symlink(`${root}/taken`, `${execution.path}/slot-0`);
    await rejects(execution.workspace("free"), Deno.errors.AlreadyExists);
    await Deno.remove(`${execution.path}/slot-0`);
    const { slot, remove } = await execution.workspace("first");
    await remove();
    await Deno.symlink(`${root}/taken`, `${slot}/link`);
    await rejects(execution.workspace("link"), Deno.errors.AlreadyExists);
    await using workspace = await execution.workspace("free");
    equal(workspace.path, `${slot}/free`);
  }
  await Deno.remove(root, { recursive: true });
});

Deno.test("what is to be kept is kept, and what is private is not", async () => {
  const root = await Deno.makeTempDir();
  const id = randomId();
  {
    await using execution = await makeExecutionRoot(root, id, true);
    {
      await using _ = await execution.workspace("one");
    }
    const unused = await execution.workspace("two");
    equal(unused.slot, `${root}/${id}/slot-1`, "what is kept shares its slot with nobody");
    await unused.remove();
    await execution.privateFile("env", "A=secret\n");
  }
  const names = (await Array.fromAsync(Deno.readDir(`${root}/${id}`))).map((it) => it.name);
  deepEqual(names.toSorted(), ["slot-0", "slot-1"]);
  const namesIn = async (slot: string) =>
    await Array.fromAsync(Deno.readDir(`${root}/${id}/${slot}`), (it) => it.name);
  deepEqual(await namesIn("slot-0"), ["one"]);
  deepEqual(await namesIn("slot-1"), [], "what was not used is no use to anybody");
  await Deno.remove(root, { recursive: true });
});

Deno.test("removeTree() takes directories that were closed, and leaves what links lead to", async () => {
  const root = await Deno.makeTempDir();
  await Deno.mkdir(`${root}/outside`);
  await Deno.writeTextFile(`${root}/outside/file`, "stays");
  await Deno.mkdir(`${root}/tree/a/b`, { recursive: true });
  await Deno.writeTextFile(`${root}/tree/a/b/file`, "goes");
  await Deno.symlink(`${root}/outside`, `${root}/tree/a/link`);
  await Deno.chmod(`${root}/tree/a/b`, 0o000);
  await Deno.chmod(`${root}/tree/a`, 0o500);
  await removeTree(`${root}/tree`);
  await removeTree(`${root}/tree`);
  deepEqual((await Array.fromAsync(Deno.readDir(root))).map((it) => it.name), ["outside"]);
  equal(await Deno.readTextFile(`${root}/outside/file`), "stays");
  await Deno.remove(root, { recursive: true });
});

Deno.test("randomId() gives names that no two runs share, fit for files and labels", () => {
  match(randomId(), /^[0-9a-v]{20}$/);
  notEqual(randomId(), randomId());
});
