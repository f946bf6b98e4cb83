import { deepEqual, equal, match, ok } from "node:assert/strict";
import { parseYaml } from "../../source/mod.ts";
import { StageError } from "../../model/mod.ts";
import { parseOwnTests, parsePolicyTests } from "./parse_policy_tests.ts";

const HEAD = "policy: p.yaml\ntests:\n";
const TASK = "    task: {type: a.B}\n";
const EXPECT = "    expect: {spawn: denied}\n";
const TEST = `${HEAD}  - name: one\n${TASK}${EXPECT}`;
const table = (rows: string, rest = TASK.replace("a.B", '"${class}"') + EXPECT) =>
  `${HEAD}  - name: one\n    table:\n      columns: [class]\n      rows: ${rows}\n${rest}`;

function complaints(text: string): readonly string[] {
  return complaintsOf(() => parsePolicyTests(text, "t.yaml"))
    .map((it) => `${it.at?.line}:${it.at?.column} ${it.code}`);
}

function complaintsOf(parse: () => unknown) {
  try {
    parse();
    return [];
  } catch (error) {
    ok(error instanceof StageError, String(error));
    return error.diagnostics;
  }
}

Deno.test("policy tests: a test is read with all that it expects, each with its place", () => {
  const { policies, tests } = parsePolicyTests(
    `policy: [outer.yaml, inner.yaml]
host: {kernel: false}
tests:
  - name: all
    description: of it
    host: {engine: podman}
    task: {type: a.B}
    expect:
      verdict: run
      argv: {includes: [--deny-read=/etc], excludes: [-A]}
      permissions: {read: {deny: all, allow: {includes: [/srv]}}}
      layers: {kernel: false}
      values: {taskRunner.type: null}
      limits: {timeout: PT1M, memory: 8MB, files: null}
      container: {image: a, mounts: {includes: ["/a:/b:ro"]}}
      access:
        read: {/etc: denied}
        net: {"a:1": allowed}
        spawn: denied
      because: ["p.yaml:3"]
`,
    "t.yaml",
  );
  deepEqual(policies.map((it) => it.value), ["outer.yaml", "inner.yaml"]);
  const [test] = tests;
  deepEqual(test!.host, { kernel: false, engine: "podman" });
  deepEqual(
    test!.expectations.map(({ kind, expected, at }) => [kind, expected, `${at.line}:${at.column}`]),
    [
      ["verdict", "run", "9:16"],
      ["argv", "--deny-read=/etc", "10:25"],
      ["argv", "-A", "10:55"],
      ["permission", { includes: true, value: "/srv" }, "11:58"],
      ["permission", "all", "11:34"],
      ["layer", false, "12:24"],
      ["value", null, "13:16"],
      ["limit", 60_000, "14:25"],
      ["limit", 8 * 2 ** 20, "14:39"],
      ["limit", null, "14:51"],
      ["container", "a", "15:26"],
      ["mount", "/a:/b:ro", "15:49"],
      ["access", "denied", "17:16"],
      ["access", "allowed", "18:15"],
      ["access", "denied", "19:16"],
      ["because", "p.yaml:3", "20:17"],
    ],
  );
});

Deno.test("policy tests: a table makes a test of each row, at the row's own place", () => {
  const { tests } = parsePolicyTests(
    `${HEAD}  - name: who
    table:
      columns: [class, may, what]
      rows:
        - [a.B, allowed, {a: [1]}]
        - [a.C, denied, 7]
    task: {type: "\${class}", key: "\${what}", text: "of \${class}, not $\${class}"}
    expect: {spawn: "\${may}", access: {env: {"\${class}": denied}}}
`,
    "t.yaml",
  );
  deepEqual(tests.map((it) => [it.name, it.source.line]), [
    ["who (a.B, allowed, {a: [1]})", 7],
    ["who (a.C, denied, 7)", 8],
  ]);
  const [first, second] = tests;
  deepEqual(first!.expectations.map((it) => [it.kind, it.expected, it.at.line, it.at.column]), [
    ["spawn", "allowed", 7, 17],
    ["access", "denied", 7, 12],
  ]);
  const { subject } = second!;
  ok(subject.kind === "flow");
  const tasks = subject.flow.entries.get("tasks")!.value;
  ok(tasks.kind === "list" && tasks.items[0]!.kind === "map");
  const said = (key: string) => {
    const value = tasks.items[0]!.kind === "map" && tasks.items[0]!.entries.get(key)!.value;
    return value && value.kind === "scalar" ? value.value : undefined;
  };
  deepEqual([said("key"), said("text")], [7, "of a.C, not ${class}"]);
});

Deno.test("policy tests: a name with a column in it is a row's whole name", () => {
  const text = table("[[a.B], [a.C]]").replace("name: one", 'name: "no ${class}"');
  deepEqual(parsePolicyTests(text, "t.yaml").tests.map((it) => it.name), ["no a.B", "no a.C"]);
});

const ROWS: readonly (readonly [string, string, readonly string[]])[] = [
  ["nothing at all", "", ["1:1 test/not-a-map"]],
  ["no policy", TEST.replace("policy: p.yaml\n", ""), ["1:1 test/missing-key"]],
  ["no tests", "policy: p.yaml\ntests: []\n", ["2:8 test/wrong-value"]],
  ["a key that is none", TEST.replace("spawn:", "spwan:"), ["5:14 test/unknown-key"]],
  ["a word that is none", TEST.replace("denied", "deny"), ["5:21 test/wrong-value"]],
  ["a test that is named twice", TEST + TEST.slice(HEAD.length), ["6:5 test/duplicate-name"]],
  ["a row twice", table("[[a.B], [a.B]]"), ["6:21 test/duplicate-name"]],
  ["an expectation of nothing", `${HEAD}  - name: one\n${TASK}    expect: {}\n`, [
    "5:13 test/no-expectation",
  ]],
  ["nothing to expect it of", `${HEAD}  - name: one\n${EXPECT}`, ["3:5 test/no-subject"]],
  ["a task without its flow", TEST.replace("{type: a.B}", "load"), ["4:11 test/no-subject"]],
  ["a task and a flow", `${TEST}    flow: f.yaml\n`, ["4:11 test/no-subject"]],
  [
    "a namespace beside a flow",
    `${HEAD}  - {name: one, flow: f.yaml, namespace: a, expect: {spawn: denied}}\n`,
    ["3:31 test/no-subject"],
  ],
  ["a row that is too short", table("[[]]"), ["6:14 test/wrong-row"]],
  ["a column that nothing uses", table("[[a.B]]", TASK + EXPECT), ["5:17 test/unused-column"]],
  [
    "a column that there is not",
    table("[[a.B], [a.C]]", TASK.replace("a.B", '"${class}${clas}"') + EXPECT),
    ["7:18 test/unknown-column"],
  ],
  ["a verdict of a row that is none", table("[[x]]", `${TASK}    expect: {spawn: "\${class}"}\n`), [
    "6:15 test/wrong-value",
  ]],
  ["a machine that is none", TEST.replace("tests:", "host: {kernal: false}\ntests:"), [
    "2:8 test/unknown-key",
  ]],
];

for (const [name, text, expected] of ROWS) {
  Deno.test(`policy tests: a file is refused for ${name}`, () => {
    deepEqual(complaints(text), expected);
  });
}

Deno.test("policy tests: the controls of what is refused are read", () => {
  for (
    const text of [
      TEST,
      table("[[a.B], [a.C]]"),
      TEST.replace("tests:", "host: {kernel: false}\ntests:"),
      `${HEAD}  - name: one\n    flow: f.yaml\n    task: load\n${EXPECT}`,
    ]
  ) deepEqual(complaints(text), []);
});

Deno.test("policy tests: a misspelt key has a did-you-mean", () => {
  const [it] = complaintsOf(() => parsePolicyTests(TEST.replace("spawn:", "spwan:"), "t.yaml"));
  equal(it!.help, 'Did you mean "spawn"?');
});

Deno.test("policy tests: what a policy promises of itself is in it as a whole", () => {
  const own = (test: string) =>
    parseYaml(`- {name: a, ${test}, expect: {spawn: denied}}`, "p.yaml")!;
  equal(parseOwnTests(own("task: {type: a.B}")).length, 1);
  const [it] = complaintsOf(() => parseOwnTests(own("flow: f.yaml")));
  match(it!.message, /a policy's own tests hold their flows themselves/);
});
