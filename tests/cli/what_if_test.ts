import { deepEqual, equal, match } from "node:assert/strict";
import { bulkhead, makeFiles } from "./bulkhead.ts";

const EVAL = "io.kestra.plugin.graalvm.js.Eval";
const FLOW = `id: f
namespace: a.b
tasks:
  - {id: eval, type: ${EVAL}, script: "1"}
  - {id: log, type: io.kestra.plugin.core.log.Log, message: hi}
`;
const OLD = `bulkhead:
  kernel: off
  filesystem: closed
  writable: [/srv/out]
`;
/** Reads everything, writes nowhere, spawns nothing. */
const NEW = `bulkhead:
  kernel: off
  filesystem: open
  spawn: never
`;
const EXCLUDING = `bulkhead: {kernel: off}
kestra: {plugins: {security: {excludes: [${EVAL}]}}}
`;

const HEAD = {
  v: 1,
  at: "2026-01-01T00:00:00.000Z",
  execution: "0123456789abcdefghij",
  flow: "a.b/f",
  task: "eval",
  taskRun: "abcdefghijabcdefghij",
  attempt: 1,
};
const BECAUSE = {
  effect: "allow read of the workspace and the allowed paths only",
  rule: "bulkhead.filesystem",
  source: { file: "old.yaml", line: 3, column: 15 },
};
const denied = (permission: string, value: string, more = {}) => ({
  ...HEAD,
  type: "task.denied",
  permission,
  value,
  layer: "deno",
  because: BECAUSE,
  ...more,
});
const accessed = (permission: string, value?: string, more = {}) => ({
  ...HEAD,
  type: "task.accessed",
  permission,
  ...(value !== undefined && { value }),
  ...more,
});
const planned = (more = {}) => ({
  ...HEAD,
  type: "task.planned",
  class: EVAL,
  kind: "in-process",
  spawn: "allowed",
  argv: [],
  because: [{ effect: "allow spawn", rule: "no rule restricts it", source: "built-in" }],
  ...more,
});

const RUN = [
  { ...HEAD, type: "execution.started", inputs: {}, policy: "sha256:x" },
  planned(),
  planned({ task: "log", class: "io.kestra.plugin.core.log.Log" }),
  denied("read", "/usr/x"),
  denied("read", "/usr/x"),
  // What no policy gives.
  denied("ffi", "/usr/lib/x.so"),
  accessed("write", "/srv/out/y"),
  accessed("write", "/tmp/bulkhead-0/0123456789abcdefghij/slot-0/abcdefghijabcdefghij/mine"),
  accessed("run", "/bin/true"),
  { ...HEAD, type: "task.finished", state: "SUCCESS", outputs: {}, elapsedMs: 1 },
];

const lines = (events: readonly object[]) => events.map((it) => `${JSON.stringify(it)}\n`).join("");

const FILES = {
  "flow.yaml": FLOW,
  "old.yaml": OLD,
  "new.yaml": NEW,
  "excluding.yaml": EXCLUDING,
  "run.jsonl": lines(RUN),
};

Deno.test("what-if counts the decisions that change, and lists them with both lines", async () => {
  await using files = await makeFiles(FILES);
  const { code, stdout, stderr } = await bulkhead(
    ["what-if", "run.jsonl", "flow.yaml", "-p", "new.yaml"],
    { cwd: files.path },
  );
  equal(code, 0, stderr);
  equal(
    stdout,
    `allowed, was denied  read /usr/x  a.b/f#eval  2 times
  was     allow read of the workspace and the allowed paths only  bulkhead.filesystem
  at old.yaml:3:15
  because allow read of everything that is not forbidden, listed when the run starts  bulkhead.filesystem
  at new.yaml:3:15
   3 |   filesystem: open
     |               ^

denied, was allowed  spawn  a.b/f#eval
  was     allow spawn  no rule restricts it  built-in
  because deny spawn  bulkhead.spawn: never
  at new.yaml:4:10
   4 |   spawn: never
     |          ^

denied, was allowed  write /srv/out/y  a.b/f#eval
  because withhold write /srv/out/y  writing is open in the workspace and in bulkhead.writable only  built-in

denied, was allowed  spawn  a.b/f#eval
  because deny spawn  bulkhead.spawn: never
  at new.yaml:4:10
   4 |   spawn: never
     |          ^

5 of 9 decisions change: 3 to denied, 2 to allowed
`,
  );
});

Deno.test("what-if under the policy of the run changes nothing", async () => {
  await using files = await makeFiles(FILES);
  const { code, stdout } = await bulkhead(
    ["what-if", "run.jsonl", "flow.yaml", "-p", "old.yaml", "--fail-on", "change"],
    { cwd: files.path },
  );
  deepEqual([code, stdout], [0, "0 of 9 decisions change\n"]);
});

Deno.test("what-if of a real run, replayed under its own policy and under a closed one", async () => {
  const script = `
try { await Deno.readTextFile("/usr/lib/os-release"); } catch {}
try { await Deno.writeTextFile("mine", "x"); await Deno.readTextFile("../x"); } catch {}
try { Deno.env.get("NONE"); } catch {}
try { await Deno.connect({ hostname: "127.0.0.1", port: 1 }); } catch {}`;
  await using files = await makeFiles({
    ...FILES,
    "flow.yaml": JSON.stringify({
      id: "f",
      namespace: "a.b",
      tasks: [{ id: "eval", type: EVAL, script }],
    }),
    "closed.yaml":
      "bulkhead: {kernel: off, filesystem: closed, spawn: never, network: {allow: []}}\n",
  });
  const run = await bulkhead(["run", "flow.yaml", "-p", "closed.yaml", "--json"], {
    cwd: files.path,
  });
  equal(run.code, 0, run.stderr);
  const call = async (policy: string) => {
    const { stdout } = await bulkhead(["what-if", "-", "flow.yaml", "-p", policy, "--json"], {
      cwd: files.path,
      stdin: run.stdout,
    });
    return JSON.parse(stdout);
  };
  const same = await call("closed.yaml");
  deepEqual([same.v, same.changes, same.decisions > 4], [1, 0, true], run.stdout);
  const open = await call("new.yaml");
  const changed = open.changed.map((it: { what: object; is: string }) =>
    `${Object.values(it.what).join(" ")}: ${it.is}`
  );
  deepEqual(changed.toSorted(), ["net 127.0.0.1:1: allowed", "read /usr/lib/os-release: allowed"]);
});

Deno.test("what-if of a task that would be refused, and --fail-on", async () => {
  await using files = await makeFiles(FILES);
  const call = async (policy: string, ...more: readonly string[]) =>
    await bulkhead(["what-if", "run.jsonl", "--flows", ".", "-p", policy, ...more], {
      cwd: files.path,
    });
  const refused = await call("excluding.yaml", "--fail-on", "denied");
  equal(refused.code, 1, refused.stderr);
  match(
    refused.stdout,
    /^denied, was allowed {2}run {2}a\.b\/f#eval\n {2}because refuse: .*restricted-plugin\n {2}at excluding\.yaml:2:/m,
  );
  match(refused.stdout, /to denied\n$/);
  equal((await call("excluding.yaml", "--fail-on", "allowed")).code, 0);
  equal((await call("new.yaml", "--fail-on", "allowed")).code, 1);
  equal((await call("new.yaml", "--fail-on", "never")).code, 0);
  // A flow that is named twice is one.
  const twice = await call("old.yaml", "./flow.yaml", "--fail-on", "change");
  deepEqual([twice.code, twice.stdout], [0, "0 of 9 decisions change\n"]);
  const wrong = await call("new.yaml", "--fail-on", "sometimes");
  equal(wrong.code, 2);
});

Deno.test("what-if says what it could not replay or read, and exits with 3", async () => {
  await using files = await makeFiles({
    ...FILES,
    "run.jsonl": lines([
      planned(),
      denied("read", "/x", { flow: "a.b/other" }),
      denied("read", "/x", { flow: "a.b/other" }),
      denied("read", "/x", { task: "gone" }),
    ]) + '{"v":1}\n[1]\n{"v":1,"type":"task.den',
    "newer.jsonl": lines([{ ...planned(), v: 2 }]),
  });
  const { code, stdout, stderr } = await bulkhead(
    ["what-if", "run.jsonl", "flow.yaml", "-p", "old.yaml"],
    { cwd: files.path },
  );
  equal(code, 3);
  equal(
    stdout,
    `0 of 2 decisions change
not replayed: 2, flow "a.b/other" is not given
not replayed: 1, flow "a.b/f" has no task "gone"
not read: 3 lines
`,
  );
  deepEqual(
    [...stderr.matchAll(/Cannot read line (\d+) of/g)].map((it) => it[1]),
    ["5", "6", "7"],
  );
  const newer = await bulkhead(["what-if", "newer.jsonl", "flow.yaml", "-p", "old.yaml"], {
    cwd: files.path,
  });
  deepEqual([newer.code, newer.stdout], [3, ""]);
  match(newer.stderr, /error\[run\/events-version\]/);
});

Deno.test.each([
  { argv: [], code: 2, said: /no file of events given/ },
  { argv: ["flow.yaml"], code: 2, said: /no file of events given/ },
  { argv: ["-", "-"], code: 2, said: /standard input is read once/ },
  { argv: ["none.jsonl", "flow.yaml"], code: 3, said: /there is no such file/ },
  { argv: ["run.jsonl", "none.yaml"], code: 3, said: /there is no such file/ },
  { argv: [".", "flow.yaml"], code: 3, said: /it is a directory/ },
])("what-if $argv: exit code $code", async ({ argv, code, said }) => {
  await using files = await makeFiles(FILES);
  const call = await bulkhead(["what-if", ...argv], { cwd: files.path });
  equal(call.code, code, call.stderr);
  match(call.stderr, said);
});
