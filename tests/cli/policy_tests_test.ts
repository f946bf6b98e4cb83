import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { bulkhead, command, makeFiles } from "./bulkhead.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - /etc
        - /root
bulkhead:
  spawn: never
  limits: {timeout: PT1M}
`;
const FLOW = `id: greet
namespace: company.team
tasks:
  - {id: hello, type: io.kestra.plugin.core.log.Log, message: hello}
  - {id: load, type: com.example.Load}
`;
const TESTS = `policy: policy.yaml
tests:
  - name: nobody reads
    table:
      columns: [path, verdict]
      rows:
        - [/etc/passwd, denied]
        - [/srv/x, denied]
    task: {type: com.example.Task}
    expect:
      access: {read: {"\${path}": "\${verdict}"}}
  - name: a flow beside it
    flow: flows/greet.yaml
    task: load
    expect: {spawn: denied, limits: {timeout: PT1M}, because: [spawn]}
  - name: not now
    disabled: true
    task: {type: com.example.Task}
    expect: {spawn: allowed}
`;
const UNIT_TESTS = `id: greet_tests
namespace: company.team
flowId: greet
testCases:
  - id: one
    type: io.kestra.core.tests.flow.UnitTest
    fixtures: {tasks: [{id: load}]}
`;
const own = (verdict: string) =>
  `${POLICY}  tests:
    - name: /etc is closed
      task: {type: com.example.Task}
      expect: {access: {read: {/etc/passwd: ${verdict}}}}
`;

Deno.test("policy tests: what holds passes, what does not fails with the row and the policy's line", async () => {
  await using files = await makeFiles({
    "p/policy.yaml": POLICY,
    "p/policy.test.yaml": TESTS,
    "p/flows/greet.yaml": FLOW,
  });
  const { code, stdout, stderr } = await bulkhead(["test", "p"], { cwd: files.path });
  deepEqual([code, stderr], [1, ""]);
  equal(
    stdout,
    `p/policy.test.yaml  p/policy.yaml
  ✓ nobody reads (/etc/passwd, denied)
  ✗ nobody reads (/srv/x, denied)
      failed read of "/srv/x" is allowed, not denied
        expected access.read /srv/x "denied"
        actual   "allowed"
        at p/policy.test.yaml:8:12
         8 |         - [/srv/x, denied]
           |            ^
        because allow read of everything that is not forbidden, listed when the run starts  bulkhead.filesystem
  ✓ a flow beside it
  - not now  disabled

4 test cases: 2 passed, 1 failed, 1 skipped
`,
  );
});

Deno.test("policy tests: the line of the policy is shown behind what is not as expected", async () => {
  await using files = await makeFiles({
    "policy.yaml": POLICY,
    "t.yaml": TESTS.replace("[/etc/passwd, denied]", "[/etc/passwd, allowed]"),
    "flows/greet.yaml": FLOW,
  });
  const { stdout } = await bulkhead(["test", "t.yaml"], { cwd: files.path });
  match(
    stdout,
    /because deny read and write \/etc {2}kestra\.ee\.java-security\.forbidden-paths\n +at policy\.yaml:6:11\n +6 \| +- \/etc\n/,
  );
});

Deno.test("policy tests: both kinds of tests are in one report", async () => {
  await using files = await makeFiles({
    "policy.yaml": POLICY,
    "policy.test.yaml": TESTS,
    "flows/greet.yaml": FLOW,
    "flows/greet_test.yaml": UNIT_TESTS,
  });
  const { code, stdout, stderr } = await bulkhead(
    ["test", ".", "-p", "policy.yaml", "--json", "--junit", "report.xml", "--coverage"],
    { cwd: files.path },
  );
  equal(code, 1, stderr);
  const { v, passed, failed, skipped, suites, coverage } = JSON.parse(stdout);
  deepEqual([v, passed, failed, skipped], [1, 3, 1, 1]);
  deepEqual(
    suites.map((it: { flow?: string; policies?: string[] }) => it.flow ?? it.policies),
    ["company.team/greet", ["policy.yaml"]],
  );
  const [held] = suites[1].cases[0].checks;
  deepEqual([held.operator, held.expected, held.actual, held.holds], [
    "access.read /etc/passwd",
    "denied",
    "denied",
    true,
  ]);
  deepEqual(held.because[0].source, { file: "policy.yaml", line: 6, column: 11 });
  deepEqual([coverage.rules, coverage.decided, coverage.percent], [4, 3, 75]);
  deepEqual(coverage.files[0].open, [{
    rule: "forbiddenPaths: /root",
    at: { file: "policy.yaml", line: 7, column: 11 },
  }]);
  const xml = await Deno.readTextFile(`${files.path}/report.xml`);
  match(xml, /<testsuites name="bulkhead" tests="5" failures="1" errors="0" skipped="1"/);
  match(xml, /<testsuite name="\.\/policy\.test\.yaml" .*package="policy\.yaml" tests="4"/);
  match(
    xml,
    /<failure type="access\.read \/srv\/x" message="read of &quot;\/srv\/x&quot; is allowed/,
  );
});

Deno.test("policy tests: coverage shows the lines that no test decided, and may be demanded", async () => {
  await using files = await makeFiles({
    "policy.yaml": POLICY,
    "policy.test.yaml": TESTS.replace("        - [/srv/x, denied]\n", ""),
    "flows/greet.yaml": FLOW,
  });
  const call = (...argv: readonly string[]) =>
    bulkhead(["test", "policy.test.yaml", ...argv], { cwd: files.path });
  const { code, stdout } = await call("--coverage");
  equal(code, 0);
  equal(
    stdout.slice(stdout.indexOf("\n\npolicy.yaml") + 2),
    `policy.yaml  3 of 4 rules decided, 75 %
  not decided forbiddenPaths: /root
  at policy.yaml:7:11
   7 |         - /root
     |           ^
`,
  );
  doesNotMatch((await call()).stdout, /decided/);
  equal((await call("--coverage-min", "75")).code, 0);
  const less = await call("--coverage-min", "75.1");
  equal(less.code, 1);
  match(less.stderr, /error\[test\/coverage\]: Cannot accept a coverage of 75 %/);
  for (const wrong of ["-1", "101", "most", "1e1"]) {
    const { code, stderr } = await call(`--coverage-min=${wrong}`);
    equal(code, 2, stderr);
  }
});

Deno.test("policy tests: a policy that breaks its own promise is used by nobody", async () => {
  await using files = await makeFiles({
    "good.yaml": own("denied"),
    "bad.yaml": own("allowed"),
    "flow.yaml": FLOW.replace(/ {2}- \{id: load.*\n/, ""),
  });
  const call = (...argv: readonly string[]) => bulkhead(argv, { cwd: files.path });
  for (const verb of ["run", "plan"]) {
    const kept = await call(verb, "flow.yaml", "-p", "good.yaml");
    equal(kept.code, 0, kept.stderr);
    const broken = await call(verb, "flow.yaml", "-p", "bad.yaml");
    deepEqual([broken.code, broken.stdout], [3, ""]);
    equal(
      broken.stderr,
      `error[policy/tests-fail]: Cannot use policy "bad.yaml": test "/etc is closed" fails: read of "/etc/passwd" is denied, not allowed
  at bad.yaml:14:32
   14 |       expect: {access: {read: {/etc/passwd: allowed}}}
      |                                ^
  because deny read and write /etc (kestra.ee.java-security.forbidden-paths)
  at bad.yaml:6:11
   6 |         - /etc
     |           ^
  help: Mend the rule or the test; bulkhead test bad.yaml shows all of it
`,
    );
  }
  // In a chain each file keeps its own promises, whoever tightens it.
  const chain = await call("plan", "flow.yaml", "-p", "good.yaml", "-p", "bad.yaml");
  equal(chain.code, 3);
  match(chain.stderr, /^error\[policy\/tests-fail\]: Cannot use policy "bad\.yaml"/);
});

Deno.test("policy tests: in a chain a promise is about its own file alone", async () => {
  await using files = await makeFiles({
    "outer.yaml": own("denied").replace("/etc/passwd: denied", "/srv/x: allowed"),
    "inner.yaml": "bulkhead: {filesystem: closed}\n",
    "flow.yaml": FLOW.replace(/ {2}- \{id: load.*\n/, ""),
  });
  const argv = ["plan", "flow.yaml", "-p", "outer.yaml", "-p", "inner.yaml"];
  const { code, stderr } = await bulkhead(argv, { cwd: files.path });
  equal(code, 0, stderr);
});

Deno.test("policy tests: a bundle of a policy that breaks its promise is not packed", async () => {
  await using files = await makeFiles({
    "good/policy.yaml": own("denied"),
    "good/policy.test.yaml": TESTS,
    "bad/policy.yaml": own("allowed"),
    "flow.yaml": FLOW.replace(/ {2}- \{id: load.*\n/, ""),
  });
  const call = (...argv: readonly string[]) => bulkhead(argv, { cwd: files.path });
  equal((await call("keygen", "-o", "key")).code, 0);
  const pack = (policy: string) =>
    call("pack", "-p", policy, "--flows", "flow.yaml", "--key", "key.key", "-o", `${policy}.tar`);
  const kept = await pack("good");
  equal(kept.code, 0, kept.stderr);
  // The file of tests beside the policy is none, and stays where it is.
  match(kept.stdout, /policies 1, flows 1/);
  const broken = await pack("bad");
  equal(broken.code, 3);
  match(broken.stderr, /^error\[policy\/tests-fail\]/);
});

Deno.test("policy tests: a directory of policies stands for its policies, not for their tests", async () => {
  await using files = await makeFiles({
    "p/policy.yaml": POLICY,
    "p/policy.test.yaml": TESTS,
    "p/unit_test.yaml": UNIT_TESTS,
    "only/policy.test.yaml": TESTS,
    "flow.yaml": FLOW.replace(/ {2}- \{id: load.*\n/, ""),
  });
  const call = (policy: string) =>
    bulkhead(["plan", "flow.yaml", "--json", "-p", policy], { cwd: files.path });
  const { code, stdout, stderr } = await call("p");
  equal(code, 0, stderr);
  deepEqual(JSON.parse(stdout).policy.files.map((it: { file: string }) => it.file), [
    "p/policy.yaml",
  ]);
  const only = await call("only");
  equal(only.code, 3);
  match(
    only.stderr,
    /Cannot use policies of "only": it holds no \.yaml or \.yml file but of tests/,
  );
  // Named, it is looked at as a policy, and is none.
  const named = await call("p/policy.test.yaml");
  equal(named.code, 3);
  match(named.stderr, /error\[policy\/says-nothing\]/);
});

Deno.test("policy tests: check says which tests fail, and what is wrong in a file of them", async () => {
  await using files = await makeFiles({
    "good.yaml": own("denied"),
    "bad.yaml": own("allowed"),
    "policy.yaml": POLICY,
    "policy.test.yaml": TESTS,
    "typo.test.yaml": TESTS.replace("limits:", "limit:"),
    "flows/greet.yaml": FLOW,
  });
  const check = async (...argv: readonly string[]) => {
    const { code, stdout } = await bulkhead(["check", "--format", "json", ...argv], {
      cwd: files.path,
    });
    const found = JSON.parse(stdout).files.flatMap((
      it: { diagnostics: { code: string; at: { file: string; line: number } }[] },
    ) => it.diagnostics.filter(({ code }) => /tests-fail|^test\//.test(code)));
    return [
      code,
      ...found.map((it: { code: string; at: { file: string; line: number } }) =>
        `${it.at.file}:${it.at.line} ${it.code}`
      ),
    ];
  };
  deepEqual((await check("good.yaml")).slice(1), []);
  deepEqual(await check("bad.yaml"), [1, "bad.yaml:14 check/tests-fail"]);
  // No comment takes that out: a run would not start.
  const commented = own("allowed").replace(
    "      expect:",
    "      # bulkhead-ignore check/tests-fail: it is meant\n      expect:",
  );
  await Deno.writeTextFile(`${files.path}/commented.yaml`, commented);
  deepEqual(await check("commented.yaml"), [1, "commented.yaml:15 check/tests-fail"]);
  deepEqual(await check("policy.test.yaml"), [1, "policy.test.yaml:8 check/tests-fail"]);
  deepEqual(await check("typo.test.yaml"), [1, "typo.test.yaml:15 test/unknown-key"]);
  deepEqual(await check("flows", "-p", "bad.yaml"), [1, "bad.yaml:14 check/tests-fail"]);
});

Deno.test("policy tests: what cannot be read is said, with exit code 3", async () => {
  await using files = await makeFiles({
    "policy.yaml": POLICY,
    "nothing.test.yaml": TESTS.replace("policy: policy.yaml", "policy: nope.yaml"),
    "flow.test.yaml": TESTS,
    "own.yaml": own("denied").replace("task: {type: com.example.Task}", "flow: greet.yaml"),
  });
  const call = (file: string) => bulkhead(["test", file], { cwd: files.path });
  for (
    const [file, words] of [
      [
        "nothing.test.yaml",
        /Cannot read policy "nope\.yaml": there is no such file\n +at nothing\.test\.yaml:1:9/,
      ],
      ["own.yaml", /a policy's own tests hold their flows themselves\n +at own\.yaml:13:13/],
      ["policy.yaml", /Cannot test "policy\.yaml": it has no tests/],
    ] as const
  ) {
    const { code, stderr } = await call(file);
    equal(code, 3, stderr);
    match(stderr, words);
  }
  // A flow that is not there is one test's trouble.
  const { code, stdout } = await call("flow.test.yaml");
  equal(code, 1);
  match(
    stdout,
    /✗ a flow beside it\n +error\[flow\/unreadable\]: Cannot read flow "flows\/greet\.yaml"/,
  );
  match(stdout, /4 test cases: 1 passed, 1 failed, 1 with an error, 1 skipped/);
});

Deno.test("policy tests: a wrong task and an expectation that a flow cannot have are errors", async () => {
  const test = (rest: string) =>
    `policy: policy.yaml\ntests: [{name: it, flow: greet.yaml, ${rest}}]\n`;
  await using files = await makeFiles({
    "policy.yaml": POLICY,
    "greet.yaml": FLOW,
    "task.yaml": test("task: laod, expect: {spawn: denied}"),
    "flow.yaml": test("expect: {spawn: denied}"),
    "good.yaml": test("expect: {verdict: run}"),
  });
  const call = async (file: string) => (await bulkhead(["test", file], { cwd: files.path }));
  match(
    (await call("task.yaml")).stdout,
    /Cannot test task "laod".*\n[^]*help: Did you mean "load"\?/,
  );
  match(
    (await call("flow.yaml")).stdout,
    /Cannot expect "spawn" of a flow of 2 tasks[^]*task: hello, load/,
  );
  equal((await call("good.yaml")).code, 0);
});

Deno.test("policy tests: our own policies keep what they promise, line for line", async () => {
  await using files = await makeFiles({});
  const { code, stdout, stderr } = await bulkhead(
    ["test", `${ROOT}policies`, "--coverage-min", "100"],
    { cwd: files.path },
  );
  equal(code, 0, stdout + stderr);
  for (const name of ["baseline", "edge", "pinned", "worker-isolation"]) {
    match(stdout, new RegExp(`policies/${name}\\.yaml {2}(\\d+) of \\1 rules decided, 100 %`));
  }
});

/** A `test --watch` that runs, and what it has said so far. */
function watching(cwd: string, argv: readonly string[]) {
  const [file, ...rest] = command();
  const child = new Deno.Command(file, {
    args: [...rest, "test", "--watch", ...argv],
    cwd,
    stdout: "piped",
    stderr: "piped",
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).spawn();
  const said = { out: "", err: "" };
  const collect = async (stream: ReadableStream<Uint8Array>, to: "out" | "err") => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) said[to] += text;
  };
  const ends = Promise.all([collect(child.stdout, "out"), collect(child.stderr, "err")]);
  return {
    said,
    /** Waits until a round is told for the n-th time. */
    async round(n: number): Promise<string> {
      for (let i = 0; i < 600; i++) {
        const rounds = said.out.match(/^\d+ test cases?: .*$/gm) ?? [];
        if (rounds.length >= n) {
          // The watching begins when the round is told.
          await new Promise((go) => setTimeout(go, 300));
          return rounds[n - 1]!;
        }
        await new Promise((go) => setTimeout(go, 50));
      }
      throw new Error(`no round ${n}: ${said.out}${said.err}`);
    },
    async stop(signal: Deno.Signal): Promise<number> {
      child.kill(signal);
      const { code } = await child.status;
      await ends;
      return code;
    },
  };
}

Deno.test({
  name: "policy tests: --watch tests again when tests, policies or flows change, until Ctrl-C",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  await using files = await makeFiles({
    "policies/policy.yaml": POLICY,
    "tests/policy.test.yaml": TESTS.replace("policy: ", "policy: ../policies/")
      .replace("flows/", "../flows/"),
    "flows/greet.yaml": FLOW,
  });
  const write = (name: string, text: string) => Deno.writeTextFile(`${files.path}/${name}`, text);
  const watch = watching(files.path, ["tests"]);
  match(await watch.round(1), /2 passed, 1 failed, 1 skipped/);
  // A policy that is elsewhere, then a flow, then a new file of tests.
  await write(
    "policies/policy.yaml",
    POLICY.replace("bulkhead:", "bulkhead:\n  filesystem: closed"),
  );
  match(await watch.round(2), /3 passed, 1 skipped/);
  await write("flows/greet.yaml", FLOW.replace("id: load", "id: store"));
  match(await watch.round(3), /2 passed, 1 with an error, 1 skipped/);
  await write(
    "tests/more.yaml",
    `policy: ../policies/policy.yaml
tests: [{name: more, task: {type: com.example.Task}, expect: {verdict: run}}]
`,
  );
  match(await watch.round(4), /5 test cases: 3 passed, 1 with an error/);
  // What cannot be read ends nothing.
  await write("tests/more.yaml", "policy: [");
  match(await watch.round(5), /4 test cases/);
  equal(await watch.stop("SIGINT"), 130);
  match(watch.said.err, /changed: \S*policies\/policy\.yaml/);
  // Not on a terminal: nothing is cleared.
  ok(!watch.said.out.includes("\x1b"), "an escape sequence was written");
});

Deno.test("policy tests: the README's example is one", async () => {
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const [, example] = /### Policy tests\n[^]*?```yaml\n([^]*?)```/.exec(readme)!;
  await using files = await makeFiles({
    "it.test.yaml": example!,
    "policy.yaml": `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - /etc/
      authorized-class-prefix:
        - io.kestra.plugin.core
bulkhead:
  network: {allow: []}
`,
  });
  const { code, stdout, stderr } = await bulkhead(["test", "it.test.yaml"], { cwd: files.path });
  equal(code, 0, stdout + stderr);
  match(stdout, /^3 test cases: 3 passed$/m);
});
