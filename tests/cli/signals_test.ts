import { deepEqual, equal, match } from "node:assert/strict";
import { bulkhead, command, makeFiles } from "./bulkhead.ts";
import { FILES } from "./files.ts";

const ARGV = ["run", "sleep.yaml", "-p", "open.yaml", "--json"] as const;

Deno.test.each(
  [
    { name: "SIGINT", code: 130 },
    { name: "SIGTERM", code: 143 },
  ] as const,
)("cli: $name stops the task, cleans up and ends with $code", async ({ name, code }) => {
  await using files = await makeFiles(FILES);
  const call = await bulkhead(ARGV, {
    cwd: files.path,
    signal: { name, when: "task.started" },
  });
  equal(call.code, code, call.stderr);
  const events = call.stdout.trim().split("\n").map((it) => JSON.parse(it));
  deepEqual(events.slice(-2).map((it) => [it.type, it.state]), [
    ["task.finished", "KILLED"],
    ["execution.finished", "KILLED"],
  ]);
  const left = await leftovers(files.path);
  deepEqual(left, []);
});

Deno.test("cli: --keep leaves workspaces, and without it none is left", async () => {
  await using files = await makeFiles(FILES);
  const argv = ["run", "flow.yaml", "-p", "open.yaml"];
  equal((await bulkhead(argv, { cwd: files.path })).code, 0);
  deepEqual(await leftovers(files.path), []);
  equal((await bulkhead([...argv, "--keep"], { cwd: files.path })).code, 0);
  equal((await leftovers(files.path)).length, 1);
});

Deno.test("cli: a closed pipe ends the run without a word", async () => {
  await using files = await makeFiles(FILES);
  const call = await shell(`"$@" | head -n 1`, files.path);
  match(call.stdout, /execution\.started/);
  equal(call.stdout.trim().split("\n").length, 1);
  equal(/error/.test(call.stderr), false, call.stderr);
  deepEqual(await leftovers(files.path), []);
});

Deno.test.each([
  { name: "man" },
  { name: "completions bash" },
  { name: "help run" },
])("cli: a closed pipe ends $name without a word, and with 141", async ({ name }) => {
  const { code, stdout, stderr } = await new Deno.Command("/bin/bash", {
    args: ["-c", `set -o pipefail; "$@" | true`, "bash", ...command(), ...name.split(" ")],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  deepEqual([text(stdout), text(stderr)], ["", ""]);
  // 0 when all of it was in the pipe before its reader was gone.
  equal([0, 141].includes(code), true, String(code));
});

Deno.test("cli: a full disk under the answer is an error with a reason", async () => {
  await using files = await makeFiles(FILES);
  const call = await shell(`"$@" > /dev/full`, files.path);
  equal(call.code, 125);
  match(call.stderr, /error\[run\/output\]: Cannot write the answer: no space left on device/);
});

Deno.test("cli: a place for workspaces that cannot be written is an error with a reason", async () => {
  await using files = await makeFiles({ ...FILES, occupied: "a file" });
  const call = await bulkhead(
    ["run", "flow.yaml", "-p", "open.yaml", "--workspace", "occupied/below"],
    { cwd: files.path },
  );
  equal(call.code, 125, call.stderr);
  match(call.stderr, /^error\[host\/workspace-unwritable\]: .*\n {2}help: .*--workspace/m);
  equal(/\n\s+at /.test(call.stderr.replace(/\n {2}at \S+:\d+:\d+\n/g, "\n")), false);
});

async function leftovers(cwd: string): Promise<string[]> {
  const root = `${cwd}/bulkhead-${Deno.uid()}`;
  try {
    return (await Array.fromAsync(Deno.readDir(root))).map((it) => it.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function shell(script: string, cwd: string) {
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", script, "sh", ...command(), "run", "flow.yaml", "-p", "open.yaml", "--json"],
    cwd,
    // Of a home that cannot be written a run says that it keeps no state.
    env: { TMPDIR: cwd, NO_COLOR: "1", BULKHEAD_STATE: `${cwd}/state` },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
