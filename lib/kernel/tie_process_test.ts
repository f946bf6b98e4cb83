import { deepEqual, equal } from "node:assert/strict";
import { openLibc } from "./libc.ts";
import { spawnHere } from "./process.ts";
import { tieProcess } from "./tie_process.ts";

const SLEEP = { argv: ["/bin/sleep", "30"], env: {}, cwd: "/" } as const;

/** A harness that dies of SIGKILL with a child, and what becomes of that. */
async function dieWithChild(session: "own" | "shared", tied: boolean): Promise<string> {
  const at = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-config",
      `import { openLibc } from ${at("./libc.ts")};
      import { spawnHere } from ${at("./process.ts")};
      import { tieProcess } from ${at("./tie_process.ts")};
      const command = ${JSON.stringify({ ...SLEEP, session })};
      const child = spawnHere(command);
      await child.stdin.close();
      if (${tied}) tieProcess(openLibc(), Deno.build.arch, child.pid, ${session === "own"});
      console.log(child.pid);
      Deno.kill(Deno.pid, "SIGKILL");`,
    ],
    stderr: "null",
  }).output();
  const pid = Number(new TextDecoder().decode(stdout));
  for (let i = 0; i < 50 && await isAlive(pid); i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (!await isAlive(pid)) return "gone";
  Deno.kill(pid, "SIGKILL");
  return "alive";
}

async function isAlive(pid: number): Promise<boolean> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  return stat !== "" && !/\) [ZX] /.test(stat);
}

Deno.test.each([{ session: "own" }, { session: "shared" }] as const)(
  "tieProcess() ends a process of its $session session with the one that tied it",
  async ({ session }) => {
    equal(await dieWithChild(session, false), "alive");
    for (let i = 0; i < 5; i++) equal(await dieWithChild(session, true), "gone");
  },
);

Deno.test("tieProcess() lets go of a process without a signal, and leaves nothing open", async () => {
  using libc = openLibc();
  const open = async () => (await Array.fromAsync(Deno.readDir("/proc/self/fd"))).length;
  const child = spawnHere({ argv: ["/bin/sleep", "0.2"], env: {}, cwd: "/", session: "own" });
  const before = await open();
  {
    using _tie = tieProcess(libc, Deno.build.arch, child.pid, true);
    equal(await open(), before + 4);
  }
  equal(await open(), before);
  const [{ signal, code }] = await Promise.all([
    child.status,
    child.stdin.close(),
    child.stdout.cancel(),
    child.stderr.cancel(),
  ]);
  deepEqual({ signal, code }, { signal: null, code: 0 });
});
