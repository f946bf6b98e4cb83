import { deepEqual, equal, ok } from "node:assert/strict";
import { hostFacts } from "../../../tests/host_facts.ts";
import { parseFlow } from "../../flow/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../../policy/mod.ts";
import { canonicalClass } from "../../catalog/aliases.ts";
import { parsePolicyTests } from "./parse_policy_tests.ts";
import { runPolicyCase } from "./run_policy_case.ts";

const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths: [/etc]
      authorized-class-prefix:
        - io.kestra.plugin.core
  plugins:
    defaults:
      - type: io.kestra.plugin.scripts.shell.Commands
        forced: true
        values: {containerImage: "alpine:3"}
bulkhead:
  writable: [/srv/out]
  network: {allow: [example.com], deny: ["example.com:22"]}
  env: {allow: [SITE]}
  limits: {timeout: PT1M, memory: 64MB}
  containers:
    volumes: ["/srv/in:ro"]
`;
const policy = await loadPolicy([{ file: "policy.yaml", text: POLICY }]);
const TASK = "{type: com.example.Task}";
const LOG = "{type: io.kestra.plugin.core.log.Log, message: hello}";
const SHELL =
  `{type: io.kestra.plugin.scripts.shell.Commands, commands: [ls], containerImage: "x:1",
      taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, volumes: ["/srv/in:/in:ro"]}}`;
const REFUSED = "{type: io.kestra.plugin.scripts.shell.Commands, nope: 1}";

function judge(task: string, expect: string, more = "") {
  const text =
    `policy: policy.yaml\ntests:\n  - name: it\n    task: ${task}\n    expect: ${expect}\n${more}`;
  const [test] = parsePolicyTests(text, "t.yaml").tests;
  const host = hostFacts();
  return runPolicyCase(test!, {
    policy,
    host,
    prepare: (root, policy) => {
      const ruled = applyRules(applyDefaults(root, policy), policy.rules, canonicalClass);
      return parseFlow(ruled.flow);
    },
    texts: new Map([["policy.yaml", POLICY]]),
  });
}

/** What is true of a task, and what is not, differing in one thing; then the policy's line behind it. */
const ROWS: readonly (readonly [string, { yes: string; no: string }, number?])[] = [
  [TASK, { yes: "{verdict: run}", no: "{verdict: refuse}" }],
  [REFUSED, { yes: "{verdict: refuse}", no: "{verdict: run}" }],
  [REFUSED, {
    yes: "{refusal: plan/unsupported-property}",
    no: "{refusal: plan/unknown-class}",
  }],
  [TASK, { yes: "{kind: in-process}", no: "{kind: script}" }],
  [TASK, { yes: "{spawn: denied}", no: "{spawn: allowed}" }, 7],
  [LOG, { yes: "{spawn: allowed}", no: "{spawn: denied}" }, 7],
  [TASK, {
    yes: "{argv: {includes: [--deny-read=/etc]}}",
    no: "{argv: {excludes: [--deny-read=/etc]}}",
  }, 5],
  [TASK, { yes: "{argv: {excludes: [-A]}}", no: "{argv: {includes: [-A]}}" }],
  [TASK, {
    yes: "{permissions: {read: {allow: {includes: [/opt/tool]}}}}",
    no: "{permissions: {read: {allow: {includes: [/etc/tool]}}}}",
  }],
  [TASK, {
    yes: "{permissions: {run: {deny: all}}}",
    no: "{permissions: {run: {deny: none}}}",
  }, 7],
  [TASK, {
    yes: "{permissions: {write: {allow: {excludes: [/opt]}}}}",
    no: "{permissions: {write: {allow: {includes: [/opt]}}}}",
  }],
  [TASK, { yes: "{layers: {container: false}}", no: "{layers: {container: true}}" }],
  [SHELL, {
    yes: '{values: {containerImage: "alpine:3"}}',
    no: '{values: {containerImage: "x:1"}}',
  }, 12],
  [SHELL, { yes: '{values: {"commands[0]": ls}}', no: '{values: {"commands[1]": ls}}' }],
  [SHELL, { yes: "{values: {commands: [ls]}}", no: "{values: {commands: null}}" }],
  [SHELL, { yes: "{values: {description: null}}", no: "{values: {description: a}}" }],
  [TASK, { yes: "{limits: {timeout: PT1M}}", no: "{limits: {timeout: PT2M}}" }, 17],
  [TASK, { yes: "{limits: {files: null}}", no: "{limits: {files: 64}}" }],
  [SHELL, { yes: "{container: {image: alpine:3}}", no: "{container: {image: alpine:4}}" }, 12],
  [SHELL, { yes: "{container: {network: none}}", no: "{container: {network: host}}" }],
  [SHELL, { yes: "{container: {capabilities: []}}", no: "{container: {capabilities: [NET_RAW]}}" }],
  [SHELL, { yes: "{container: {engine: docker}}", no: "{container: {engine: podman}}" }],
  [SHELL, {
    yes: '{container: {mounts: {includes: ["/srv/in:/in:ro"]}}}',
    no: '{container: {mounts: {includes: ["/srv/in:/in"]}}}',
  }],
  [TASK, {
    yes: "{access: {read: {/etc/passwd: denied}}}",
    no: "{access: {read: {/etc/passwd: allowed}}}",
  }, 5],
  [TASK, {
    yes: "{access: {read: {/opt/x: allowed}}}",
    no: "{access: {read: {/opt/x: denied}}}",
  }],
  [TASK, {
    yes: "{access: {write: {/srv/out/x: allowed}}}",
    no: "{access: {write: {/srv/out/x: denied}}}",
  }, 14],
  [TASK, {
    yes: "{access: {net: {example.com:443: allowed}}}",
    no: "{access: {net: {example.org:443: allowed}}}",
  }, 15],
  [TASK, { yes: "{access: {env: {SITE: allowed}}}", no: "{access: {env: {HOME: allowed}}}" }, 16],
  [TASK, { yes: "{access: {spawn: denied}}", no: "{access: {spawn: allowed}}" }, 7],
];

for (const [task, { yes, no }, line] of ROWS) {
  Deno.test(`policy tests: ${yes} holds, ${no} does not`, () => {
    const held = judge(task, yes);
    deepEqual([held.verdict, held.problems], ["passed", []]);
    const failed = judge(task, no);
    equal(failed.verdict, "failed");
    const [check] = failed.checks;
    ok(!check!.holds && check!.message!.length > 10, check!.message);
    if (line === undefined) return;
    const lines = held.checks[0]!.because!.flatMap((it) =>
      it.source === "built-in" ? [] : [it.source.line]
    );
    ok(lines.includes(line), `${JSON.stringify(held.checks[0]!.because)} names no line ${line}`);
  });
}

Deno.test("policy tests: because is a line, a rule or the text of a line, of what decides the rest", () => {
  const asked = (because: string) =>
    judge(TASK, `{access: {read: {/etc/passwd: denied}}, because: ["${because}"]}`).verdict;
  for (const it of ["policy.yaml:5", ":5", "forbidden-paths", "forbidden-paths: [/etc]"]) {
    equal(asked(it), "passed", it);
  }
  // A line that decides something else of the same task.
  for (const it of ["policy.yaml:7", "other.yaml:5", "authorized-class-prefix"]) {
    equal(asked(it), "failed", it);
  }
});

Deno.test("policy tests: a path is there when the policy or the test names it", () => {
  const read = (path: string) => judge(TASK, `{access: {read: {${path}: allowed}}}`).verdict;
  deepEqual(["/opt/a/b", "/etcetera", "/srv/in/x"].map(read), ["passed", "passed", "passed"]);
  deepEqual(["/etc", "/etc/x", "/proc/1/environ", "/var/run/docker.sock"].map(read), [
    "failed",
    "failed",
    "failed",
    "failed",
  ]);
});

Deno.test("policy tests: what is denied to a refused task proves nothing, unless the refusal is meant", () => {
  const denied = "access: {read: {/etc/passwd: denied}}";
  const { verdict, checks } = judge(REFUSED, `{${denied}}`);
  equal(verdict, "failed");
  deepEqual(checks.map((it) => [it.operator, it.holds]), [
    ["verdict", false],
    ["access.read /etc/passwd", true],
  ]);
  equal(judge(REFUSED, `{verdict: refuse, ${denied}}`).verdict, "passed");
  equal(judge(TASK, `{${denied}}`).verdict, "passed");
  // Of a class that is no matter.
  equal(judge(REFUSED, "{spawn: denied}").verdict, "passed");
});

Deno.test("policy tests: a machine may lack something", () => {
  equal(judge(SHELL, "{verdict: run}").verdict, "passed");
  equal(judge(SHELL, "{refusal: host/no-engine}", "    host: {engine: none}\n").verdict, "passed");
  equal(judge(TASK, "{layers: {kernel: true}}").verdict, "passed");
  equal(judge(TASK, "{layers: {kernel: false}}", "    host: {kernel: false}\n").verdict, "passed");
  equal(judge(TASK, "{verdict: run}").verdict, "passed");
  const without = judge(TASK, "{refusal: plan/unknown-class}", "    host: {plugins: false}\n");
  equal(without.verdict, "passed");
});

Deno.test("policy tests: what cannot be planned is an error of the test, with its place", () => {
  const { verdict, problems } = judge("{type: com.example.Task, timeout: soon}", "{verdict: run}");
  equal(verdict, "error");
  equal(problems[0]!.at!.line, 4);
});
