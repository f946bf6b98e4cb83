import { deepEqual, equal, match, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "./bulkhead.ts";

const OLD = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths: [/etc, /srv/secret]
      authorized-class-prefix: [io.kestra.plugin.core]
bulkhead:
  network: {allow: ["a.example:443"]}
`;
const NEW = `# Another order, another spelling, and three changes.
bulkhead:
  network: {allow: ["a.example:443", "b.example"]}
kestra:
  ee:
    javaSecurity:
      enabled: true
      authorizedClassPrefix: [io.kestra.plugin.core.log, io.kestra.plugin.gcp]
      forbiddenPaths: [/etc]
`;
const SAME = `kestra:
  ee:
    javaSecurity:
      forbiddenPaths: [/srv/secret/, /etc/]
      authorizedClassPrefix: ["io.kestra.plugin.core."]
      enabled: true
bulkhead: {network: {allow: ["a.example:443"]}}
`;
const FLOW = `id: it
namespace: company.team
tasks:
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: hello
  - id: eval
    type: io.kestra.plugin.graalvm.js.Eval
    script: "1"
`;

interface Answer {
  readonly v: number;
  readonly widened: boolean;
  readonly differences: readonly {
    readonly subject: string;
    readonly direction: string;
    readonly what: string;
    readonly example: string;
    readonly old: { readonly source: unknown };
    readonly new: { readonly source: unknown };
  }[];
  readonly tasks?: readonly { readonly task: string; readonly what: string }[];
}

async function diff(files: Record<string, string>, ...argv: string[]) {
  await using box = await makeFiles(files);
  return await bulkhead(["diff", ...argv], { cwd: box.path });
}

Deno.test("diff: says as sets what is newly allowed and newly denied, with both lines", async () => {
  const call = await diff({ "old.yaml": OLD, "new.yaml": NEW }, "old.yaml", "new.yaml", "--json");
  equal(call.code, 1, call.stderr);
  const answer: Answer = JSON.parse(call.stdout);
  deepEqual([answer.v, answer.widened], [1, true]);
  deepEqual(answer.differences.map((it) => `${it.direction} ${it.subject} ${it.what}`), [
    "allowed read /srv/secret and below",
    "allowed spawn classes of io.kestra.plugin.gcp",
    "denied spawn classes of io.kestra.plugin.core, except io.kestra.plugin.core.log",
    "allowed network b.example",
  ]);
  const [read] = answer.differences;
  deepEqual(read!.old.source, { file: "old.yaml", line: 5, column: 31 });
});

Deno.test("diff: another order and spelling is no difference", async () => {
  const call = await diff({ "old.yaml": OLD, "same.yaml": SAME }, "old.yaml", "same.yaml");
  equal(call.code, 0);
  equal(call.stdout, "no difference\n");
});

Deno.test("diff: what only tightens ends with 0", async () => {
  const files = {
    "old.yaml": OLD,
    "chain/1.yaml": OLD,
    "chain/2.yaml": "bulkhead: {spawn: never}\n",
  };
  const tighter = await diff(files, "old.yaml", "chain");
  equal(tighter.code, 0, tighter.stdout);
  match(tighter.stdout, /^0 newly allowed, 1 newly denied, 0 otherwise$/m);
  const wider = await diff(files, "chain", "old.yaml");
  equal(wider.code, 1);
  match(wider.stdout, /^1 newly allowed, 0 newly denied, 0 otherwise: widened$/m);
});

Deno.test("diff: says of flows which tasks are planned otherwise", async () => {
  const files = {
    "old.yaml": OLD,
    "new.yaml": `${OLD}\n`.replace(
      "kestra:",
      "kestra:\n  plugins: {security: {excludes: [io.kestra.plugin.graalvm.js.Eval]}}",
    ),
    "flow.yaml": FLOW,
  };
  const call = await diff(files, "old.yaml", "new.yaml", "flow.yaml", "--json");
  equal(call.code, 0, call.stdout);
  const { tasks }: Answer = JSON.parse(call.stdout);
  deepEqual(tasks?.map((it) => it.task), ["eval"]);
  match(tasks![0]!.what, /^it is refused: Cannot run task "eval"/);
  const back = await diff(files, "new.yaml", "old.yaml", "flow.yaml");
  equal(back.code, 1);
  match(back.stdout, /\+ task "eval" of company\.team\/it {2}it runs/);
});

Deno.test("diff: complains of both policies in one call, and of what is no comparison", async () => {
  const files = { "a.yaml": "bulkhead: {nope: 1}\n", "b.yaml": "bulkhead: {spawn: 7}\n" };
  const call = await diff(files, "a.yaml", "b.yaml");
  equal(call.code, 3);
  match(call.stderr, /a\.yaml:1:/);
  match(call.stderr, /b\.yaml:1:/);
  equal(/\n\s+at file:/.test(call.stderr), false);
  for (const argv of [[], ["a.yaml"], ["-", "-"]]) {
    const call = await diff(files, ...argv);
    equal(call.code, 2);
    match(call.stderr, /^error\[usage\/diff\]: Cannot compare: /);
  }
  ok((await diff(files, "a.yaml", "nope.yaml")).stderr.includes("no such file"));
});
