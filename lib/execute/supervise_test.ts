import { equal, match, rejects } from "node:assert/strict";
import { type ProcessCommand, readCgroups, type Spawn, spawnHere } from "../kernel/mod.ts";
import { openSupervisor } from "./supervise.ts";
import { randomId } from "./workspace.ts";

const COMMAND: ProcessCommand = { argv: ["/bin/echo", "x"], env: {}, cwd: "/", session: "own" };

/** Hands a process over when it has ended and nothing has its number any more. */
const late: Spawn = async (command) => {
  const child = spawnHere(command);
  await child.status;
  const { pid, stdin, stdout, stderr, status } = child;
  return { pid, stdin, stdout, stderr, status };
};

Deno.test("a process without limits may end before it is looked at", async () => {
  using supervisor = openSupervisor(readCgroups());
  const process = await supervisor.supervise(late, COMMAND, { mark: randomId(), limits: {} });
  equal(await new Response(process.stdout).text(), "x\n");
  await process.stderr.cancel();
  await process.stdin.close().catch(() => {});
  equal((await process.status).code, 0);
  equal((await process.end()).left, 0);
});

Deno.test("a process that was to have limits and cannot be given them is an error", async () => {
  using supervisor = openSupervisor(readCgroups());
  let child: Awaited<ReturnType<Spawn>> | undefined;
  const seen: Spawn = async (command) => child = await late(command);
  await rejects(
    supervisor.supervise(seen, COMMAND, { mark: randomId(), limits: { files: 64 } }),
    (error: Error) => {
      match(error.message, /its limits cannot be set: .*ESRCH/);
      return true;
    },
  );
  await Promise.all([child!.stdout.cancel(), child!.stderr.cancel()]);
  await child!.stdin.close().catch(() => {});
});
