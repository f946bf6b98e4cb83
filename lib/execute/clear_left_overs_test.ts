import { deepEqual, equal } from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { clearLeftOvers } from "./clear_left_overs.ts";
import { MARK } from "./proc.ts";
import { makeExecutionRoot, randomId } from "./workspace.ts";

async function namesIn(path: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(path))).map((it) => it.name).toSorted();
}

/** What a harness leaves that is killed: its lock is there, and nobody holds it. */
async function makeDead(root: string, lock = ""): Promise<string> {
  const id = randomId();
  await Deno.mkdir(`${root}/${id}/private`, { recursive: true });
  await Deno.mkdir(`${root}/${id}/slot-0/work`, { recursive: true });
  await Deno.writeTextFile(`${root}/${id}/private/lock`, lock);
  return id;
}

Deno.test("clearLeftOvers() clears what is dead, and nothing else", async () => {
  const root = await Deno.makeTempDir();
  try {
    const living = randomId();
    {
      await using _execution = await makeExecutionRoot(root, living, false);
      await makeDead(root);
      const kept = await makeDead(root, "keep");
      const unlocked = randomId(); // one that is being made, or was kept
      await Deno.mkdir(`${root}/${unlocked}/slot-0`, { recursive: true });
      await Deno.mkdir(`${root}/mine/private`, { recursive: true });
      await Deno.writeTextFile(`${root}/mine/private/lock`, "");
      const { executions, processes, containers, failures } = await clearLeftOvers(root);
      deepEqual({ executions, processes, containers, failures }, {
        executions: 2,
        processes: 0,
        containers: 0,
        failures: [],
      });
      deepEqual(await namesIn(root), [living, kept, unlocked, "mine"].toSorted());
      deepEqual(await namesIn(`${root}/${kept}`), ["slot-0"]);
      equal((await clearLeftOvers(root)).executions, 0);
    }
    equal((await namesIn(root)).includes(living), false);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("clearLeftOvers() ends the processes of the dead, and of nobody else", async () => {
  const root = await Deno.makeTempDir();
  const start = (mark: string) =>
    new Deno.Command("/bin/sleep", { args: ["300"], env: { [MARK]: mark } }).spawn();
  try {
    const dead = await makeDead(root);
    const other = start(`${randomId()}.run`);
    const theirs = start(`${dead}.run`);
    equal((await clearLeftOvers(root)).processes, 1);
    equal((await theirs.status).signal, "SIGKILL");
    other.kill("SIGTERM");
    equal((await other.status).signal, "SIGTERM");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("clearLeftOvers() tries again what it could not clear", async () => {
  const root = await Deno.makeTempDir();
  try {
    const dead = await makeDead(root);
    const engine = { client: "/nonexistent/docker", host: "unix:///nonexistent" };
    await Deno.writeTextFile(`${root}/${dead}/private/a.engine`, JSON.stringify(engine));
    const { executions, failures } = await clearLeftOvers(root);
    equal(executions, 0);
    equal(failures.length, 1);
    deepEqual(await namesIn(root), [dead]);
    await Deno.remove(`${root}/${dead}/private/a.engine`);
    // A process that another test starts meanwhile has the lock too, until it executes its program.
    let cleared = 0;
    for (let i = 0; i < 100 && cleared === 0; i++) {
      cleared = (await clearLeftOvers(root)).executions;
      if (cleared === 0) await delay(50);
    }
    equal(cleared, 1);
    deepEqual(await namesIn(root), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
