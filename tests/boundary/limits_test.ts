import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readCgroups } from "../../lib/kernel/mod.ts";
import type { Event, LimitName } from "../../lib/model/mod.ts";
import { testWith } from "../must.ts";
import { type Attempt, confined, idsOf, SCRATCH, SPAWNING_EVAL, unconfined } from "./attack.ts";
import { lazily, makeBox, placeOf } from "./box.ts";
import { finished, runHarness, type Said } from "./harness.ts";
import { watchHarness } from "./watch_harness.ts";

/** One way to use up more than a task may. */
interface Row {
  readonly name: string;
  readonly limit: LimitName;
  /** Uses `much`, or fails; gives back how much it had. */
  readonly code: string;
  /** More than the limit, and less. */
  readonly much: number;
  readonly little: number;
  /** What the task hears, where it is not always ended for it. */
  readonly hears?: RegExp;
}

const POLICY = `kestra: { ee: { java-security: { enabled: true, authorized-class-prefix: [${
  SPAWNING_EVAL.replace(/\.Eval$/, "")
}] } } }
bulkhead:
  limits:
    timeout: PT30S
    memory: 128MB
    processes: 100
    files: 400
    output: 1MB
    workspace: 4MB
`;

const shell = (script: string) =>
  `const { code, signal, stderr } = new Deno.Command("/bin/sh", {
    args: ["-c", ${JSON.stringify(script)}, "sh", scratch, String(much)],
    stdin: "null", stderr: "piped",
  }).outputSync();
  if (code !== 0) throw new Error(signal + " " + new TextDecoder().decode(stderr));
  return much;`;

/** A superuser without control groups has no limit of processes; the plan says so. */
const countsProcesses = Deno.uid() !== 0 || readCgroups().pids !== undefined;

const rows: readonly Row[] = [
  {
    name: "objects",
    limit: "memory",
    code: `const a = []; while (a.length < much) a.push({ x: [a.length] }); return a.length;`,
    much: 4e6,
    little: 1e5,
  },
  {
    name: "buffers",
    limit: "memory",
    code: `const a = []; while (a.length < much) a.push(new Uint8Array(1e6).fill(1));
      return a.length;`,
    much: 400,
    little: 20,
    hears: /Array buffer allocation failed/,
  },
  {
    name: "WebAssembly",
    limit: "memory",
    code: `const memory = new WebAssembly.Memory({ initial: 1 });
      for (let i = 0; i < much; i++) { memory.grow(16); new Uint8Array(memory.buffer).fill(1); }
      return much;`,
    much: 400,
    little: 20,
    hears: /WebAssembly\.Memory/,
  },
  {
    name: "open files",
    limit: "files",
    code: `const open = [];
      for (let i = 0; i < much; i++) open.push(Deno.openSync(scratch, { read: true }));
      for (const it of open) it.close();
      return open.length;`,
    much: 500,
    little: 10,
    hears: /Too many open files/,
  },
  {
    name: "output",
    limit: "output",
    code: `for (let i = 0; i < much; i++) console.log("x".repeat(99)); return much;`,
    much: 20_000,
    little: 10,
  },
  {
    name: "output of what it starts, on standard error",
    limit: "output",
    code: `await new Deno.Command("/bin/sh", {
        args: ["-c", "yes | head -c $1 >&2", "sh", String(much)], stdin: "null", stderr: "inherit",
      }).output();
      return much;`,
    much: 2_000_000,
    little: 1000,
  },
  {
    name: "one large file",
    limit: "workspace",
    code: `Deno.writeFileSync(scratch + "/file", new Uint8Array(much)); return much;`,
    much: 6e6,
    little: 1e6,
  },
  {
    name: "a file with a hole",
    limit: "workspace",
    code: `Deno.writeFileSync(scratch + "/file", new Uint8Array(1));
      Deno.truncateSync(scratch + "/file", much); return much;`,
    much: 6e6,
    little: 1e6,
  },
  {
    name: "one large file of what it starts",
    limit: "workspace",
    code: shell("head -c $2 /dev/zero > $1/file"),
    much: 6e6,
    little: 1e6,
    hears: /SIGXFSZ|[Ff]ile size limit exceeded|[Ff]ile too large/,
  },
  {
    name: "many small files",
    limit: "workspace",
    code: `for (let i = 0; i < much; i++) {
        Deno.writeFileSync(scratch + "/file-" + i, new Uint8Array(10_000));
      }
      return much;`,
    much: 600,
    little: 10,
  },
  {
    name: "many small files in time",
    limit: "workspace",
    code: `for (let i = 0; i < much; i++) {
        Deno.writeFileSync(scratch + "/file-" + i, new Uint8Array(100_000));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return much;`,
    much: 80,
    little: 5,
  },
  {
    name: "processes",
    limit: "processes",
    code: `const started = [];
      try {
        for (let i = 0; i < much; i++) {
          started.push(new Deno.Command("/bin/sleep", {
            args: ["60"], stdin: "null", stdout: "null", stderr: "null",
          }).spawn());
        }
      } finally {
        for (const it of started) it.kill("SIGKILL");
        await Promise.all(started.map((it) => it.status));
      }
      return started.length;`,
    // Without a group others of the user are counted as well, and some end meanwhile: much more.
    much: 320,
    little: 3,
    hears: /Resource temporarily unavailable/,
  },
];

const legs = lazily(async () => {
  await using box = await makeBox();
  const policy = await box.write("policy.yaml", POLICY);
  const attempts = (which: "much" | "little", id: "attack" | "control") =>
    rows.map((it, i): Attempt => ({
      id: idsOf(i)[id],
      type: SPAWNING_EVAL,
      code: `const much = ${it[which]};\n${it.code}`,
      given: { scratch: SCRATCH },
    }));
  const scratch = `${box.root}/scratch`;
  await Deno.mkdir(scratch);
  const free = await unconfined(attempts("much", "attack"), scratch);
  const said = await confined(
    [...attempts("little", "control"), ...attempts("much", "attack")],
    `${box.root}/flow.yaml`,
    ["-p", policy, "--workspace", `${box.root}/ws`],
  );
  return { free, said, policy };
});

for (const [i, { name, limit, much, little, hears }] of rows.entries()) {
  const ignore = limit === "processes" && !countsProcesses;
  const why = ignore ? " [ignored: a superuser's processes are not counted here]" : "";
  Deno.test({
    name: `boundary: a task has no more ${limit} than its limit: ${name}${why}`,
    ignore,
    async fn() {
      const { free, said, policy } = await legs();
      const { attack, control } = idsOf(i);
      equal(free.get(attack)!.result, String(much), `unconfined: ${free.get(attack)!.error}`);
      equal(finished(said, control).outputs.result, little, finished(said, control).error);
      const end = finished(said, attack);
      equal(end.state, "WARNING", JSON.stringify(end));
      const limited = limitsOf(said, attack);
      deepEqual(limited.map((it) => it.limit), [limit], JSON.stringify(end));
      deepEqual(limited[0]!.because.source, {
        file: policy,
        line: placeOf(POLICY, ` ${limit}: `).line,
        column: 5 + `${limit}: `.length,
      });
      deepEqual(limitsOf(said, control), []);
      const { value } = limited[0]!;
      if (hears !== undefined && end.ending?.kind === "exited") return match(end.error!, hears);
      deepEqual(end.ending, { kind: "limited", limit, value });
      match(end.error!, new RegExp(`over the limit of ${limit}, ${value}`));
    },
  });
}

function limitsOf({ events }: Said, task: string) {
  return events.filter((it): it is Extract<Event, { type: "task.limited" }> =>
    it.type === "task.limited" && it.task === task
  );
}

Deno.test.each([
  {
    name: "one line without end",
    script: `const piece = new Uint8Array(2 ** 20).fill(120);
      for (let i = 0; i < 300; i++) Deno.stdout.writeSync(piece);
      console.log(); return 1;`,
    error: undefined,
  },
  {
    name: "300 MB of lines",
    script: `const piece = new TextEncoder().encode(("x".repeat(9_999) + "\\n").repeat(100));
      for (let i = 0; i < 300; i++) Deno.stdout.writeSync(piece); return 1;`,
    error: undefined,
  },
  {
    name: "outputs of a million keys",
    script: `return Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => ["key" + i, i]));`,
    error: /^Cannot take a record of \d+ bytes: .* 8 MiB at most$/,
  },
  {
    name: "an output of 100 MB",
    script: `return "x".repeat(100e6);`,
    error: /^Cannot take a record of 100\d+ bytes: .* 8 MiB at most$/,
  },
  {
    name: "a log message of 100 MB",
    script: `runContext.logger.info("x".repeat(100e6)); return 1;`,
    error: /^Cannot take a record of 100\d+ bytes: .* 8 MiB at most$/,
  },
])("boundary: the harness does not grow with $name", async ({ script, error }) => {
  await using box = await makeBox();
  const task = (id: string, body: string) => ({
    id,
    type: SPAWNING_EVAL,
    allowFailure: true,
    script: `await (async () => { ${body} })()`,
  });
  const nap = "await new Promise((resolve) => setTimeout(resolve, 500)); return 1;";
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({
      id: "it",
      namespace: "boundary",
      tasks: [task("small", nap), task("large", script), task("after", nap)],
    }),
  );
  const policy = await box.write("policy.yaml", "bulkhead: { limits: { timeout: PT60S } }\n");
  const peaks: number[] = [];
  let pid = 0;
  const harness = watchHarness(
    [flow, "-p", policy, "--workspace", `${box.root}/ws`],
    (event) => {
      // After the last one the harness may be gone before it is looked at.
      if (event.type !== "task.finished" || event.task === "after") return;
      peaks.push(peakMegabytes(pid));
    },
  );
  pid = harness.pid;
  const { code, stderr } = await harness.ended;
  equal(code, 0, stderr);
  const end = await harness.event((it) => it.type === "task.finished" && it.task === "large");
  if (error === undefined) equal(end.type === "task.finished" && end.state, "SUCCESS");
  else match(end.type === "task.finished" ? end.error! : "", error);
  const [small, large] = peaks;
  ok(large! - small! < 150, `the harness grew from ${small} to ${large} MB`);
});

/** The most memory that a process has had so far; not a number when it has ended. */
function peakMegabytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

testWith("engine", "boundary: a container has the limits of the policy", async () => {
  await using box = await makeBox();
  const policy = await box.write("policy.yaml", POLICY);
  const task = (id: string, script: string) => ({
    id,
    type: "io.kestra.plugin.scripts.shell.Script",
    containerImage: "bulkhead/busybox:test",
    allowFailure: true,
    script,
  });
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({
      id: "it",
      namespace: "boundary",
      tasks: [
        task("told", "ulimit -n; ulimit -c; ulimit -f"),
        task("output", "yes | head -c 2000000"),
        task("little_output", "yes | head -c 1000 > /dev/null; yes | head -c 1000"),
        task("file", "head -c 6000000 /dev/zero > $WORKING_DIR/file"),
        task("little_file", "head -c 1000000 /dev/zero > $WORKING_DIR/file"),
        task(
          "files",
          "for i in $(seq 600); do head -c 10000 /dev/zero > $WORKING_DIR/$i; done; sleep 5",
        ),
      ],
    }),
  );
  const said = await runHarness(
    ["run", flow, "--json", "-p", policy, "--workspace", `${box.root}/ws`],
  );
  equal(said.code, 0, said.stderr);
  const log = said.events.flatMap((it) =>
    it.type === "task.log" && it.task === "told" ? it.message : []
  );
  deepEqual(log, ["400", "0", "8192"]); // blocks of 512 bytes
  for (
    const [id, limit, value] of [["output", "output", 2 ** 20], [
      "files",
      "workspace",
      2 ** 22,
    ]] as const
  ) {
    deepEqual(finished(said, id).ending, { kind: "limited", limit, value });
    deepEqual(limitsOf(said, id).map((it) => it.limit), [limit]);
  }
  equal(finished(said, "file").state, "WARNING");
  for (const id of ["little_output", "little_file"]) equal(finished(said, id).state, "SUCCESS");
});
