import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readKernel } from "../../lib/kernel/mod.ts";
import { testWith } from "../must.ts";
import { bulkhead, makeFiles } from "./bulkhead.ts";

interface Trial {
  readonly kind: "probe" | "control";
  readonly what: string;
  readonly outcome: string;
  readonly holds: boolean;
}

interface Proof {
  readonly verdict: "proved" | "failed" | "not-proved";
  readonly reason?: string;
  readonly trials: readonly Trial[];
}

interface Document {
  readonly v: 1;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly layers: Readonly<Record<"deno" | "kernel" | "container", Proof>>;
  readonly problems: readonly { readonly code: string; readonly at?: { readonly line: number } }[];
}

const DENO = await Deno.realPath(Deno.execPath());

/** A runtime that says its version honestly, and forgets every flag. */
const DROPPING = `#!/bin/sh
[ "$1" = run ] || exec "${DENO}" "$@"
n=$#
while [ "$n" -gt 0 ]; do
  case "$1" in run|--allow-*|--deny-*) ;; *) set -- "$@" "$1" ;; esac
  shift; n=$((n - 1))
done
exec "${DENO}" run -A "$@"
`;

const FILES = {
  "plain.yaml": "bulkhead:\n  kernel: prefer\n",
  "require.yaml": "bulkhead:\n  kernel: require\n",
  "engine.yaml": "bulkhead:\n  containers:\n    engine: podman\n",
  "bad.yaml": "bulkhead:\n  kernal: off\n",
  "dropping": DROPPING,
};

async function makeCase() {
  const files = await makeFiles(FILES);
  await Deno.chmod(`${files.path}/dropping`, 0o755);
  return files;
}

/** What every proof holds to, whatever the machine. */
function checkProof({ verdict, reason, trials }: Proof): void {
  if (verdict === "not-proved") {
    ok(reason);
    deepEqual(trials, []);
    return;
  }
  equal(verdict, trials.length > 0 && trials.every((it) => it.holds) ? "proved" : "failed");
}

Deno.test("cli: doctor says what the machine offers, and proves every layer", async () => {
  await using files = await makeCase();
  const { code, stdout, stderr } = await bulkhead(["doctor", "--json"], { cwd: files.path });
  equal(code, 0, stderr);
  equal(stderr, "", "no word of a policy that nobody gave");
  const { v, machine, layers, problems } = JSON.parse(stdout) as Document;
  equal(v, 1);
  deepEqual(
    Object.keys(machine).toSorted(),
    "arch cache cgroups clients engine gid kernel limits os release runtime seccomp uid userNamespaces workspaces"
      .split(" "),
  );
  equal(machine.uid, Deno.uid());
  deepEqual(Object.keys(layers), ["deno", "kernel", "container"]);
  Object.values(layers).forEach(checkProof);
  equal(layers.deno.verdict, "proved");
  ok(layers.deno.trials.some((it) => it.kind === "probe" && it.outcome === "NotCapable"));
  ok(layers.deno.trials.some((it) => it.kind === "control" && it.outcome === "ok"));
  equal(layers.kernel.verdict, typeof readKernel() === "string" ? "not-proved" : "proved");
  // There is no client on the PATH of these tests.
  deepEqual(layers.container.trials, []);
  equal(layers.container.verdict, "not-proved");
  match(layers.container.reason!, /there is no "docker", "podman" or "nerdctl" on PATH/);
  deepEqual(problems, []);
  equal((await Array.fromAsync(Deno.readDir(files.path))).length, Object.keys(FILES).length);
});

Deno.test("cli: doctor says the same to a person, a line for each probe and control", async () => {
  await using files = await makeCase();
  const json = await bulkhead(["doctor", "--json"], { cwd: files.path });
  const { code, stdout } = await bulkhead(["doctor"], { cwd: files.path });
  equal(code, 0);
  for (const it of ["system", "Landlock", "cgroups", "engine", "runtime", "cache", "workspaces"]) {
    match(stdout, new RegExp(`^  ${it}\\b.* {2}\\S`, "m"));
  }
  const { layers } = JSON.parse(json.stdout) as Document;
  for (const [name, { verdict, trials }] of Object.entries(layers)) {
    match(stdout, new RegExp(`^layer ${name}: ${verdict.replace("-", " ")}`, "m"));
    for (const { kind, what } of trials) {
      ok(stdout.includes(`  ok      ${kind.padEnd(7)}  ${what}`), `${kind} ${what}`);
    }
  }
});

interface Row {
  readonly name: string;
  readonly argv: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}

const ROWS: readonly Row[] = [
  { name: "help", argv: ["--help"], code: 0, says: /Usage: bulkhead doctor/ },
  { name: "a policy that needs nothing special", argv: ["-p", "plain.yaml"], code: 0, says: /^$/ },
  {
    name: "a policy that cannot be read",
    argv: ["-p", "nope.yaml"],
    code: 3,
    says: /error\[policy\/unreadable\]/,
  },
  {
    name: "a faulty policy",
    argv: ["-p", "bad.yaml"],
    code: 3,
    says: /error\[policy\/unknown-key\][^]*bad\.yaml:2:3/,
  },
  { name: "an argument", argv: ["flow.yaml"], code: 2, says: /error\[usage\/doctor\]/ },
  { name: "an unknown flag", argv: ["--jsn"], code: 2, says: /error\[usage\/doctor\]/ },
  {
    name: "an option for an image",
    argv: ["--image=--privileged"],
    code: 2,
    says: /is not the name/,
  },
  {
    name: "an engine that is not there",
    argv: ["-p", "engine.yaml"],
    code: 125,
    says: /error\[host\/no-engine\]: .*"podman"[^]*engine\.yaml:3:13/,
  },
  {
    name: "the same engine, that no policy names",
    argv: [],
    code: 0,
    says: /^$/,
  },
  {
    name: "a runtime that is none",
    argv: ["-p", "plain.yaml", "--runtime", "/bin/true"],
    code: 125,
    says: /error\[host\/runtime-version\]/,
  },
];

for (const { name, argv, code, says } of ROWS) {
  Deno.test(`cli: doctor, ${name}`, async () => {
    await using files = await makeCase();
    const call = await bulkhead(["doctor", ...argv], { cwd: files.path });
    equal(call.code, code, call.stdout + call.stderr);
    match(argv.includes("--help") ? call.stdout : call.stderr, says);
  });
}

testWith("landlock", "cli: doctor has what a policy requires of the kernel", async () => {
  await using files = await makeCase();
  const call = await bulkhead(["doctor", "-p", "require.yaml"], { cwd: files.path });
  equal(call.code, 0, call.stderr);
});

Deno.test("cli: doctor shows what gets through, and fails for who has a policy", async () => {
  await using files = await makeCase();
  const argv = ["doctor", "--runtime", `${files.path}/dropping`];
  const shown = await bulkhead(argv, { cwd: files.path });
  equal(shown.code, 0, "it was asked nothing of a policy");
  match(shown.stdout, /^layer deno: failed/m);
  const judged = await bulkhead([...argv, "-p", "plain.yaml"], { cwd: files.path });
  equal(judged.code, 125);
  match(judged.stderr, /error\[host\/self-test\]: Cannot rely on layer "deno"/);
});

/** What reaches the engine that the other tests use. */
function engineEnv(): Record<string, string> {
  const names = ["PATH", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT"];
  return Object.fromEntries(
    names.flatMap((it) => Deno.env.get(it) === undefined ? [] : [[it, Deno.env.get(it)!]]),
  );
}

testWith(
  "engine",
  "cli: doctor proves the container layer with an image that is here",
  async () => {
    await using files = await makeCase();
    const env = engineEnv();
    for (const image of [[], ["--image", "bulkhead/busybox:test"]]) {
      const call = await bulkhead(["doctor", "--json", ...image], { cwd: files.path, env });
      equal(call.code, 0, call.stderr);
      const { container } = (JSON.parse(call.stdout) as Document).layers;
      equal(container.verdict, "proved", container.reason);
      deepEqual(
        container.trials.map((it) => `${it.kind} ${it.outcome}`),
        Array(3).fill(["control ok", "probe refused"]).flat(),
      );
    }
  },
);

testWith("engine", "cli: doctor pulls no image, and says so of one that is not here", async () => {
  await using files = await makeCase();
  const argv = ["doctor", "--json", "--image", "bulkhead/none:such", "-p", "plain.yaml"];
  const call = await bulkhead(argv, { cwd: files.path, env: engineEnv() });
  equal(call.code, 125);
  const { layers, problems } = JSON.parse(call.stdout) as Document;
  equal(layers.container.verdict, "failed");
  match(layers.container.reason!, /bulkhead\/none:such/);
  deepEqual(problems.map((it) => it.code), ["host/self-test"]);
});
