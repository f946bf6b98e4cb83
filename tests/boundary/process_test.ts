import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readCgroups, readKernel } from "../../lib/kernel/mod.ts";
import { need } from "../must.ts";
import { lazily, makeBox } from "./box.ts";
import { finished, logged, runHarness, type Said } from "./harness.ts";
import { changesOf, LEGS, runLegs } from "./run_legs.ts";
import { killAll, ownNap, processesWith, watchHarness } from "./watch_harness.ts";
import { GRANTED, type Leg, makeWorld, SECRET, type World } from "./world.ts";

/** One thing that a script on the host tries, as a shell's text. */
interface Row {
  readonly name: string;
  readonly script: string;
  /** The twin that must succeed, where the attack itself is closed to everybody. */
  readonly control?: string;
  /** It has succeeded when what it was after is another than before. */
  readonly changes?: true;
  /** It takes a superuser. */
  readonly superuser?: true;
  /** The first ABI of Landlock that refuses it. */
  readonly abi?: number;
}

const SCRIPT = "io.kestra.plugin.scripts.shell.Script";
const RUNNER = { type: "io.kestra.plugin.core.runner.Process" };
const CAT = `cat "$TARGET"`;
const perl = (code: string) => `perl -MIO::Socket -e '$| = 1; ${code}'`;
const asking = (socket: string) =>
  perl(`my $s = ${socket} or die "no: $!"; print $s "x\\n"; print <$s>`);
const PTRACE = Deno.build.arch === "x86_64" ? 101 : 117;

const rows: readonly Row[] = [
  { name: "reading a forbidden file", script: CAT },
  { name: "a shell's own reading", script: `read -r it < "$TARGET" || :; echo "$it"` },
  { name: "reading by perl", script: `perl -pe 1 "$TARGET"` },
  { name: "listing its directory", script: `ls "$DIR"` },
  { name: "a link that was there", script: `cat "$ROOT/links/dir-$NAME/secret.txt"` },
  { name: "a link of its own", script: `ln -s "$DIR" here; cat here/secret.txt` },
  {
    name: "a hard link of its own",
    script: `ln "$TARGET" here; cat here`,
    control: `cp "$TARGET" own; ln own here; cat here`,
  },
  { name: "/proc/self/root", script: `cat "/proc/self/root$TARGET"`, control: CAT },
  {
    name: "/proc/$$/cwd",
    script: `cat "/proc/$$/cwd/../../../../../../../../../..$TARGET"`,
    control: CAT,
  },
  {
    name: "moving the directory above",
    script: `mv "$ROOT" "$ROOT-moved" && cat "$ROOT-moved/$NAME/secret.txt"
      if test -d "$ROOT-moved"; then mv "$ROOT-moved" "$ROOT"; fi`,
    control: `mkdir a; cp "$TARGET" a/own; mv a b; cat b/own`,
  },
  { name: "writing to a file", script: `echo more >> "$TARGET"`, changes: true },
  { name: "cutting a file", script: `: > "$TARGET"`, changes: true },
  { name: "removing a file", script: `rm -f "$TARGET"`, changes: true },
  { name: "making a directory", script: `mkdir "$DIR/made"`, changes: true },
  { name: "the harness's environment, inherited", script: "env" },
  { name: "another's environment", script: `cat "/proc/$VICTIM/environ"`, control: CAT },
  {
    name: "the engine's socket",
    script: asking(`IO::Socket::UNIX->new($ENV{SOCKET})`),
    control: CAT,
  },
  {
    name: "an abstract socket",
    script: asking(`IO::Socket::UNIX->new(Peer => "\\0$ENV{ABSTRACT}")`),
    control: CAT,
  },
  {
    name: "a port that is not allowed",
    script: asking(`IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ENV{PORT})`),
  },
  { name: "another execution's workspace", script: `cat "$OTHER/secret.txt"` },
  { name: "the policy", script: `cat "$POLICY"` },
  {
    name: "a signal to another process",
    script: `kill -CONT "$VICTIM" && echo "$WORD"`,
    control: `kill -CONT $$ && echo "$WORD"`,
    abi: 6,
  },
  {
    name: "a signal to the harness",
    script: `kill -0 "$PPID" && echo "$WORD"`,
    control: `kill -0 $$ && echo "$WORD"`,
    abi: 6,
  },
  {
    name: "ptrace of another process",
    script: `perl -e 'syscall(${PTRACE}, 16, $ENV{VICTIM} + 0, 0, 0) == 0 or die "no: $!";
      waitpid($ENV{VICTIM}, 0); syscall(${PTRACE}, 17, $ENV{VICTIM} + 0, 0, 0); print $ENV{WORD}'`,
    control: `perl -e 'print $ENV{WORD}'`,
    superuser: true,
  },
  {
    name: "a namespace of its own",
    script: `unshare -Ur cat "$TARGET"`,
    control: CAT,
    superuser: true,
  },
];

const landlock = need("landlock");
const kernel = readKernel();
const abi = typeof kernel === "string" ? 0 : kernel.landlock;

function test(name: string, fn: () => Promise<void>, why = ""): void {
  const reason = landlock.reason || why;
  const ignore = landlock.ignore || why !== "";
  Deno.test({
    name: `boundary: on the host: ${name}${ignore ? ` [ignored: ${reason}]` : ""}`,
    ignore,
    fn,
  });
}

/** Why a row cannot be tried here. */
function reasonOf({ superuser, abi: since = 0 }: Row): string {
  if (superuser && Deno.uid() !== 0) return "it takes a superuser";
  return abi < since ? `Landlock ABI ${abi}` : "";
}

/** What a script finds as variables; only what it names, or `env` would say it. */
function variablesOf(world: World, row: number, leg: Leg, script: string) {
  const all = Object.entries(world.given(row, leg)).map(([name, value]) =>
    [name.toUpperCase(), value] as const
  );
  return Object.fromEntries(
    all.filter(([name]) => new RegExp(`\\$(ENV\\{)?${name}\\b`).test(script)),
  );
}

function legOf(world: World, i: number, leg: Leg) {
  const { script, control = script } = rows[i]!;
  const text = leg === "attack" ? script : control;
  return { script: text, env: variablesOf(world, i, leg, text) };
}

async function runUnconfined(world: World, i: number): Promise<string> {
  const { script, env } = legOf(world, i, "attack");
  const cwd = `${world.box.root}/free-${i}`;
  await Deno.mkdir(cwd);
  const { stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", script],
    env: { ...world.env, ...env },
    cwd,
    stdin: "null",
  }).output();
  return `${new TextDecoder().decode(stdout)}${new TextDecoder().decode(stderr)}`;
}

const tried = rows.map((it) => reasonOf(it) === "");

/** All rows without the harness, in a world of their own. */
const free = lazily(async () => {
  await using world = await makeWorld(rows.map((it) => ({ row: "", code: "", ...it })));
  const before = await changesOf(world, rows, "attack");
  const texts: string[] = [];
  for (const i of rows.keys()) texts.push(tried[i] ? await runUnconfined(world, i) : "");
  const after = await changesOf(world, rows, "attack");
  return rows.map((it, i) => ({
    reached: it.changes ? before[i] !== after[i] : texts[i]!.includes(SECRET),
    text: texts[i]!,
  }));
});

/** All rows and their twins, each a task whose runner is Process. */
const confined = lazily(async () => {
  await using world = await makeWorld(rows.map((it) => ({ row: "", code: "", ...it })));
  const text = await Deno.readTextFile(world.policy);
  await Deno.writeTextFile(
    world.policy,
    text.replace("com.example.open", "io.kestra.plugin.scripts.shell"),
  );
  const tasks = LEGS.flatMap((leg) =>
    rows.flatMap((_, i) =>
      tried[i]
        ? [{
          id: `${leg}_${i}`,
          type: SCRIPT,
          taskRunner: RUNNER,
          allowFailure: true,
          ...legOf(world, i, leg),
        }]
        : []
    )
  );
  return await runLegs(world, rows, tasks, logged);
});

for (const [i, row] of rows.entries()) {
  test(`${row.name} is denied`, async () => {
    const unconfined = (await free())[i]!;
    equal(unconfined.reached, true, `the attack is broken: ${unconfined.text}`);
    const { said, reached } = await confined();
    const told = (leg: Leg) =>
      `${finished(said, `${leg}_${i}`).error}: ${logged(said, `${leg}_${i}`)}`;
    equal(reached(i, "control"), true, `the control is broken: ${told("control")}`);
    equal(reached(i, "attack"), false, told("attack"));
  }, reasonOf(row));
}

test("nothing of the secret is anywhere in what was said", async () => {
  const { said } = await confined();
  // It stands in the variables of those that are to say it when they have succeeded, and in no log.
  const logs = said.events.filter((it) => it.type === "task.log").map((it) => it.message);
  equal(logs.some((it) => it.includes(SECRET)), false);
  ok(logs.some((it) => it.includes(GRANTED)), "the control is broken");
});

const policyOf = (limits = "", more = "") =>
  `kestra: { ee: { java-security: { enabled: true, authorized-class-prefix: [io.kestra.plugin.scripts.shell] } } }
bulkhead: { limits: { timeout: PT30S${limits} }${more} }
`;

async function makeRun(tasks: readonly object[], policy = policyOf()) {
  const box = await makeBox();
  const typed = tasks.map((it) => ({
    type: SCRIPT,
    taskRunner: RUNNER,
    allowFailure: true,
    ...it,
  }));
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({ id: "f", namespace: "boundary", tasks: typed }),
  );
  const file = await box.write("policy.yaml", policy);
  return {
    args: [flow, "-p", file, "--workspace", `${box.root}/ws`],
    box,
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

async function run(tasks: readonly object[], policy?: string): Promise<Said> {
  await using made = await makeRun(tasks, policy);
  return await runHarness(["run", "--json", ...made.args]);
}

/** Waits until a process is there that was started in the background. */
async function seen(nap: string): Promise<readonly number[]> {
  for (let i = 0; i < 250 && processesWith(nap).length === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return processesWith(nap);
}

/** Whatever a script does to have something outlive it. */
const escapes = [
  { name: "in the background", script: "sleep NAP & :" },
  { name: "forked twice, in a session of its own", script: "( ( setsid sleep NAP & ) & )" },
  { name: "in another session, without its environment", script: "env -i setsid sleep NAP & :" },
  { name: "deaf to signals", script: `setsid sh -c 'trap "" TERM HUP INT; sleep NAP; :' & :` },
];

for (const how of ["ends", "is timed out"] as const) {
  test(`nothing outlives a script that ${how}, when that is told`, async () => {
    const naps = escapes.map(ownNap);
    const rest = how === "ends" ? "sleep 1" : "sleep 100";
    const scriptOf = (i: number) =>
      `(${escapes[i]!.script.replaceAll("NAP", naps[i]!)}) > /dev/null 2>&1 < /dev/null`;
    await using made = await makeRun(
      escapes.map((_, i) => ({
        id: `row_${i}`,
        script: `${scriptOf(i)}; ${rest}`,
        ...(how === "ends" ? {} : { timeout: "PT2S" }),
      })),
    );
    const alive = new Set<string>();
    const left = new Map<string, number>();
    const harness = watchHarness(made.args, (event) => {
      if (event.type !== "task.finished") return;
      left.set(event.task, processesWith(naps[Number(event.task.slice(4))]!).length);
    });
    const look = setInterval(() => {
      for (const it of naps) if (!alive.has(it) && processesWith(it).length > 0) alive.add(it);
    }, 20);
    const { code, stderr } = await harness.ended;
    clearInterval(look);
    equal(code, 0, stderr);
    for (const [i, { name }] of escapes.entries()) {
      await new Deno.Command("/bin/sh", { args: ["-c", scriptOf(i)], stdin: "null" }).output();
      const outlived = await seen(naps[i]!);
      killAll(outlived);
      ok(outlived.length > 0, `${name}: the attack is broken`);
      ok(alive.has(naps[i]!), `${name}: the control is broken`);
      equal(left.get(`row_${i}`), 0, name);
    }
  });
}

test("what holds its pipes does not hold the harness", async () => {
  const nap = ownNap();
  const held = `setsid sleep ${nap} &`;
  const said = await run([{ id: "it", script: `${held} echo up` }]);
  equal(finished(said, "it").state, "SUCCESS");
  equal(logged(said, "it"), "up");
  deepEqual(processesWith(nap), []);
  // Without the harness the pipe stays open.
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", held],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  await child.status;
  const outlived = await seen(nap);
  killAll(outlived);
  equal(outlived.length, 1, "the attack is broken");
  await child.stdout.cancel();
});

test("an interrupt ends it, and all of it", async () => {
  const nap = ownNap();
  await using made = await makeRun([{
    id: "it",
    script: `setsid sleep ${nap} & echo up; sleep 100`,
  }]);
  const harness = watchHarness(made.args);
  await harness.event((it) => it.type === "task.log" && it.message === "up");
  ok((await seen(nap)).length > 0, "the control is broken");
  harness.kill("SIGTERM");
  equal((await harness.ended).code, 143);
  deepEqual(processesWith(nap), []);
});

/** A superuser without control groups has no limit of processes; the plan says so. */
const countsProcesses = Deno.uid() !== 0 || readCgroups().pids !== undefined;

test("a fork bomb is bounded, and gone when that is told", async () => {
  const nap = ownNap();
  // Each of them starts two, in sessions of their own, which do the same.
  const script = `cat > bomb.sh <<'EOF'
b() { setsid sh bomb.sh > /dev/null 2>&1 < /dev/null & }
b; b; sleep ${nap}
EOF
sh bomb.sh > /dev/null 2>&1 & sleep 2`;
  await using made = await makeRun([{ id: "it", script }], policyOf(", processes: 40"));
  const counts: number[] = [];
  let left: number | undefined;
  const harness = watchHarness(made.args, (event) => {
    if (event.type === "task.finished") left = processesWith(nap).length;
  });
  const count = setInterval(() => counts.push(processesWith(nap).length), 10);
  await harness.event((it) => it.type === "task.finished");
  clearInterval(count);
  await harness.ended;
  const most = Math.max(...counts);
  ok(most > 3, `the bomb is broken: ${counts.length} looks`);
  ok(most <= 40, `${most} processes under a limit of 40`);
  equal(left, 0);
}, countsProcesses ? "" : "a superuser needs control groups for it");

/** More than a limit, beside less: MUCH is in thousands. */
const LIMITS: readonly { readonly limit: string; readonly script: string }[] = [
  { limit: "output", script: "yes $(printf %0999d 0) | head -c MUCH000" },
  { limit: "workspace", script: "head -c MUCH000 /dev/zero > file" },
  { limit: "memory", script: `perl -e 'my $x = "x" x MUCH000; print length $x'` },
];

for (const { limit, script } of LIMITS) {
  test(`the limit of ${limit} holds from its first line on`, async () => {
    const of = (much: number) => script.replace("MUCH", String(much));
    const said = await run(
      [{ id: "attack", script: of(200_000) }, { id: "control", script: of(100) }],
      policyOf(", output: 1MB, workspace: 4MB, memory: 64MB"),
    );
    equal(finished(said, "control").state, "SUCCESS", logged(said, "control"));
    equal(finished(said, "attack").state, "WARNING");
    await using box = await makeBox();
    const free = new Deno.Command("/bin/sh", {
      args: ["-c", of(200_000)],
      cwd: box.root,
      stdin: "null",
      stdout: "null",
    }).outputSync();
    equal(free.code, 0, "the attack is broken");
  });
}

test("limits are there before its first line, and for what that starts", async () => {
  const said = await run(
    [{ id: "it", script: `sh -c 'ulimit -n' & ulimit -n; wait` }],
    policyOf(", files: 100"),
  );
  equal(logged(said, "it"), "100\n100");
});

test("no code of the author's runs before the limits are set", async () => {
  // A loader takes code of its environment into whatever it starts: the first shell is not given any.
  const said = await run([{
    id: "it",
    env: { LD_PRELOAD: "/nonexistent/of-the-author.so" },
    script: "echo mine",
  }]);
  const lines = logged(said, "it").split("\n");
  ok(lines.includes("mine"));
  // The interpreter alone was given it: the shell that became it would have been the second.
  equal(lines.filter((it) => it.includes("of-the-author.so")).length, 1, lines.join("\n"));
});

test("what its interpreter is made of has to be readable", async () => {
  const closed = (paths: string) =>
    `kestra:
  ee: { java-security: { enabled: true, authorized-class-prefix: [io.kestra.plugin.scripts.shell] } }
  local-files: { allowed-paths: [${paths}] }
bulkhead: { filesystem: closed }
`;
  const task = { id: "it", script: "echo up; cat /etc/hostname" };
  const open = await run([task], closed("/usr, /bin, /lib, /lib64"));
  equal(finished(open, "it").outputs.exitCode, 1, open.stderr);
  match(logged(open, "it"), /up[^]*Permission denied/);
  const refused = await run([task], closed("/srv"));
  equal(refused.code, 4);
  match(refused.stderr, /error\[plan\/process-interpreter\]: .*"\/usr\/bin\/\w+" be read/);
});
