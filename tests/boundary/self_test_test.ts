import { deepEqual, equal, match, ok } from "node:assert/strict";
import { openLauncher, runTrials } from "../../lib/execute/mod.ts";
import { findProgram } from "../../lib/host/mod.ts";
import { readKernel } from "../../lib/kernel/mod.ts";
import type { Found, Kernel, SelfTest, SelfTestPlan } from "../../lib/model/mod.ts";
import { selfTestPlan } from "../../lib/plan/mod.ts";
import { testWith } from "../must.ts";
import { makeBox } from "./box.ts";
import { runHarness, type Said } from "./harness.ts";

const NO_KERNEL: Found<Kernel> = {
  found: false,
  problem: { code: "host/kernel-layer", severity: "error", message: "kernel: off" },
};

function kernelHere(): Found<Kernel> {
  const value = readKernel();
  if (typeof value === "string") throw new Error(value);
  return { found: true, value };
}

/** Runs the self-test of this machine, with something broken in its plan. */
async function selfTest(
  kernel: Found<Kernel>,
  broken: (plan: SelfTestPlan) => SelfTestPlan = (it) => it,
): Promise<SelfTest> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "bulkhead_self_" }));
  try {
    const runtime = { path: await Deno.realPath(Deno.execPath()), version: Deno.version.deno };
    const program = await findProgram();
    const plan = selfTestPlan({ directory, runtime, kernel, program });
    using launcher = openLauncher(kernel);
    return await runTrials(broken(plan), launcher, new AbortController().signal);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function failed({ results }: SelfTest): readonly string[] {
  return results.filter((it) => !it.holds).map((it) => `${it.layer} ${it.kind}: ${it.what}`);
}

function probes({ results }: SelfTest, layer: string): readonly string[] {
  return results.filter((it) => it.layer === layer && it.kind === "probe")
    .map((it) => `${layer} probe: ${it.what}`);
}

Deno.test("boundary: the self-test proves the Deno layer by itself", async () => {
  const test = await selfTest(NO_KERNEL);
  equal(test.broken, undefined);
  deepEqual(failed(test), []);
  ok(probes(test, "deno").length >= 10);
  deepEqual(probes(test, "kernel"), []);
});

testWith("landlock", "boundary: the self-test proves the Deno and the kernel layer", async () => {
  const test = await selfTest(kernelHere());
  equal(test.broken, undefined);
  deepEqual(failed(test), []);
  ok(probes(test, "deno").length >= 10 && probes(test, "kernel").length >= 6);
});

const without = (pattern: RegExp) => (plan: SelfTestPlan): SelfTestPlan => ({
  ...plan,
  argv: plan.argv.flatMap((it) => {
    const changed = it.replace(pattern, "");
    return changed === "" ? [] : [changed];
  }),
});

Deno.test("boundary: a runtime that drops all flags fails every probe of the Deno layer", async () => {
  const test = await selfTest(NO_KERNEL, (plan) => ({
    ...plan,
    argv: plan.argv.flatMap((it) =>
      it === "run" ? ["run", "-A"] : /^--(allow|deny)-/.test(it) ? [] : [it]
    ),
  }));
  deepEqual(failed(test), probes(test, "deno"));
});

const WEAK_FLAGS: Readonly<Record<string, { break: RegExp; fails: readonly string[] }>> = {
  "a denial below a grant": {
    break: /(?<=--deny-read=)[^,]*,/,
    fails: ["deno probe: read below a denial within a grant"],
  },
  "a denial of the same path": {
    break: /(?<=--deny-read=[^,]*),.*/,
    fails: ["deno probe: read what is granted and denied alike"],
  },
  "a denial of writing": {
    break: /^--deny-write=.*/,
    fails: ["deno probe: write below a denial within a grant"],
  },
  "the list of variables": {
    break: /(?<=^--allow-env)=.*/,
    fails: ["deno probe: see another variable"],
  },
  "the list of hosts": {
    break: /(?<=^--allow-net)=.*/,
    fails: ["deno probe: connect to another port"],
  },
  "the grant of reading": {
    break: /^--allow-read=.*/,
    fails: ["deno control: read a granted file", "deno control: import a granted module"],
  },
};

Deno.test("boundary: the self-test tells which flag a runtime does not heed", async (t) => {
  for (const [name, row] of Object.entries(WEAK_FLAGS)) {
    await t.step(name, async () => {
      deepEqual(failed(await selfTest(NO_KERNEL, without(row.break))), row.fails);
    });
  }
});

testWith("landlock", "boundary: the self-test fails every probe of no kernel layer", async () => {
  const test = await selfTest(kernelHere(), ({ kernel: _, ...plan }) => plan);
  deepEqual(failed(test), probes(test, "kernel"));
});

const WEAK_RULES: Readonly<
  Record<string, { rules: Partial<SelfTestPlan["kernel"]>; fails: readonly string[] }>
> = {
  "reading everything": {
    rules: { read: ["/"] },
    fails: [
      "kernel probe: read what only Deno grants",
      "kernel probe: read through a link in a granted directory",
      "kernel probe: import statically",
    ],
  },
  "writing everything": {
    rules: { write: ["/"] },
    fails: ["kernel probe: write what only Deno grants"],
  },
  "starting everything": {
    rules: { execute: ["/"] },
    fails: ["kernel probe: start a program"],
  },
  "no sockets": {
    rules: { sockets: "none" },
    fails: [
      "deno control: connect to a granted port",
      "kernel control: connect to a port that both layers grant",
    ],
  },
};

testWith(
  "landlock",
  "boundary: the self-test tells which kernel rule allows too much",
  async (t) => {
    for (const [name, { rules, fails }] of Object.entries(WEAK_RULES)) {
      await t.step(name, async () => {
        const test = await selfTest(
          kernelHere(),
          (plan) => ({ ...plan, kernel: { ...plan.kernel!, ...rules } }),
        );
        deepEqual(failed(test), fails);
      });
    }
  },
);

Deno.test("boundary: a runtime that answers nothing proves nothing", async () => {
  const test = await selfTest(NO_KERNEL, (plan) => ({ ...plan, argv: ["/nonexistent/deno"] }));
  match(test.broken!, /its child gave no answer: .*nonexistent/);
});

const FLOW = `id: flow
namespace: a.b
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: hello
`;

/** A directory with a flow, a policy without the kernel layer, a plugin, and two runtimes. */
async function makeCase() {
  const box = await makeBox();
  const deno = await Deno.realPath(Deno.execPath());
  const counting = `#!/bin/sh\necho started >>"${box.root}/starts"\n`;
  await box.write(
    "dropping",
    `${counting}[ "$1" = run ] || exec "${deno}" "$@"
n=$#
while [ "$n" -gt 0 ]; do
  case "$1" in run|--allow-*|--deny-*) ;; *) set -- "$@" "$1" ;; esac
  shift; n=$((n - 1))
done
exec "${deno}" run -A "$@"
`,
  );
  await box.write("honest", `${counting}exec "${deno}" "$@"\n`);
  for (const it of ["dropping", "honest"]) await Deno.chmod(`${box.root}/${it}`, 0o755);
  await box.write("flow.yaml", FLOW);
  await box.write("policy.yaml", 'bulkhead:\n  kernel: "off"\n');
  await box.write(
    "plugins/greet.ts",
    `try { Deno.writeTextFileSync(${JSON.stringify(`${box.root}/loaded`)}, ""); } catch { /* */ }
export default { type: "com.example.Greet", run: () => ({}) };
`,
  );
  const at = (name: string) => `${box.root}/${name}`;
  const call = async (runtime: string, ...args: string[]): Promise<Said> =>
    await runHarness(
      [...args, at("flow.yaml"), "-p", at("policy.yaml"), "--runtime", at(runtime)],
      {
        env: { BULKHEAD_CACHE: at("cache") },
      },
    );
  return {
    at,
    call,
    /** How often a runtime was started by what is done. */
    async starts(what: () => Promise<unknown>): Promise<number> {
      await Deno.writeTextFile(at("starts"), "");
      await what();
      return (await Deno.readTextFile(at("starts"))).split("\n").length - 1;
    },
    [Symbol.asyncDispose]: async () => await box[Symbol.asyncDispose](),
  };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test("boundary: run starts nothing on a runtime that drops the flags", async () => {
  await using it = await makeCase();
  const said = await it.call("dropping", "run", "--json");
  equal(said.code, 125, said.stderr);
  match(
    said.stderr,
    /error\[host\/self-test\]: Cannot rely on layer "deno": its probe to read .* got through/,
  );
  deepEqual(said.events, []);
  equal(await exists(it.at("cache/self-test.json")), false, "a failure is not remembered");
  const control = await it.call("honest", "run", "--json");
  equal(control.code, 0, control.stderr);
});

Deno.test("boundary: plan loads no plugin on a runtime that drops the flags", async () => {
  await using it = await makeCase();
  const said = await it.call("dropping", "plan", "--plugins", it.at("plugins"));
  equal(said.code, 125, said.stderr);
  match(said.stderr, /error\[host\/self-test\]/);
  equal(await exists(it.at("loaded")), false);
  equal((await it.call("honest", "plan", "--plugins", it.at("plugins"))).code, 0);
  equal(await exists(it.at("loaded")), false, "nor may it write on an honest one");
});

Deno.test("boundary: the self-test is done once, and again when its record is gone or damaged", async () => {
  await using it = await makeCase();
  const run = async () => equal((await it.call("honest", "run")).code, 0);
  const first = await it.starts(run);
  const second = await it.starts(run);
  equal(second, first - 1, "one child fewer");
  deepEqual(
    (await Array.fromAsync(Deno.readDir(it.at("cache")))).map((entry) => entry.name)
      .filter((name) => name.startsWith(".self-test")),
    [],
    "its directory is gone",
  );
  const record = it.at("cache/self-test.json");
  await Deno.writeTextFile(record, (await Deno.readTextFile(record)).slice(0, 60));
  equal(await it.starts(run), first);
  equal(await it.starts(run), second);
  // Where nothing can be remembered, every run tests.
  await Deno.remove(record);
  await Deno.mkdir(record);
  equal(await it.starts(run), first);
  equal(await it.starts(run), first);
});

Deno.test("boundary: another runtime is tested although one was", async () => {
  await using it = await makeCase();
  equal((await it.call("honest", "run")).code, 0);
  equal((await it.call("dropping", "run")).code, 125);
});
