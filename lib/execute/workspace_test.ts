import { deepEqual, equal, match, notEqual } from "node:assert/strict";
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
    deepEqual((await Array.fromAsync(Deno.readDir(execution.path))).map((it) => it.name), [
      "private",
    ]);
    const file = await execution.privateFile("env", "A=1\n");
    equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  }
  deepEqual(await Array.fromAsync(Deno.readDir(root)), []);
  await Deno.remove(root);
});

Deno.test("what is to be kept is kept, and what is private is not", async () => {
  const root = await Deno.makeTempDir();
  const id = randomId();
  {
    await using execution = await makeExecutionRoot(root, id, true);
    await using _ = await execution.workspace("one");
    await execution.privateFile("env", "A=secret\n");
  }
  deepEqual((await Array.fromAsync(Deno.readDir(`${root}/${id}`))).map((it) => it.name), ["one"]);
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
