import { deepEqual, equal, match, ok } from "node:assert/strict";
import { parse, stringify } from "yaml";
import { bulkhead, makeFiles } from "./bulkhead.ts";

const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - /etc/
        - /srv/secret
      authorized-class-prefix:
        - io.kestra.plugin.core
  local-files:
    allowed-paths:
      - /opt
bulkhead:
  filesystem: closed
  kernel: off
  network:
    allow: ["a.org:443"]
    deny: ["b.org"]
  env: {allow: [LANG]}
  limits: {timeout: PT1M}
`;

const EVAL = "io.kestra.plugin.graalvm.js.Eval";
const FLOW = `id: f
namespace: a.b
tasks:
  - {id: eval, type: ${EVAL}, script: "1"}
  - {id: log, type: io.kestra.plugin.core.log.Log, message: hi}
  - {id: off, type: ${EVAL}, script: "1", disabled: true}
`;

const FILES = { "policy.yaml": POLICY, "flow.yaml": FLOW };

interface Edit {
  readonly kind: "remove" | "add" | "set";
  readonly at?: { readonly file: string; readonly line: number; readonly column: number };
  readonly value?: unknown;
  readonly yaml?: string;
  /** The key goes with its only entry. */
  readonly whole?: true;
}

interface Answer {
  readonly access: { readonly kind: string; readonly value?: string };
  readonly verdict: string;
  readonly parts: readonly { readonly layer: string; readonly verdict: string }[];
  readonly because: readonly { readonly rule: string; readonly source: unknown }[];
  readonly flips?: readonly { readonly weight: number; readonly edits: readonly Edit[] }[];
  readonly noFlip?: string;
}

function answersIn(stdout: string): readonly Answer[] {
  const document = JSON.parse(stdout);
  equal(document.v, 1);
  return document.tasks.flatMap((it: { answers: readonly Answer[] }) => it.answers);
}

/** Makes an edit as a person would who was told it: the line goes, the YAML is put in. */
function applied(text: string, edits: readonly Edit[]): string {
  const lines = text.split("\n");
  for (const { kind, at, whole } of edits) {
    if (kind !== "remove") continue;
    const line = lines[at!.line - 1]!;
    // One entry a line, or a flow sequence that has one.
    const isBlock = /^\s*- /.test(line);
    lines[at!.line - 1] = isBlock || whole ? "" : line.replace(/\[[^\]]*\]/, "[]");
    if (isBlock && whole) lines[at!.line - 2] = "";
  }
  let policy: unknown = parse(lines.join("\n"));
  for (const { kind, yaml } of edits) {
    if (kind !== "remove") policy = merged(policy, parse(yaml!), kind === "add");
  }
  return stringify(policy, (_, it) => it === null ? undefined : it);
}

function merged(old: unknown, more: unknown, isAdded: boolean): unknown {
  if (isAdded && Array.isArray(old) && Array.isArray(more)) return [...old, ...more];
  if (!isMap(old) || !isMap(more)) return more;
  const all: Record<string, unknown> = { ...old };
  for (const [key, it] of Object.entries(more)) {
    all[key] = key in old ? merged(old[key], it, isAdded) : it;
  }
  return all;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const questions = [
  { ask: ["--read", "/etc/passwd"], verdict: "denied", rule: /forbidden-paths/, line: 6, edits: 2 },
  { ask: ["--read", "/srv/x"], verdict: "denied", rule: /bulkhead.filesystem/, line: 14, edits: 1 },
  { ask: ["--read", "/opt/x"], verdict: "allowed", rule: /allowed-paths/, line: 12, edits: 1 },
  { ask: ["--write", "/data/x"], verdict: "denied", rule: /bulkhead.writable/, edits: 1 },
  { ask: ["--write", "out.txt"], verdict: "allowed", rule: /task's own/, edits: 1 },
  { ask: ["--spawn"], verdict: "denied", rule: /authorized-class-prefix/, line: 9, edits: 1 },
  { ask: ["--net", "a.org:443"], verdict: "allowed", rule: /network.allow/, line: 17, edits: 1 },
  { ask: ["--net", "a.org:80"], verdict: "denied", rule: /network.allow/, line: 17, edits: 1 },
  { ask: ["--net", "b.org"], verdict: "denied", rule: /network.deny|network.allow/, edits: 2 },
  { ask: ["--env", "LANG"], verdict: "allowed", rule: /env.allow/, line: 19, edits: 1 },
  { ask: ["--env", "OTHER"], verdict: "denied", rule: /env.allow/, line: 19, edits: 1 },
] as const;

Deno.test.each(questions.map((it) => ({ ...it, shown: it.ask.join(" ") })))(
  "explain $shown: $verdict, and the change it names turns that round",
  async ({ ask, verdict, rule, edits, ...more }) => {
    await using files = await makeFiles(FILES);
    const call = async (...rest: readonly string[]) =>
      await bulkhead(["explain", "flow.yaml#eval", ...ask, "--json", ...rest], { cwd: files.path });
    const { code, stdout, stderr } = await call("-p", "policy.yaml");
    equal(code, verdict === "allowed" ? 0 : 4, stderr);
    const [answer] = answersIn(stdout);
    equal(answer!.verdict, verdict);
    match(answer!.because[0]!.rule, rule);
    if ("line" in more) equal((answer!.because[0]!.source as { line: number }).line, more.line);
    const flips = answer!.flips!;
    ok(flips.length > 0, stdout);
    equal(flips[0]!.edits.length, edits, JSON.stringify(flips, null, 1));
    deepEqual(flips.map((it) => it.weight), flips.map((it) => it.weight).toSorted((a, b) => a - b));
    for (const [i, flip] of flips.entries()) {
      const text = applied(POLICY, flip.edits);
      await Deno.writeTextFile(`${files.path}/changed.yaml`, text);
      const changed = await call("-p", "changed.yaml", "--brief");
      equal(changed.code, verdict === "allowed" ? 4 : 0, `${i}: ${text}\n${changed.stderr}`);
    }
  },
);

Deno.test("explain shows verdict, layers, the line with its frame, and what to write", async () => {
  await using files = await makeFiles(FILES);
  const { code, stdout } = await bulkhead(
    ["explain", "flow.yaml#eval", "--read", "/srv/secret/key", "-p", "policy.yaml"],
    { cwd: files.path },
  );
  equal(code, 4);
  equal(
    stdout,
    `a.b/f#eval  ${EVAL}  flow.yaml

denied   read /srv/secret/key
  preflight  -       it reads imports by name only
  deno       denies  --deny-read=/srv/secret
  kernel     -       kernel: off
  container  -       not a script task
  because deny read and write /srv/secret  kestra.ee.java-security.forbidden-paths
  at policy.yaml:7:11
   7 |         - /srv/secret
     |           ^
  to allow it: remove "/srv/secret" from kestra.ee.java-security.forbidden-paths
    at policy.yaml:7:11
     7 |         - /srv/secret
       |           ^
  and add "/srv/secret/key" to kestra.local-files.allowed-paths in policy.yaml
    kestra:
      local-files:
        allowed-paths:
          - /srv/secret/key
  or remove "/srv/secret" from kestra.ee.java-security.forbidden-paths
    at policy.yaml:7:11
     7 |         - /srv/secret
       |           ^
  and set bulkhead.filesystem to "open" in policy.yaml
    bulkhead:
      filesystem: open
`,
  );
});

Deno.test("explain without a question is a table of all tasks, and fails where one is refused", async () => {
  await using files = await makeFiles({
    ...FILES,
    "refused.yaml":
      "id: r\nnamespace: a.b\ntasks:\n  - {id: t, type: io.kestra.plugin.jdbc.Query, sql: x}\n",
  });
  const call = (flow: string) =>
    bulkhead(["explain", flow, "-p", "policy.yaml"], { cwd: files.path });
  const { code, stdout } = await call("flow.yaml#*");
  equal(code, 0);
  for (
    const row of [
      /^a\.b\/f#eval /m,
      /denied {3}spawn .*policy\.yaml:9:11$/m,
      /allowed {2}read \/opt .*policy\.yaml:12:9$/m,
      /allowed {2}net a\.org:443 .*policy\.yaml:17:13$/m,
      /denied {3}net 169\.254\.169\.254:80/m,
      /limit {4}timeout to 60000 ms .*policy\.yaml:20:21$/m,
      /^a\.b\/f#log /m,
    ]
  ) match(stdout, row);
  equal((await call("flow.yaml")).stdout, stdout);
  const refused = await call("refused.yaml");
  equal(refused.code, 4);
  match(
    refused.stdout,
    /^refused\n {2}because refuse: Cannot run task "t": nothing here implements/m,
  );
});

Deno.test("explain of all tasks says the same of tasks of one class", async () => {
  const task = (id: string) => `  - {id: ${id}, type: ${EVAL}, script: "1"}\n`;
  await using files = await makeFiles({
    ...FILES,
    "many.yaml": `id: m\nnamespace: a.b\ntasks:\n${
      Array.from({ length: 40 }, (_, i) => task(`t${i}`)).join("")
    }`,
  });
  const { code, stdout } = await bulkhead(
    ["explain", "many.yaml#*", "--read", "/srv/x", "--json", "-p", "policy.yaml"],
    { cwd: files.path },
  );
  equal(code, 4);
  const answers = answersIn(stdout);
  equal(answers.length, 40);
  equal(answers[0]!.flips!.length, 1);
  for (const it of answers) deepEqual(it, answers[0]);
});

Deno.test("explain reads a flow and a policy of standard input once, however often it plans", async () => {
  await using files = await makeFiles(FILES);
  const ask = ["--read", "/opt/x", "--brief", "--json"];
  const flow = await bulkhead(
    ["explain", ...ask.slice(0, 2), "-p", "policy.yaml", "--", "-#eval"],
    {
      cwd: files.path,
      stdin: FLOW,
    },
  );
  equal(flow.code, 0, flow.stderr);
  match(flow.stdout, /to deny it: remove "\/opt" from kestra\.local-files\.allowed-paths/);
  const policy = await bulkhead(["explain", "flow.yaml#eval", ...ask.slice(0, 2), "-p", "-"], {
    cwd: files.path,
    stdin: POLICY,
  });
  equal(policy.code, 0, policy.stderr);
  match(policy.stdout, /remove "\/opt" from .*\n +at -:12:9\n/);
});

Deno.test("explain of a refused task says what would let it run", async () => {
  const rule = (type: string) =>
    `        - {type: io.kestra.plugin.ee.rules.Deny, on: PLUGIN, where: [{field: type, operator: EQUAL_TO, value: ${type}}]}\n`;
  await using files = await makeFiles({
    ...FILES,
    "ruled.yaml": `bulkhead: {kernel: off}
kestra:
  policies:
    - id: no-eval
      enforcement: ACTIVE
      rules:
${rule(EVAL)}${rule("x.y")}`,
    "host.yaml": `id: h
namespace: a.b
tasks:
  - id: t
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [echo hi]
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
`,
  });
  const call = (flow: string, policy: string) =>
    bulkhead(["explain", flow, "-p", policy], { cwd: files.path });
  const ruled = await call("flow.yaml#eval", "ruled.yaml");
  equal(ruled.code, 4);
  match(
    ruled.stdout,
    /to let it run: remove "rule Deny of no-eval" from kestra\.policies\n +at ruled\.yaml:7:11/,
  );
  const off = await call("host.yaml", "policy.yaml");
  match(off.stdout, /because refuse: .* may not start processes .*process-denied/);
  match(off.stdout, /to let it run: add "io\.kestra\.plugin\.scripts\.shell\.Commands" to .*\n/);
  match(off.stdout, /and set bulkhead\.kernel to "prefer" in policy\.yaml/);
});

Deno.test("explain says where no policy can, and why", async () => {
  await using files = await makeFiles(FILES);
  const call = async (task: string, ...ask: readonly string[]) => {
    const { stdout } = await bulkhead(
      ["explain", `flow.yaml#${task}`, ...ask, "--json", "-p", "policy.yaml"],
      { cwd: files.path },
    );
    return answersIn(stdout)[0]!;
  };
  const off = await call("off", "--read", "x");
  deepEqual([off.verdict, off.flips], ["denied", []]);
  match(off.noFlip!, /disabled in its flow/);
  const log = await call("log", "--read", "/opt/x");
  deepEqual([log.verdict, log.flips], ["denied", []]);
  match(log.noFlip!, /part of bulkhead/);
  const proc = await call("eval", "--read", "/proc/self/environ");
  deepEqual([proc.verdict, proc.flips], ["denied", []]);
  match(JSON.stringify(proc.because), /built-in|bulkhead\.filesystem|what the kernel says/);
});

Deno.test("explain of the baseline, of a chain, and of a refused task", async () => {
  await using files = await makeFiles({
    ...FILES,
    "outer.yaml": "bulkhead: {filesystem: closed, kernel: off, spawn: never}\n",
    "inner.yaml": "bulkhead: {network: {deny: [a.org]}, limits: {timeout: PT1M}}\n",
    "excluding.yaml": `kestra:
  plugins:
    security:
      excludes:
        - io.kestra.plugin.graalvm.js.Eval
bulkhead: {kernel: off}
`,
  });
  const call = async (...argv: readonly string[]) =>
    await bulkhead(["explain", "flow.yaml#eval", ...argv], { cwd: files.path });
  const baseline = await call("--read", "/usr/x");
  equal(baseline.code, 4);
  match(baseline.stderr, /built-in baseline is in force/);
  match(baseline.stdout, /at built-in baseline:\d+:\d+/);
  match(baseline.stdout, /add "\/usr\/x" to .* in a policy of your own/);
  const chain = await call("--net", "a.org", "-p", "outer.yaml", "-p", "inner.yaml");
  match(
    chain.stdout,
    /to allow it: remove "a\.org" from bulkhead\.network\.deny.*\n +at inner\.yaml:1:/,
  );
  const spawn = await call("--spawn", "-p", "outer.yaml", "-p", "inner.yaml");
  match(spawn.stdout, /to allow it: set bulkhead\.spawn to "by-class" in outer\.yaml/);
  const excluded = await call("--read", "x", "-p", "excluding.yaml");
  equal(excluded.code, 4);
  match(
    excluded.stdout,
    /because refuse: .* is excluded {2}plan\/restricted-plugin\n {2}at excluding\.yaml:5:11/,
  );
  match(excluded.stdout, /to allow it: remove .* from kestra\.plugins\.security\.excludes/);
});

Deno.test.each([
  {
    argv: ["flow.yaml#evl", "--spawn"],
    code: 2,
    said: /has eval, log, off\n {2}help: Did you mean "eval"\?/,
  },
  { argv: [], code: 2, said: /no flow given/ },
  { argv: ["#eval"], code: 2, said: /no flow is named before "#"/ },
  { argv: ["flow.yaml#"], code: 2, said: /no task is named after "#"/ },
  { argv: ["flow.yaml", "--net", "https://a.org/"], code: 2, said: /not a host or host:port/ },
  { argv: ["flow.yaml", "--read", ""], code: 2, said: /it is empty/ },
  { argv: ["none.yaml#eval", "--spawn"], code: 3, said: /there is no such file/ },
  {
    argv: ["--events", "e.jsonl", "--spawn"],
    code: 2,
    said: /Cannot use --events with a question/,
  },
  {
    argv: ["--events", "none.jsonl"],
    code: 3,
    said: /Cannot read events of "none\.jsonl": there is no such file/,
  },
])("explain $argv: exit code $code", async ({ argv, code, said }) => {
  await using files = await makeFiles(FILES);
  const call = await bulkhead(["explain", ...argv], { cwd: files.path });
  equal(call.code, code, call.stderr);
  match(call.stderr, said);
  equal(call.stdout, "");
});

const HEAD = {
  v: 1,
  at: "2026-01-01T00:00:00.000Z",
  execution: "0123456789abcdefghij",
  flow: "a.b/f",
  task: "eval",
  taskRun: "abcdefghijabcdefghij",
  attempt: 1,
};
const DENIED = {
  ...HEAD,
  type: "task.denied",
  permission: "read",
  value: "/etc/hostname",
  layer: "deno",
  because: {
    effect: "deny read and write /etc",
    rule: "kestra.ee.java-security.forbidden-paths",
    source: { file: "policy.yaml", line: 6, column: 11 },
  },
};

Deno.test("explain --events groups the denials of a run, with their lines", async () => {
  const other = {
    ...DENIED,
    value: "/gone",
    because: { ...DENIED.because, source: { file: "gone.yaml", line: 1, column: 1 } },
  };
  const events = [DENIED, DENIED, other, { ...HEAD, type: "task.started" }]
    .map((it) => `${JSON.stringify(it)}\n`).join("");
  await using files = await makeFiles({ ...FILES, "e.jsonl": `${events}{"v":1,"typ` });
  const { code, stdout, stderr } = await bulkhead(["explain", "--events", "e.jsonl"], {
    cwd: files.path,
  });
  equal(code, 4);
  equal(
    stdout,
    `denied  read /etc/hostname  a.b/f#eval  by deno  2 times
  because deny read and write /etc  kestra.ee.java-security.forbidden-paths
  at policy.yaml:6:11
   6 |         - /etc/
     |           ^

denied  read /gone  a.b/f#eval  by deno
  because deny read and write /etc  kestra.ee.java-security.forbidden-paths
  at gone.yaml:1:1

3 denials, 2 different, 1 line that cannot be read
`,
  );
  match(stderr, /^warning\[run\/damaged-event\]: Cannot read line 5 of "e\.jsonl": it is no JSON/m);
  const piped = await bulkhead(["explain", "--events", "-"], { cwd: files.path, stdin: events });
  equal(piped.code, 4);
  match(piped.stdout, /^3 denials, 2 different$/m);
});

Deno.test("explain --events lets nothing of a record forge a line", async () => {
  const value = "/x\nallowed  read /etc\u001b[2J";
  const because = { ...DENIED.because, effect: `withhold read ${value}` };
  await using files = await makeFiles({
    "e.jsonl": `${JSON.stringify({ ...DENIED, task: "a\nb", value, because })}\n`,
  });
  const { stdout } = await bulkhead(["explain", "--events", "e.jsonl"], { cwd: files.path });
  deepEqual(stdout.split("\n").map((it) => it.slice(0, 16)), [
    "denied  read /x\\",
    "  because withho",
    "  at policy.yaml",
    "",
    "1 denial, 1 diff",
    "",
  ]);
  equal(stdout.includes("\u001b"), false);
});

Deno.test("explain --events with the flow says what the policy says now", async () => {
  await using files = await makeFiles({ ...FILES, "e.jsonl": `${JSON.stringify(DENIED)}\n` });
  const call = (...argv: readonly string[]) =>
    bulkhead(["explain", "--events", "e.jsonl", "-p", "policy.yaml", ...argv], {
      cwd: files.path,
    });
  const { stdout } = await call("flow.yaml", "--json");
  equal((await call("--flows", ".", "--json")).stdout, stdout);
  const without = await call("--json");
  match(without.stderr, /^no flow given/m);
  equal(JSON.parse(without.stdout).denials[0].now, undefined);
  const { v, denials: [denial], damaged } = JSON.parse(stdout);
  deepEqual([v, damaged, denial.count, denial.now.verdict], [1, 0, 1, "denied"]);
  equal(denial.now.flips[0].edits.length, 2);
});

Deno.test("explain --events refuses another version, and has nothing to say of a run without denials", async () => {
  await using files = await makeFiles({
    ...FILES,
    "new.jsonl": `${JSON.stringify({ ...DENIED, v: 2 })}\n`,
    "none.jsonl": `${JSON.stringify({ ...HEAD, type: "task.started" })}\n`,
    "broken.jsonl": "x\n",
  });
  const call = (file: string) => bulkhead(["explain", "--events", file], { cwd: files.path });
  const taken = await bulkhead(["explain", "--events", "-", "flow.yaml", "-p", "-"], {
    cwd: files.path,
    stdin: POLICY,
  });
  equal(taken.code, 3);
  match(taken.stderr, /Cannot read events of "-": standard input was read already/);
  const newer = await call("new.jsonl");
  equal(newer.code, 3);
  match(
    newer.stderr,
    /error\[run\/events-version\]: Cannot read events of version 2: .*\n {2}at new\.jsonl:1:1/,
  );
  const none = await call("none.jsonl");
  deepEqual([none.code, none.stdout], [0, "0 denials, 0 different\n"]);
  equal((await call("broken.jsonl")).code, 3);
});
