import { deepEqual, equal } from "node:assert/strict";
import { openLibc } from "./libc.ts";
import { spawnHere } from "./process.ts";
import { tieProcess } from "./tie_process.ts";

async function run(tied: boolean) {
  using libc = openLibc();
  const child = spawnHere({ argv: ["/bin/sleep", "0.5"], env: {}, cwd: "/", session: "own" });
  if (tied) equal(tieProcess(libc, Deno.build.arch, child.pid, true), true);
  await child.stdin.close();
  const [{ signal, code }] = await Promise.all([
    child.status,
    child.stdout.cancel(),
    child.stderr.cancel(),
  ]);
  return { signal, code };
}

Deno.test("tieProcess() ends a process when its standard input is closed", async () => {
  deepEqual(await run(false), { signal: null, code: 0 });
  deepEqual(await run(true), { signal: "SIGKILL", code: 137 });
});
