import { deepEqual, equal, match, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";

const SPEC = new URL("../fixtures/spec/", import.meta.url).pathname;
const BLOCKS = [
  "1-java-security.yaml",
  "2-forbidden-class-prefix.yaml",
  "3-scripting-isolation.yaml",
].map((it) => `${SPEC}${it}`);

const FLOW = `id: spec
namespace: a
tasks:
  - {id: core, type: io.kestra.plugin.graalvm.js.Eval, script: "1"}
  - {id: nashorn, type: io.kestra.plugin.scripts.nashorn.Eval, script: "1"}
  - {id: http, type: io.kestra.plugin.core.http.Request, uri: "http://localhost"}
  - id: shell
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: alpine
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    commands: [echo hi]
`;

interface PlannedTask {
  readonly id: string;
  readonly spawn: string;
  readonly argv: readonly string[];
  readonly effective: Record<string, unknown>;
  readonly because: readonly { readonly effect: string; readonly source: unknown }[];
}

async function planned(...policies: readonly string[]) {
  await using files = await makeFiles({ "flow.yaml": FLOW });
  const { code, stdout, stderr } = await bulkhead(
    ["plan", "flow.yaml", "--json", ...policies.flatMap((it) => ["-p", it])],
    { cwd: files.path },
  );
  ok([0, 4, 125].includes(code), stderr);
  const { flows: [{ tasks }] } = JSON.parse(stdout) as { flows: [{ tasks: PlannedTask[] }] };
  return Object.fromEntries(tasks.map((it) => [it.id, it]));
}

Deno.test("the first block of the spec, verbatim: paths, and who may spawn", async () => {
  const { core, http, nashorn } = await planned(BLOCKS[0]!);
  equal(http?.spawn, "allowed");
  equal(core?.spawn, "denied");
  equal(nashorn?.spawn, "denied");
  ok(core?.argv.includes("--deny-read=/etc") && core.argv.includes("--deny-write=/etc"));
  const because = core?.because.find((it) => it.effect === "deny read and write /etc");
  deepEqual(because?.source, { file: BLOCKS[0], line: 6, column: 11 });
});

Deno.test("the second block, verbatim: who may not spawn, and everybody else may", async () => {
  const { core, nashorn } = await planned(BLOCKS[1]!);
  equal(nashorn?.spawn, "denied");
  equal(core?.spawn, "allowed");
  ok(core?.argv.includes("--allow-run") && nashorn?.argv.includes("--deny-run"));
});

Deno.test("the third block, verbatim: image and runner are forced", async () => {
  const { shell } = await planned(BLOCKS[2]!);
  equal(shell?.effective.containerImage, "ubuntu:latest");
  deepEqual(shell?.effective.taskRunner, {
    type: "io.kestra.plugin.scripts.runner.docker.Docker",
  });
});

Deno.test("the three blocks as a chain, in any order: all of them hold", async () => {
  for (const chain of [BLOCKS, BLOCKS.toReversed()]) {
    const { core, http, nashorn, shell } = await planned(...chain);
    deepEqual([http?.spawn, core?.spawn, nashorn?.spawn], ["allowed", "denied", "denied"]);
    ok(core?.argv.includes("--deny-read=/etc"));
    equal(shell?.effective.containerImage, "ubuntu:latest");
  }
});

Deno.test("policies/worker-isolation.yaml is the three blocks in one file", async () => {
  const [file] = [new URL("../../policies/worker-isolation.yaml", import.meta.url).pathname];
  const [one, chain] = [await planned(file), await planned(...BLOCKS)];
  for (const id of ["core", "nashorn", "http", "shell"]) {
    equal(one[id]?.spawn, chain[id]?.spawn, id);
    deepEqual(one[id]?.effective, chain[id]?.effective, id);
  }
  const flags = (task?: PlannedTask) =>
    task?.argv.filter((it) => /^--(deny|allow-(run|net))/.test(it));
  deepEqual(flags(one.core), flags(chain.core));
});

Deno.test("a flow without the forced runner keeps its own, and is refused for it", async () => {
  await using files = await makeFiles({ "flow.yaml": FLOW });
  const { code, stderr } = await bulkhead(["plan", "flow.yaml", "-p", BLOCKS[0]!], {
    cwd: files.path,
  });
  equal(code, 4);
  match(stderr, /error\[plan\/process-denied\]: .*shell\.Commands" may not start processes/);
  match(stderr, /runner Process is chosen here\n\s+at flow\.yaml:10:24/);
});
