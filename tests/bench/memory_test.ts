import { ok, rejects } from "node:assert/strict";
import { makeScripts } from "./hello.ts";
import { memoryOf, memoryOfCommand } from "./memory.ts";

Deno.test("memoryOfCommand() sees what a command has started, too", async () => {
  const directory = await Deno.makeTempDir({ prefix: "memory_" });
  try {
    await makeScripts(directory);
    const deno = [Deno.execPath(), "run", `${directory}/hold.js`];
    const shell = ["sh", "-c", '"$0" "$@"; exit $?', ...deno];
    const options = { cwd: directory, word: "hello\n" };
    const [alone, below] = [
      await memoryOfCommand(deno, options),
      await memoryOfCommand(shell, options),
    ];
    for (const it of [alone, below]) {
      // A shell has 2 MB; the runtime has more than 20, of which some are its own.
      ok(it.largestPeak > 15 && it.largestPeak < 500, `${it.largestPeak} MB`);
      ok(it.together > 3 && it.together < it.largestPeak, `${it.together} MB`);
    }
    await rejects(memoryOfCommand(["sh", "-c", "exit 3"], options), /code 3/);
    await rejects(memoryOf([2 ** 22 + 1]), Deno.errors.NotFound);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
