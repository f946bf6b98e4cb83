import { deepEqual, equal, match, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "./bulkhead.ts";

const OPEN = (root: string) =>
  `kestra:
  ee:
    java-security: {enabled: true, forbidden-paths: [${root}/secret]}
bulkhead:
  filesystem: open
  writable: [${root}/out]
  env: {allow: [SITE, OTHER]}
  limits: {timeout: PT1M}
`;

const FLOW = (root: string, port: number) =>
  `id: it
namespace: company.team
tasks:
  - id: read
    type: io.kestra.plugin.graalvm.js.Eval
    script: |
      for (const it of ["a", "b", "c", "d"]) Deno.readTextFileSync("${root}/in/" + it);
      Deno.readTextFileSync("${root}/other/one");
      try { Deno.readTextFileSync("${root}/secret/key"); } catch { /* as it should be */ }
      Deno.env.get("SITE")
  - id: write
    type: io.kestra.plugin.graalvm.js.Eval
    script: |
      Deno.writeTextFileSync("${root}/out/x", "1");
      (await fetch("http://127.0.0.1:${port}/")).status
`;

interface World extends AsyncDisposable {
  readonly root: string;
  learn(...argv: string[]): ReturnType<typeof bulkhead>;
  run(policy: string): ReturnType<typeof bulkhead>;
}

async function makeWorld(): Promise<World> {
  const box = await makeFiles({
    "in/a": "",
    "in/b": "",
    "in/c": "",
    "in/d": "",
    "other/one": "",
    "other/two": "",
    "secret/key": "",
    "out/was": "",
  });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("hello"),
  );
  const root = await Deno.realPath(box.path);
  await Deno.writeTextFile(`${root}/flow.yaml`, FLOW(root, server.addr.port));
  await Deno.writeTextFile(`${root}/open.yaml`, OPEN(root));
  const given = { cwd: root, env: { SITE: "here", OTHER: "x" } };
  return {
    root,
    learn: (...argv) => bulkhead(["learn", "flow.yaml", "-p", "open.yaml", ...argv], given),
    async run(policy) {
      await Deno.writeTextFile(`${root}/tried.yaml`, policy);
      return await bulkhead(["run", "flow.yaml", "-p", "tried.yaml", "--json"], given);
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await box[Symbol.asyncDispose]();
    },
  };
}

const deniedIn = (stdout: string) =>
  stdout.trim().split("\n").map((it) => JSON.parse(it)).filter((it) => it.type === "task.denied")
    .map((it) => `${it.permission} ${it.value}`);

Deno.test("learn: proposes the smallest policy, says of each line who needs it, and proves it", async () => {
  await using world = await makeWorld();
  const { root } = world;
  const call = await world.learn("--yes");
  equal(call.code, 0, call.stderr);
  match(call.stderr, /^proved: company\.team\/it ends with SUCCESS under it as well/m);
  const lines = call.stdout.split("\n").map((it) => it.trim());
  const has = (line: string, task: string) =>
    ok(
      lines.some((it) => it.startsWith(`- ${line} `) && it.includes(`"${task}" (tasks[`)),
      `${line}\n${call.stdout}`,
    );
  has(`${root}/in`, "read");
  has(`${root}/other/one`, "read");
  has(`${root}/out`, "write");
  has("SITE", "read");
  equal(lines.some((it) => it.includes("OTHER")), false, "a variable that nobody looked at");
  ok(lines.some((it) => it.startsWith(`# - ${root}/secret/key `)), call.stdout);
  // As it says: the flow runs under it, and is denied what it was denied before.
  const under = await world.run(call.stdout);
  equal(under.code, 0, under.stderr);
  deepEqual(deniedIn(under.stdout), [`read ${root}/secret/key`]);
});

Deno.test("learn: no line of a proposal that opens something can be left out", async () => {
  await using world = await makeWorld();
  const { stdout } = await world.learn("--no-prove");
  const lines = stdout.split("\n");
  const opening = [...lines.entries()].filter(([, it]) =>
    /^ +- .*# (?:read|written|seen|reached) by /.test(it)
  ).map(([i]) => i);
  equal(opening.length, 5, stdout);
  for (const left of opening) {
    // A list of which nothing is left is an empty one.
    const without = lines.filter((_, i) => i !== left).join("\n")
      .replace(/^( +)(writable|allow|allowed-paths):(?= *$)(?!\n\1 +- )/gm, "$1$2: []")
      .replace(/^ +(?:writable: \[\]|env:\n +allow: \[\])\n/gm, "");
    const under = await world.run(without);
    const more = under.code === 0 ? deniedIn(under.stdout).length - 1 : 1;
    ok(more > 0, `${lines[left]} is not needed\n${under.stderr}`);
  }
});

Deno.test("learn: what a task starts is not seen, and the proof says so", async () => {
  await using world = await makeWorld();
  await Deno.writeTextFile(
    `${world.root}/flow.yaml`,
    `id: it
namespace: company.team
tasks:
  - id: start
    type: io.kestra.plugin.graalvm.js.Eval
    script: |
      const { code } = new Deno.Command("cat", { args: ["${world.root}/other/one"] }).outputSync();
      if (code !== 0) throw new Error("cat ends with " + code);
`,
  );
  const call = await world.learn("--yes", "--json");
  const answer = JSON.parse(call.stdout);
  match(answer.policy, /authorized-class-prefix:\n +- io\.kestra\.plugin\.graalvm\.js\.Eval /);
  ok(answer.rounds > 1, "that it starts something is known from the second run");
  // Without the kernel layer a program reads what it likes, and so the proof holds.
  if (answer.proved) match(call.stderr, /proved: /);
  else {
    equal(call.code, 1);
    match(call.stderr, /Cannot prove the proposal: company\.team\/it ends with FAILED under it/);
  }
});

Deno.test("learn: runs nothing twice without being told to, and nothing for wrong usage", async () => {
  await using world = await makeWorld();
  const unasked = await world.learn();
  equal(unasked.code, 2);
  match(unasked.stderr, /Cannot learn without being told to: the flow is run at least twice/);
  equal((await bulkhead(["learn"], { cwd: world.root })).code, 2);
  equal((await bulkhead(["learn", "nope.yaml", "--yes"], { cwd: world.root })).code, 3);
  const accesses = await bulkhead(["run", "flow.yaml", "-p", "open.yaml", "--accesses"], {
    cwd: world.root,
  });
  equal(accesses.code, 2);
  match(accesses.stderr, /--accesses goes with --json/);
});

Deno.test("learn: nothing is run where no one policy can be proposed", async () => {
  await using world = await makeWorld();
  const rules = (id: string) =>
    `kestra: {policies: [{id: ${id}, enforcement: ACTIVE, rules: [{type: io.kestra.plugin.ee.rules.Deny, ` +
    `on: PLUGIN, where: [{field: type, operator: EQUAL_TO, value: a.B}], errorMessage: no}]}]}\n`;
  await Deno.writeTextFile(`${world.root}/one.yaml`, rules("one"));
  await Deno.writeTextFile(`${world.root}/two.yaml`, rules("two"));
  const call = await world.learn("-p", "one.yaml", "-p", "two.yaml", "--yes");
  equal(call.code, 3, call.stderr);
  match(call.stderr, /error\[run\/learn-rules\]: Cannot propose one policy/);
  match(call.stderr, /at two\.yaml:1:/);
  const written = () => Deno.stat(`${world.root}/out/x`).then(() => true, () => false);
  equal(await written(), false, "the flow was run");
  // The control: one file of rules is taken over, and the flow is run.
  equal((await world.learn("-p", "one.yaml", "--yes")).code, 0);
  equal(await written(), true);
});

Deno.test("learn: --accesses tells what was got, once each, and nothing without it", async () => {
  await using world = await makeWorld();
  const given = { cwd: world.root, env: { SITE: "here" } };
  const argv = ["run", "flow.yaml", "-p", "open.yaml", "--json"];
  const watched = await bulkhead([...argv, "--accesses"], given);
  const events = watched.stdout.trim().split("\n").map((it) => JSON.parse(it));
  const got = events.filter((it) => it.type === "task.accessed")
    .map((it) => `${it.task} ${it.permission} ${it.value?.replace(world.root, "")}`);
  for (
    const it of ["read read /in/a", "read read /other/one", "read env SITE", "write write /out/x"]
  ) equal(got.filter((its) => its === it).length, 1, `${it}\n${got.join("\n")}`);
  ok(got.some((it) => /^write net 127\.0\.0\.1:\d+$/.test(it)), got.join("\n"));
  equal(got.some((it) => it.includes("/secret/key")), false, "what was denied was not got");
  equal((await bulkhead(argv, given)).stdout.includes("task.accessed"), false);
});
