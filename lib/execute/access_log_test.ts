import { deepEqual, equal, ok } from "node:assert/strict";
import { MOST_ACCESSES, openAccessLog } from "./access_log.ts";
import { makeExecutionRoot, randomId } from "./workspace.ts";

/** A log of one child, to be filled by a test. */
async function makeLog() {
  const directory = await Deno.makeTempDir();
  const root = await makeExecutionRoot(directory, randomId(), false);
  const workspace = await root.workspace(randomId());
  const log = await openAccessLog(root, randomId(), workspace);
  return {
    log,
    workspace: workspace.path,
    directory,
    file: log.env.DENO_AUDIT_PERMISSIONS!,
    async [Symbol.asyncDispose]() {
      await log.remove();
      await workspace[Symbol.asyncDispose]();
      await root[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

const line = (permission: string, value: string | null) =>
  `${JSON.stringify({ v: 1, datetime: "2026-01-01T00:00:00Z", permission, value })}\n`;

Deno.test("openAccessLog() reads each access once, in words of a policy, without what is the child's own", async () => {
  await using box = await makeLog();
  await Deno.writeTextFile(
    box.file,
    [
      line("read", "/data/a"),
      line("read", "/data/a"),
      line("read", "inside.txt"),
      line("write", "../../elsewhere"),
      line("read", "/own/code.js"),
      line("net", "https://a.example/x?y"),
      line("net", "[::1]:80"),
      line("env", null),
      "no JSON\n",
      '{"permission": 7, "value": "x"}\n',
    ].join(""),
  );
  const { asked, isCut } = await box.log.read(["/own"]);
  equal(isCut, false);
  deepEqual(asked.filter((it) => it.permission !== "write"), [
    { permission: "read", value: "/data/a" },
    { permission: "net", value: "a.example:443" },
    { permission: "net", value: "[::1]:80" },
    { permission: "env" },
  ]);
  ok(asked.some((it) => it.permission === "write" && it.value!.endsWith("/elsewhere")));
});

Deno.test("openAccessLog() keeps a bounded number, and says that there were more", async () => {
  await using box = await makeLog();
  const lines = Array.from({ length: MOST_ACCESSES + 5 }, (_, i) => line("read", `/data/${i}`));
  await Deno.writeTextFile(box.file, lines.join(""));
  const { asked, isCut } = await box.log.read([]);
  deepEqual([asked.length, isCut], [MOST_ACCESSES, true]);
});

Deno.test("openAccessLog() waits for no pipe and follows no link that lies in its place", async () => {
  // The control: the same line is read where it is a file.
  {
    await using box = await makeLog();
    await Deno.writeTextFile(box.file, line("read", "/data/a"));
    equal((await box.log.read([])).asked.length, 1);
  }
  {
    await using box = await makeLog();
    await Deno.writeTextFile(`${box.directory}/secret`, line("read", "/data/a"));
    await Deno.symlink(`${box.directory}/secret`, box.file);
    deepEqual((await box.log.read([])).asked, []);
  }
  {
    await using box = await makeLog();
    const made = await new Deno.Command("mkfifo", { args: [box.file] }).output();
    ok(made.success);
    deepEqual((await box.log.read([])).asked, []);
  }
  await using box = await makeLog();
  deepEqual((await box.log.read([])).asked, [], "there is none");
});
