import { deepEqual, equal, match, rejects } from "node:assert/strict";
import {
  openKernelThreads,
  readKernel,
  spawnHere,
  type StartedProcess,
} from "../../lib/kernel/mod.ts";
import type { Kernel, KernelRules } from "../../lib/model/mod.ts";
import { testWith } from "../must.ts";
import { type Box, makeBox } from "./box.ts";

/** What `cat` and `sh` need, and nothing that a test looks for. */
const PROGRAMS = ["/bin", "/usr/bin", "/usr/lib", "/lib", "/lib64"];

const CLOSED: KernelRules = {
  read: PROGRAMS,
  execute: PROGRAMS,
  spawn: true,
  write: [],
  devices: ["/dev/null"],
  sockets: "none",
  ports: "all",
};

function kernel(): Kernel {
  const found = readKernel();
  if (typeof found === "string") throw new Error(found);
  return found;
}

async function saidBy(
  process: StartedProcess,
): Promise<{ out: string; err: string; code: number }> {
  await process.stdin.close();
  const [out, err, { code }] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
    process.status,
  ]);
  return { out, err, code };
}

const cat = (...files: string[]) => ({
  argv: ["/bin/cat", ...files],
  env: {},
  cwd: "/",
  session: "shared" as const,
});

/** Directories that hold a word each, named like it. */
async function makeWords(box: Box, names: readonly string[]): Promise<readonly string[]> {
  for (const it of names) await box.write(`${it}/word`, `${it}\n`);
  return names.map((it) => `${box.root}/${it}`);
}

testWith(
  "landlock",
  "boundary: two sets of rules at once do not mix, and the harness has neither",
  async () => {
    await using box = await makeBox();
    const [a, b] = await makeWords(box, ["a", "b"]) as [string, string];
    using threads = openKernelThreads(kernel());
    const files = [`${a}/word`, `${b}/word`];
    const [first, second, free] = await Promise.all([
      threads.spawn({ ...CLOSED, read: [...PROGRAMS, a] }, cat(...files)).then(saidBy),
      threads.spawn({ ...CLOSED, read: [...PROGRAMS, b] }, cat(...files)).then(saidBy),
      saidBy(spawnHere(cat(...files))),
    ]);
    equal(first.out, "a\n");
    match(first.err, /b\/word: Permission denied/);
    equal(second.out, "b\n");
    match(second.err, /a\/word: Permission denied/);
    equal(free.out, "a\nb\n");
    equal(await Deno.readTextFile(`${b}/word`), "b\n");
  },
);

testWith(
  "landlock",
  "boundary: thousands of processes from restricted threads and from a free one, none mixed up",
  async () => {
    await using box = await makeBox();
    const names = ["a", "b", "c"];
    const directories = await makeWords(box, names);
    const files = directories.map((it) => `${it}/word`);
    using threads = openKernelThreads(kernel());
    const starters = [
      ...directories.map((it, i) => ({
        expected: `${names[i]}\n`,
        start: () => threads.spawn({ ...CLOSED, read: [...PROGRAMS, it] }, cat(...files)),
      })),
      { expected: "a\nb\nc\n", start: () => Promise.resolve(spawnHere(cat(...files))) },
    ];
    const ROUNDS = 600;
    const wrong: string[] = [];
    let right = 0;
    await Promise.all(starters.map(async ({ expected, start }) => {
      for (let i = 0; i < ROUNDS; i++) {
        const { out, err } = await saidBy(await start());
        if (out === expected) right++;
        else wrong.push(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(out + err)}`);
      }
    }));
    deepEqual(wrong, []);
    equal(right, ROUNDS * starters.length);
  },
);

testWith("landlock", "boundary: what a process says comes whole, whatever its size", async () => {
  using threads = openKernelThreads(kernel());
  const bytes = 3_000_000;
  const command = `/usr/bin/head -c ${bytes} /dev/zero; /usr/bin/head -c 7 /dev/zero >&2; exit 3`;
  const process = await threads.spawn({ ...CLOSED, devices: ["/dev/zero", "/dev/null"] }, {
    argv: ["/bin/sh", "-c", command],
    env: {},
    cwd: "/",
    session: "shared",
  });
  const { out, err, code } = await saidBy(process);
  deepEqual([out.length, err.length, code], [bytes, 7, 3]);
});

testWith(
  "landlock",
  "boundary: who may look up files of /proc lists none, and has nothing of other processes",
  async () => {
    const other = new Deno.Command("/bin/sleep", {
      args: ["60"],
      env: { WORD: "of-another" },
      stdin: "null",
    }).spawn();
    try {
      const told = async (command: string, rules: KernelRules) => {
        using threads = openKernelThreads(kernel());
        const argv = ["/bin/sh", "-c", command];
        const process = await threads.spawn(rules, { argv, env: {}, cwd: "/", session: "shared" });
        return (await saidBy(process)).out;
      };
      const open = { ...CLOSED, lookup: ["/proc"] };
      const own = "/bin/cat /proc/self/maps";
      match(await told(own, open), /\[stack\]/);
      equal(await told(own, CLOSED), "");
      const environ = `/bin/cat /proc/${other.pid}/environ`;
      const all = { ...CLOSED, read: ["/"], execute: ["/"] };
      const free = await new Deno.Command("/bin/sh", { args: ["-c", environ] }).output();
      match(new TextDecoder().decode(free.stdout), /of-another/);
      equal(await told(environ, open), "", "its environment is its own");
      equal(await told(environ, all), "", "whatever else is open");
      const list = "/bin/ls /proc";
      match(await told(list, all), /self/);
      equal(await told(list, open), "");
    } finally {
      other.kill("SIGKILL");
      await other.status;
    }
  },
);

testWith("landlock", "boundary: rules that the kernel refuses start nothing", async () => {
  await using box = await makeBox();
  const file = await box.write("file", "x");
  using threads = openKernelThreads(kernel());
  await rejects(
    async () => await threads.spawn({ ...CLOSED, ports: [70_000] }, cat(file)),
    /the kernel layer cannot be applied/,
  );
});

testWith(
  "landlock",
  "boundary: a program that is not there is an error, and the thread goes on",
  async () => {
    using threads = openKernelThreads(kernel());
    await rejects(
      async () =>
        await threads.spawn(CLOSED, {
          argv: ["/bin/none"],
          env: {},
          cwd: "/",
          session: "shared" as const,
        }),
      /\/bin\/none/,
    );
    const echo = { argv: ["/bin/echo", "on"], env: {}, cwd: "/", session: "shared" as const };
    equal((await saidBy(await threads.spawn(CLOSED, echo))).out, "on\n");
  },
);
