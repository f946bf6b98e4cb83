import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import type { TaskPlan } from "../model/mod.ts";
import { type ChildPool, openChildPool, type TaskChild } from "./child_pool.ts";
import { openLauncher } from "./launcher.ts";
import { countsWholeUser } from "./supervise.ts";
import { makeExecutionRoot, randomId } from "./workspace.ts";

const NO_KERNEL = {
  found: false,
  problem: { code: "host/kernel-layer", severity: "error", message: "not asked for" },
} as const;

/** Waits for its input to end, as a child waits for its job. */
const WAITS = ["/bin/sh", "-c", "cat >/dev/null"];

/** A task in process, as far as a pool looks at it. */
function planOf(change: Partial<TaskPlan> & { readonly text?: string } = {}): TaskPlan {
  const { text = "it", ...rest } = change;
  const source = { file: "flow.yaml", line: 1, column: 1 };
  const script = { kind: "scalar", value: text, source } as const;
  return {
    task: {
      disabled: false,
      effective: {
        kind: "map",
        entries: new Map([["script", { key: source, value: script }]]),
        source,
      },
    },
    program: { kind: "eval" },
    argv: WAITS,
    spawn: "denied",
    limits: {},
    permissions: { env: { allow: [], deny: [] } },
    ...rest,
  } as unknown as TaskPlan;
}

interface Box {
  readonly pool: ChildPool;
  /** Where its workspaces are. */
  readonly path: string;
}

async function withPool(
  most: number,
  work: (box: Box) => Promise<void>,
  { keep = false, steady = true } = {},
): Promise<void> {
  const directory = await Deno.makeTempDir();
  {
    await using root = await makeExecutionRoot(directory, randomId(), keep);
    using launcher = openLauncher(NO_KERNEL);
    await using pool = openChildPool({
      most,
      execution: randomId(),
      root,
      launcher: { under: launcher.under, areSteady: () => steady },
      env: (name) => ({ TZ: "UTC", SEEN: "1" })[name],
    });
    await work({ pool, path: root.path });
  }
  await Deno.remove(directory, { recursive: true });
}

async function pidOf({ child }: TaskChild): Promise<number> {
  return (await child).process.pid;
}

/** Ends a child as a task run does. */
async function finish({ child, workspace }: TaskChild): Promise<void> {
  const { process } = await child;
  await process.stdin.close().catch(() => {}); // it may have ended by itself
  for (const it of [process.stdout, process.stderr]) await it.cancel();
  await process.status;
  await process.end();
  await workspace?.[Symbol.asyncDispose]();
}

function isThere(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}

async function workspaces(path: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir(path)) {
    if (!name.startsWith("slot-")) continue;
    count += (await Array.fromAsync(Deno.readDir(`${path}/${name}`))).length;
  }
  return count;
}

Deno.test("a child that waits is taken once, and only once", async () => {
  await withPool(2, async ({ pool }) => {
    pool.expect([planOf()]);
    const first = await pool.take(planOf());
    const second = await pool.take(planOf());
    deepEqual([first.origin, second.origin], ["pre-started", "fresh"]);
    notEqual(await pidOf(first), await pidOf(second));
    notEqual(first.taskRun, second.taskRun);
    notEqual(first.workspace?.path, second.workspace?.path);
    await finish(first);
    await finish(second);
  });
});

Deno.test.each<{ name: string; change: Parameters<typeof planOf>[0] }>([
  { name: "another command line", change: { argv: [...WAITS, "--allow-net"] } },
  { name: "other limits", change: { limits: { files: 64 } } },
  { name: "another guard", change: { spawn: "allowed" } },
  {
    name: "another environment",
    change: {
      permissions: { env: { allow: ["SEEN"], deny: [] } } as unknown as NonNullable<
        TaskPlan["permissions"]
      >,
    },
  },
  {
    name: "other rules of the kernel",
    change: {
      kernel: {
        read: [],
        execute: [],
        write: [],
        devices: [],
        ports: "all",
      } as unknown as NonNullable<
        TaskPlan["kernel"]
      >,
    },
  },
])("a child goes to no task that has $name", async ({ change }) => {
  await withPool(1, async ({ pool }) => {
    pool.expect([planOf()]);
    const other = await pool.take(planOf(change));
    equal(other.origin, "fresh");
    // The control: it is there, for a task of which all is the same.
    const same = await pool.take(planOf({ text: "another script" }));
    equal(same.origin, "pre-started");
    if (change?.kernel) await rejects(other.child, /no kernel layer/);
    else await finish(other);
    await finish(same);
  });
});

Deno.test("no more children wait than may", async () => {
  await withPool(2, async ({ pool, path }) => {
    pool.expect([planOf(), planOf(), planOf(), planOf()]);
    pool.expect([planOf(), planOf(), planOf(), planOf()]);
    const taken = [];
    for (let i = 0; i < 3; i++) taken.push(await pool.take(planOf()));
    deepEqual(taken.map((it) => it.origin), ["pre-started", "pre-started", "fresh"]);
    for (const it of taken) await finish(it);
    equal(await workspaces(path), 0);
  });
  await withPool(0, async ({ pool }) => {
    pool.expect([planOf()]);
    const taken = await pool.take(planOf());
    equal(taken.origin, "fresh");
    await finish(taken);
  });
});

Deno.test("what waits for a task already is not started for it again", async () => {
  await withPool(9, async ({ pool, path }) => {
    pool.expect([planOf(), planOf()]);
    pool.expect([planOf(), planOf()]);
    const taken = [];
    for (let i = 0; i < 3; i++) taken.push(await pool.take(planOf()));
    deepEqual(taken.map((it) => it.origin), ["pre-started", "pre-started", "fresh"]);
    for (const it of taken) await finish(it);
    equal(await workspaces(path), 0);
  });
});

Deno.test("a child that has ended is given to nobody", async () => {
  const argv = ["/bin/sh", "-c", "exit 0"];
  await withPool(1, async ({ pool, path }) => {
    pool.expect([planOf({ argv })]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const taken = await pool.take(planOf({ argv }));
    equal(taken.origin, "fresh");
    equal(await workspaces(path), 1, "and its workspace is gone");
    await finish(taken);
  });
});

Deno.test("a child that cannot be started ahead leaves it to the task run to say so", async () => {
  const argv = ["/nonexistent/program"];
  await withPool(1, async ({ pool, path }) => {
    pool.expect([planOf({ argv })]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const taken = await pool.take(planOf({ argv }));
    equal(taken.origin, "fresh");
    await rejects(taken.child, /nonexistent/);
    await taken.workspace?.remove();
    equal(await workspaces(path), 0);
  });
});

Deno.test.each([{ keep: false }, { keep: true }])(
  "a pool that closes ends what waits, with keep $keep",
  async ({ keep }) => {
    const box: { path?: string; pids: number[] } = { pids: [] };
    await withPool(3, async ({ pool, path }) => {
      box.path = path;
      const plan = planOf({
        argv: ["/bin/sh", "-c", "sleep 60 & cat >/dev/null"],
        spawn: "allowed",
      });
      pool.expect([plan, plan]);
      await new Promise((resolve) => setTimeout(resolve, 200));
      for await (const { name } of Deno.readDir("/proc")) {
        const text = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
        if (/^\d+$/.test(name) && text.includes(`TMPDIR=${path}/`)) box.pids.push(Number(name));
      }
      equal(box.pids.length >= 4, true, `they are there: ${box.pids}`);
    }, { keep });
    deepEqual(box.pids.filter(isThere), []);
  },
);

Deno.test("no child waits whose limits would count what others have started", async () => {
  for (const steady of [false, true]) {
    await withPool(1, async ({ pool, path }) => {
      pool.expect([planOf()]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      equal(await workspaces(path), steady ? 1 : 0);
      const taken = await pool.take(planOf());
      equal(taken.origin, steady ? "pre-started" : "fresh");
      await finish(taken);
    }, { steady });
  }
});

Deno.test("only a limit of processes may count others, and none of a superuser's", () => {
  using launcher = openLauncher(NO_KERNEL);
  equal(launcher.areSteady({ memoryBytes: 2 ** 28, files: 64 }), true);
  equal(countsWholeUser({ pids: { directory: "/sys/fs/cgroup", version: 2 } }), false);
  equal(countsWholeUser({}), Deno.uid() !== 0);
});

Deno.test("what has no child of its own is not waited for", async () => {
  await withPool(3, async ({ pool, path }) => {
    const work = { command: [], env: {}, inputFiles: {}, outputFiles: [], outputDirectory: false };
    const script: TaskPlan["program"] = { kind: "process", work, env: [] };
    const disabled = planOf();
    pool.expect([
      planOf({ program: script }),
      { ...disabled, task: { ...disabled.task, disabled: true } },
    ]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    equal(await workspaces(path), 0);
    pool.expect([planOf()]);
    const taken = await pool.take(planOf());
    equal(taken.origin, "pre-started");
    await finish(taken);
  });
});
