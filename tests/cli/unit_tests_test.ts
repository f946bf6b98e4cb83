import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "./bulkhead.ts";

const TYPE = "io.kestra.core.tests.flow.UnitTest";

/** As in Kestra's documentation, with what nothing here implements. */
const FLOW = `id: etl
namespace: company.team
inputs:
  - {id: who, type: STRING, defaults: nobody}
tasks:
  - id: extract
    type: io.kestra.plugin.gcp.bigquery.Query
  - id: shout
    type: io.kestra.plugin.core.debug.Return
    format: "{{ read(outputs.extract.uri) | upper | trim }} {{ inputs.who }}"
  - id: load
    type: io.kestra.plugin.gcp.bigquery.Load
outputs:
  - {id: shouted, type: STRING, value: "{{ outputs.shout.value }}"}
`;

const TESTS = `id: etl_tests
namespace: company.team
flowId: etl
testCases:
  - id: mocked
    type: ${TYPE}
    description: what is extracted is shouted
    fixtures:
      inputs: {who: world}
      files:
        rows.txt: |
          hello
      tasks:
        - id: extract
          outputs: {uri: "{{ files['rows.txt'] }}"}
        - id: load
    assertions:
      - value: "{{ outputs.shout.value }}"
        equalTo: HELLO world
        startsWith: HELLO
      - value: "{{ execution.outputs.shouted }}"
        equalsTo: HELLO world
      - value: "{{ execution.state }}"
        in: [SUCCESS, WARNING]
      - value: "{{ read(outputs.extract.uri) }}"
        contains: hello
  - id: wrong
    type: ${TYPE}
    fixtures:
      files: {rows.txt: hello}
      tasks:
        - {id: extract, outputs: {uri: "{{ files['rows.txt'] }}"}}
        - id: load
    assertions:
      - value: "{{ outputs.shout.value }}"
        taskId: shout
        equalTo: Something else
      - value: "{{ outputs.shout.value }}"
        isNotNull: true
        errorMessage: never said
  - id: off
    type: ${TYPE}
    disabled: true
`;

/** What of a report changes from run to run. */
const steady = (text: string) => text.replace(/\d+ ms/g, "N ms");

Deno.test("test: a case that holds passes, one that does not fails with its place", async () => {
  await using files = await makeFiles({ "etl.yaml": FLOW, "tests/etl.yaml": TESTS });
  const argv = ["test", "tests", "--flows", "."];
  const { code, stdout, stderr } = await bulkhead(argv, { cwd: files.path });
  equal(code, 1, stderr);
  equal(
    steady(stdout),
    `tests/etl.yaml  company.team/etl
  ✓ mocked  what is extracted is shouted  SUCCESS N ms
      extract SUCCESS mocked
      shout SUCCESS
      load SUCCESS mocked
  ✗ wrong  SUCCESS N ms
      extract SUCCESS mocked
      shout SUCCESS
      load SUCCESS mocked
      failed "{{ outputs.shout.value }}" is not equal to "Something else": it is "HELLO nobody"
        task "shout"
        expected equalTo "Something else"
        actual   "HELLO nobody"
        at tests/etl.yaml:37:9
         37 |         equalTo: Something else
            |         ^
  - off  disabled

3 test cases: 1 passed, 1 failed, 1 skipped
`,
  );
});

Deno.test("test: the flow is looked for beside the test, and all that passes ends with 0", async () => {
  const passing = TESTS.slice(0, TESTS.indexOf("  - id: wrong"));
  await using files = await makeFiles({ "etl.yaml": FLOW, "etl_test.yaml": passing });
  const { code, stdout, stderr } = await bulkhead(["test", "etl_test.yaml"], { cwd: files.path });
  equal(code, 0, stderr + stdout);
  match(stdout, /^1 test case: 1 passed$/m);
});

Deno.test("test: the same as JSON and as JUnit's XML", async () => {
  await using files = await makeFiles({ "etl.yaml": FLOW, "tests/etl.yaml": TESTS });
  const { code, stdout, stderr } = await bulkhead(
    ["test", "tests/etl.yaml", "--flows", ".", "--json", "--junit", "report.xml"],
    { cwd: files.path },
  );
  equal(code, 1, stderr);
  const { v, passed, failed, error, skipped, suites } = JSON.parse(stdout);
  deepEqual({ v, passed, failed, error, skipped }, {
    v: 1,
    passed: 1,
    failed: 1,
    error: 0,
    skipped: 1,
  });
  const [, wrong] = suites[0].cases;
  deepEqual(wrong.checks.map((it: { holds: boolean }) => it.holds), [false, true]);
  deepEqual(wrong.checks[0].at, { file: "tests/etl.yaml", line: 37, column: 9 });
  const xml = await Deno.readTextFile(`${files.path}/report.xml`);
  match(
    xml,
    /<testsuites name="bulkhead" tests="3" failures="1" errors="0" skipped="1" time="\d+\.\d{3}">/,
  );
  match(
    xml,
    /<testcase name="mocked" classname="company\.team\/etl" file="tests\/etl\.yaml" line="5" time="[\d.]+"\/>/,
  );
  match(
    xml,
    /<failure type="equalTo" message="&quot;\{\{ outputs\.shout\.value \}\}&quot; is not equal/,
  );
  match(xml, /<skipped\/>/);
});

const suite = (own: string) =>
  `id: t\nnamespace: company.team\nflowId: etl\ntestCases:\n  - id: one\n    type: ${TYPE}\n${own}`;

const MOCKS =
  "    fixtures:\n      tasks: [{id: extract, outputs: {uri: x}}, {id: shout, outputs: {value: x}}, {id: load}]\n";

/** What cannot be found out is an error, and none of them passes. */
const ERRORS: readonly (readonly [string, string, RegExp])[] = [
  [
    "a task that is not mocked",
    "",
    /nothing here implements class "io\.kestra\.plugin\.gcp\.bigquery\.Query"/,
  ],
  [
    "a mock of a task that is none",
    "    fixtures: {tasks: [{id: laod}]}\n",
    /Cannot mock task "laod"[^]*Did you mean "load"\?/,
  ],
  [
    "an assertion about a task that is none",
    `${MOCKS}    assertions: [{value: x, equalTo: x, taskId: shuot}]\n`,
    /Cannot assert something of task "shuot"[^]*Did you mean "shout"\?/,
  ],
  [
    "an expression with an unknown name",
    `${MOCKS}    assertions: [{value: "{{ outputs.nothing.value }}", isNull: true}]\n`,
    /error\[test\/not-rendered\]: Cannot look at "\{\{ outputs\.nothing\.value \}\}"[^]*at t\.yaml:9:/,
  ],
  [
    "an input that does not fit",
    `${MOCKS.trimEnd()}\n      inputs: {woh: x}\n`,
    /Cannot use input "woh"/,
  ],
];

for (const [name, own, fact] of ERRORS) {
  Deno.test(`test: an error for ${name}`, async () => {
    await using files = await makeFiles({ "etl.yaml": FLOW, "t.yaml": suite(own) });
    const { code, stdout, stderr } = await bulkhead(["test", "t.yaml"], { cwd: files.path });
    equal(code, 1, stderr);
    match(stdout, fact);
    match(stdout, /^1 test case: 0 passed, 1 with an error$/m);
  });
}

Deno.test("test: without assertions the execution has to end well", async () => {
  const flow = (condition: string) =>
    `id: etl\nnamespace: company.team\ntasks:\n  - {id: a, type: io.kestra.plugin.core.execution.Fail, condition: "${condition}"}\n`;
  for (const [condition, expected] of [["false", 0], ["true", 1]] as const) {
    await using files = await makeFiles({ "etl.yaml": flow(condition), "t.yaml": suite("") });
    const { code, stdout } = await bulkhead(["test", "t.yaml"], { cwd: files.path });
    equal(code, expected, stdout);
    if (expected === 1) {
      match(stdout, /the execution ended with FAILED, and nothing is asserted of it/);
    }
  }
});

Deno.test("test: a trigger of a fixture is what expressions see", async () => {
  await using files = await makeFiles({
    "etl.yaml":
      `id: etl\nnamespace: company.team\ntriggers:\n  - {id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: k}\ntasks:\n  - {id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body }}"}\n`,
    "t.yaml": suite(
      `    fixtures:\n      trigger: {id: hook, type: io.kestra.plugin.core.trigger.Webhook, variables: {body: hi}}\n    assertions:\n      - {value: "{{ outputs.say.value }}", equalTo: hi}\n      - {value: "{{ trigger.body }}", equalTo: hi}\n`,
    ),
  });
  const { code, stdout } = await bulkhead(["test", "t.yaml"], { cwd: files.path });
  equal(code, 0, stdout);
});

Deno.test("test: a policy holds in tests, also for what is mocked", async () => {
  await using files = await makeFiles({
    "etl.yaml": FLOW,
    "t.yaml": suite(MOCKS),
    "policy.yaml":
      "kestra: {plugins: {security: {excludes: ['io.kestra.plugin.gcp.*']}}}\nbulkhead: {filesystem: closed}\n",
  });
  const refused = await bulkhead(["test", "t.yaml", "-p", "policy.yaml"], { cwd: files.path });
  equal(refused.code, 1, refused.stderr);
  match(refused.stdout, /at policy\.yaml:1/);
  const control = await bulkhead(["test", "t.yaml"], { cwd: files.path });
  equal(control.code, 0, control.stdout);
});

Deno.test("test: what cannot be read ends with 3, and the rest is tested", async () => {
  await using files = await makeFiles({
    "etl.yaml": FLOW,
    "good.yaml": suite(MOCKS),
    "tests/bad.yaml": suite("    fixture: {}\n"),
    "tests/lost.yaml": suite(MOCKS),
  });
  const bad = await bulkhead(["test", "good.yaml", "tests", "--flows", "."], { cwd: files.path });
  equal(bad.code, 3, bad.stdout);
  match(
    bad.stderr,
    /error\[test\/unknown-key\]: Cannot use key "fixture"[^]*Did you mean "fixtures"\?/,
  );
  match(bad.stdout, /^2 test cases: 2 passed$/m);
  for (
    const [path, fact] of [
      ["nope.yaml", /Cannot read tests "nope\.yaml": there is no such file/],
      ["etl.yaml", /Cannot test "etl\.yaml": it has no testCases/],
      ["tests/lost.yaml", /Cannot test flow "company\.team\/etl": there is none in tests/],
    ] as const
  ) {
    const { code, stderr } = await bulkhead(["test", path], { cwd: files.path });
    equal(code, 3, stderr);
    match(stderr, fact);
    doesNotMatch(stderr, /\n\s+at (file|async|ext):/);
  }
});

Deno.test("test: secrets are hidden in what is asserted, and compared all the same", async () => {
  await using files = await makeFiles({
    "etl.yaml":
      `id: etl\nnamespace: company.team\ntasks:\n  - {id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ secret('TOKEN') }}"}\n`,
    "t.yaml": suite(
      `    assertions:\n      - {value: "{{ outputs.say.value }}", endsWith: cret}\n      - {value: "{{ outputs.say.value }}", equalTo: x}\n`,
    ),
  });
  const { code, stdout } = await bulkhead(["test", "t.yaml", "--json"], {
    cwd: files.path,
    env: { SECRET_TOKEN: btoa("very secret") },
  });
  equal(code, 1);
  doesNotMatch(stdout, /very secret/);
  const { suites: [{ cases: [{ checks }] }] } = JSON.parse(stdout);
  deepEqual(checks.map((it: { holds: boolean }) => it.holds), [true, false]);
  ok(stdout.includes("******"));
});

Deno.test("check: a file of unit tests is checked as one", async () => {
  await using files = await makeFiles({
    "good.yaml": suite(MOCKS),
    "bad.yaml": suite("    fixture: {}\n"),
  });
  const good = await bulkhead(["check", "good.yaml"], { cwd: files.path });
  equal(good.code, 0, good.stdout);
  const bad = await bulkhead(["check", "bad.yaml"], { cwd: files.path });
  equal(bad.code, 1, bad.stdout);
  match(bad.stdout, /Cannot use key "fixture"/);
});
