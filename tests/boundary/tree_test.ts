import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readCgroups } from "../../lib/kernel/mod.ts";
import { SPAWNING_EVAL } from "./attack.ts";
import { makeBox } from "./box.ts";
import { testWith } from "../must.ts";
import { goneWithin, killAll, ownNap, processesWith, watchHarness } from "./watch_harness.ts";

/** Whatever a task of an authorized class does to have something outlive it. */
const rows: readonly { readonly name: string; readonly script: string }[] = [
  { name: "in the background", script: "sleep NAP & :" },
  { name: "in a session of its own", script: "setsid sleep NAP & :" },
  { name: "forked twice", script: "( ( setsid sleep NAP & ) & )" },
  { name: "in another session, without its environment", script: "env -i setsid sleep NAP & :" },
  {
    name: "a parent that has children in sessions of their own",
    script: "env -i setsid sh -c 'setsid sleep NAP & setsid sleep NAP & sleep NAP; :' & :",
  },
  {
    name: "deaf to signals",
    script: `setsid sh -c 'trap "" TERM HUP INT QUIT; sleep NAP; :' & :`,
  },
];

/** Starts it, lets it get away, and says so. */
function codeOf(script: string, nap: string, stdout: "null" | "inherit" = "null"): string {
  const text = JSON.stringify(script.replaceAll("NAP", nap));
  return `new Deno.Command("/bin/sh", {
    args: ["-c", ${text}], stdin: "null", stdout: "${stdout}", stderr: "${stdout}",
  }).spawn();
  await new Promise((resolve) => setTimeout(resolve, 300));
  console.log("started");
  await new Promise((resolve) => setTimeout(resolve, 700));`; // to be seen alive
}

/** Runs it where nothing confines it. @returns What outlives it. */
async function unconfined(code: string, nap: string): Promise<readonly number[]> {
  await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return processesWith(nap);
}

const policyOf = (limits = "") =>
  `kestra: { ee: { java-security: { enabled: true, authorized-class-prefix: [${
    SPAWNING_EVAL.replace(/\.Eval$/, "")
  }] } } }\nbulkhead: { limits: { timeout: PT30S${limits} } }\n`;

const flowOf = (tasks: readonly { id: string; script: string; timeout?: string }[]) =>
  JSON.stringify({
    id: "tree",
    namespace: "boundary",
    tasks: tasks.map((it) => ({ type: SPAWNING_EVAL, allowFailure: true, ...it })),
  });

async function makeRun(tasks: Parameters<typeof flowOf>[0], limits?: string) {
  const box = await makeBox();
  const flow = await box.write("flow.yaml", flowOf(tasks));
  const policy = await box.write("policy.yaml", policyOf(limits));
  const workspaces = `${box.root}/ws`;
  return {
    args: [flow, "-p", policy, "--workspace", workspaces],
    box,
    workspaces,
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

for (const how of ["ends", "is timed out"] as const) {
  Deno.test(`boundary: nothing outlives a task that ${how}, when that is told`, async () => {
    const naps = rows.map(ownNap);
    const stay = how === "ends" ? "" : "\nfor (;;);";
    await using run = await makeRun(
      rows.map(({ script }, i) => ({
        id: `row_${i}`,
        script: codeOf(script, naps[i]!) + stay,
        ...(how === "ends" ? {} : { timeout: "PT3S" }),
      })),
    );
    const alive = new Map<string, number>();
    const left = new Map<string, number>();
    const harness = watchHarness(run.args, (event) => {
      if (!("task" in event)) return;
      const count = processesWith(naps[Number(event.task.slice(4))]!).length;
      if (event.type === "task.log" && event.message === "started") alive.set(event.task, count);
      if (event.type === "task.finished") left.set(event.task, count);
    });
    const { code, stderr } = await harness.ended;
    equal(code, 0, stderr);
    for (const [i, { name, script }] of rows.entries()) {
      const free = await unconfined(codeOf(script, naps[i]!), naps[i]!);
      killAll(free);
      ok(free.length > 0, `${name}: the attack is broken`);
      ok(alive.get(`row_${i}`)! > 0, `${name}: the control is broken`);
      equal(left.get(`row_${i}`), 0, name);
    }
  });
}

Deno.test("boundary: what holds a task's pipes does not hold the harness", async () => {
  const nap = ownNap();
  await using run = await makeRun([{
    id: "it",
    script: codeOf("setsid sleep NAP & yes", nap, "inherit").replace("300)", "1000)"),
  }], ", output: 1GB");
  const harness = watchHarness(run.args);
  const end = await harness.event((it) => it.type === "task.finished");
  deepEqual(processesWith(nap), []);
  equal(end.type === "task.finished" && end.state, "SUCCESS");
  equal((await harness.ended).code, 0);
});

Deno.test("boundary: a fork bomb is bounded, and gone when that is told", async () => {
  const nap = ownNap();
  // Each of them starts two, in sessions of their own, which do the same.
  const bomb = `b() { setsid sh -c "$1" bomb "$1" & }; b "$1"; b "$1"; sleep ${nap}`;
  const script = `new Deno.Command("/bin/sh", { args: ["-c", ${JSON.stringify(bomb)}, "bomb", ${
    JSON.stringify(bomb)
  }], stdin: "null", stdout: "null", stderr: "null" }).spawn();
  await new Promise((resolve) => setTimeout(resolve, 2000));`;
  await using run = await makeRun([{ id: "it", script }], ", processes: 40");
  const counts: number[] = [];
  let left: number | undefined;
  const harness = watchHarness(run.args, (event) => {
    if (event.type === "task.finished") left = processesWith(nap).length;
  });
  // At its limit a bomb of shells falls in on itself, so it is looked at all the while.
  const count = setInterval(() => counts.push(processesWith(nap).length), 10);
  await harness.event((it) => it.type === "task.finished");
  clearInterval(count);
  // What the user's limit keeps from starting, only who tries hears of.
  if (readCgroups().pids !== undefined) {
    const limited = await harness.event((it) => it.type === "task.limited");
    deepEqual(
      limited.type === "task.limited" && [limited.limit, limited.value, limited.because.rule],
      ["processes", 40, "bulkhead.limits.processes"],
    );
  }
  await harness.ended;
  const most = Math.max(...counts);
  ok(most > 3, `the bomb is broken: ${counts.length} looks`);
  ok(most <= 40, `${most} processes under a limit of 40`);
  equal(left, 0);
});

Deno.test("boundary: a harness that is killed takes its children along", async () => {
  const [nap, away] = [ownNap(), ownNap()];
  const script = `${codeOf(`sleep ${nap} & setsid sleep ${away} & :`, nap)}\nfor (;;);`;
  await using run = await makeRun([{ id: "it", script }]);
  const isUp = (it: { type: string }) => it.type === "task.log";

  // Without a harness: the parent is killed, and what it started runs on.
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["eval", `${codeOf("sleep NAP & :", nap)} for (;;);`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await parent.stdout.getReader().read();
  parent.kill("SIGKILL");
  await parent.status;
  const free = await goneWithin(500, nap);
  killAll(free);
  ok(free.length > 0, "the attack is broken");

  // Another one lives in the same place all the while.
  const other = ownNap();
  await using living = await makeRun([{
    id: "it",
    script: `${codeOf("setsid sleep NAP & :", other)}
      await new Promise((resolve) => setTimeout(resolve, 60_000));`,
  }]);
  const alive = watchHarness([...living.args.slice(0, 3), "--workspace", run.workspaces]);
  await alive.event(isUp);
  const harness = watchHarness(run.args);
  await harness.event(isUp);
  const orphans = processesWith(away);
  const children = childrenOf(harness.pid).filter((it) => !orphans.includes(it));
  ok(children.length > 0 && processesWith(nap).length > 0, "the control is broken");
  harness.kill("SIGKILL");
  await harness.ended;
  deepEqual(await goneWithin(2000, nap), []);
  // What was busy takes a moment to die.
  for (let i = 0; i < 100 && children.some(isAlive); i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  deepEqual(children.filter(isAlive), []);

  // What left the group is for the next start, and so is the workspace; who lives keeps both.
  const next = watchHarness(run.args);
  await next.event(isUp);
  equal(processesWith(away).length, 1, "the next one's own, and not the one before");
  equal(processesWith(other).length, 1, "a living harness's process was ended");
  next.kill("SIGTERM");
  const { stderr } = await next.ended;
  match(stderr, /^cleared what a killed harness had left: executions 1, processes 1,/m);
  deepEqual(processesWith(away), []);
  alive.kill("SIGTERM");
  const { code, stderr: quiet } = await alive.ended;
  equal(code, 143, quiet);
  equal(quiet.includes("cleared"), false, quiet);
  deepEqual(processesWith(other), []);
  const root = `${run.workspaces}/bulkhead-${Deno.uid()}`;
  deepEqual((await Array.fromAsync(Deno.readDir(root))).map((it) => it.name), []);
});

testWith("engine", "boundary: the next start removes a killed harness's container", async () => {
  await using box = await makeBox();
  const task = {
    id: "it",
    type: "io.kestra.plugin.scripts.shell.Script",
    containerImage: "bulkhead/busybox:test",
    script: "echo up; sleep 300",
  };
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({ id: "it", namespace: "boundary", tasks: [task] }),
  );
  const policy = await box.write("policy.yaml", policyOf());
  const args = [flow, "-p", policy, "--workspace", `${box.root}/ws`];
  const harness = watchHarness(args);
  const started = await harness.event((it) => it.type === "task.log" && it.message === "up");
  harness.kill("SIGKILL");
  await harness.ended;
  const label = `label=bulkhead.execution=${started.execution}`;
  const containers = () => docker("ps", "--quiet", "--filter", label);
  ok(containers() !== "", "the control is broken");

  const quick = await box.write(
    "quick.yaml",
    JSON.stringify({
      id: "it",
      namespace: "boundary",
      tasks: [{ id: "it", type: "io.kestra.plugin.core.log.Log", message: "here" }],
    }),
  );
  const { code, stderr } = await watchHarness([quick, ...args.slice(1)]).ended;
  equal(code, 0, stderr);
  match(stderr, /^cleared .*containers 1$/m);
  equal(containers(), "");
});

function docker(...args: string[]): string {
  const { stdout } = new Deno.Command("docker", { args, stdin: "null" }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

/** The children of all threads. */
function childrenOf(pid: number): readonly number[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim().split(" ")
  ).filter((it) => it !== "").map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

Deno.test("boundary: known hole: without a mark, a session and a harness, a process is lost", async () => {
  const nap = ownNap();
  const quick = await makeRun([{ id: "it", script: "1" }]);
  await using _quick = quick;
  await using run = await makeRun([{
    id: "it",
    script: `${codeOf("env -i setsid sleep NAP & :", nap)}\nfor (;;);`,
  }]);
  const harness = watchHarness(run.args);
  await harness.event((it) => it.type === "task.log");
  harness.kill("SIGKILL");
  await harness.ended;
  const next = watchHarness([...quick.args.slice(0, 3), "--workspace", run.workspaces]);
  match((await next.ended).stderr, /^cleared/m);
  const reached = processesWith(nap);
  killAll(reached);
  equal(reached.length, 1, "closed: say so in the README");
});
