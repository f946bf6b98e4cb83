import { deepEqual, equal } from "node:assert/strict";
import type { Because, LocatedMap, TestedCase } from "../../model/mod.ts";
import { loadPolicy } from "../../policy/mod.ts";
import { parseYaml } from "../../source/mod.ts";
import { findCoverage } from "./find_coverage.ts";
import { ruleLines } from "./rule_lines.ts";

const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - /etc
        - /root
      authorized-class-prefix: [a.b]
      forbidden-class-prefix: [a.b.c]
  plugins:
    defaults:
      - type: a.b.D
        values:
          image: x
          runner: {type: r, tags: [one, two]}
    security: {includes: [a.*], excludes: [a.z]}
  local-files: {allowed-paths: [/srv]}
  policies:
    - id: p
      rules:
        - type: io.kestra.plugin.ee.rules.Deny
          on: PLUGIN
          where:
            - {field: type, operator: STARTS_WITH, value: z.}
bulkhead:
  filesystem: closed
  kernel: require
  network: {allow: []}
  env: {allow: [SITE]}
  limits: {timeout: PT1M}
  containers:
    images: {allow: [alpine], require-digest: true}
    read-only: true
`;
const policy = await loadPolicy([{ file: "p.yaml", text: POLICY }]);
const roots = new Map([["p.yaml", parseYaml(POLICY, "p.yaml") as LocatedMap]]);

type Decided = Because & { readonly holds?: boolean };

function judged(...because: readonly Decided[]) {
  const it: TestedCase = {
    id: "it",
    at: { file: "t.yaml", line: 1, column: 1 },
    verdict: "passed",
    problems: [],
    checks: because.map(({ holds = true, ...it }) => ({
      operator: "spawn",
      expected: "denied",
      actual: "denied",
      holds,
      at: { file: "t.yaml", line: 1, column: 1 },
      because: [it],
    })),
  };
  return { suite: { file: "t.yaml", id: "t", policies: ["p.yaml"], cases: [it] }, policy, roots };
}

const at = (line: number): Because => ({
  effect: "it",
  rule: "a rule",
  source: { file: "p.yaml", line, column: 1 },
});

Deno.test("coverage: every line of a policy that can decide something is a rule", () => {
  deepEqual(ruleLines(policy, roots).map((it) => [it.at.line, it.rule]), [
    [6, "forbiddenPaths: /etc"],
    [7, "forbiddenPaths: /root"],
    [8, "authorizedClassPrefixes: a.b"],
    [9, "forbiddenClassPrefixes: a.b.c"],
    [14, "default of a.b.D: image"],
    [15, "default of a.b.D: runner.type"],
    [15, "default of a.b.D: runner.tags[0]"],
    [15, "default of a.b.D: runner.tags[1]"],
    [16, "plugins.includes: a.*"],
    [16, "plugins.excludes: a.z"],
    [17, "allowedPaths: /srv"],
    [21, 'policy "p": Deny'],
    [26, "filesystem: closed"],
    [27, "kernel: require"],
    [28, "network.allow: nobody"],
    [29, "env: SITE"],
    [30, "limits.timeoutMs: 60000"],
    [32, "containers.images.allow: alpine"],
    [32, "containers.images.digestRequired"],
    [33, "containers.writableRoot: false"],
  ]);
});

Deno.test("coverage: a rule is decided by what is expected of it and true", () => {
  const open = (...it: readonly Decided[]) =>
    findCoverage([judged(...it)]).files[0]!.open.map(({ at }) => at.line);
  equal(open().length, 20);
  equal(open(at(6)).includes(6), false);
  equal(open(at(6)).includes(7), true);
  equal(open({ ...at(6), holds: false }).includes(6), true);
  // Any place in a rule of Kestra 2.0 is that rule.
  equal(open(at(24)).includes(21), false);
  const nobody = { ...at(1), rule: "bulkhead.network.allow is empty", source: "built-in" } as const;
  equal(open(nobody).includes(28), false);
  equal(open({ ...nobody, rule: "another" }).includes(28), true);
});

Deno.test("coverage: suites of one policy count together, and it is counted once", () => {
  const { files } = findCoverage([judged(at(6)), judged(at(7), at(6))]);
  deepEqual(files.map(({ file, rules, decided }) => [file, rules, decided]), [["p.yaml", 20, 2]]);
});
