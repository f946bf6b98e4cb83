import { deepEqual, equal, ok } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { parsePolicy } from "./parse_policy.ts";
import { checkPattern } from "./rules/safe_pattern.ts";

const values = (list: readonly { readonly value: string }[] | undefined) =>
  list?.map((it) => it.value);

function complaints(text: string): string[] {
  try {
    parsePolicy(text, "p.yaml", checkPattern);
    return [];
  } catch (error) {
    ok(error instanceof StageError, String(error));
    return error.diagnostics.map((it) => `${it.code} ${it.at?.line}:${it.at?.column}`);
  }
}

const block = (lines: string) =>
  `kestra:\n  ee:\n    java-security:\n      enabled: true\n${lines}`;

Deno.test("parsePolicy() reads kebab-case and camelCase alike", () => {
  const kebab = parsePolicy(
    block("      forbidden-paths: [/etc/]\n      authorized-class-prefix: [io.a]\n"),
    "p.yaml",
    checkPattern,
  );
  const camel = parsePolicy(
    "kestra:\n  ee:\n    javaSecurity:\n      enabled: true\n      forbiddenPaths: [/etc/]\n      authorizedClassPrefix: [io.a]\n",
    "p.yaml",
    checkPattern,
  );
  for (const { javaSecurity } of [kebab, camel]) {
    equal(javaSecurity?.enabled.value, true);
    deepEqual(values(javaSecurity?.forbiddenPaths), ["/etc"]);
    deepEqual(values(javaSecurity?.authorizedClassPrefix), ["io.a"]);
  }
  deepEqual(kebab.javaSecurity?.forbiddenPaths[0]?.source, { file: "p.yaml", line: 5, column: 25 });
});

Deno.test("parsePolicy() reads defaults under both of their names", () => {
  const { defaults } = parsePolicy(
    "kestra:\n  tasks:\n    defaults:\n      - type: a.B\n        forced: true\n        values: {x: 1}\n" +
      "  plugins:\n    defaults:\n      - type: c.D\n        values: {y: 2}\n",
    "p.yaml",
    checkPattern,
  );
  deepEqual(defaults.map((it) => [it.type.value, it.forced]), [["a.B", true], ["c.D", false]]);
});

Deno.test("parsePolicy() ignores what of Kestra is none of its business", () => {
  const parsed = parsePolicy(
    `datasources: {postgres: {url: x}}\n${
      block("      forbidden-paths: [/x]\n")
    }  queue: {type: postgres}\n`,
    "p.yaml",
    checkPattern,
  );
  deepEqual(values(parsed.javaSecurity?.forbiddenPaths), ["/x"]);
});

/** Each refusal beside the twin that is accepted. */
Deno.test.each([
  {
    name: "a key in both spellings",
    text: block("      forbidden-paths: [/a]\n      forbiddenPaths: [/b]\n"),
    says: ["policy/two-spellings 6:7"],
    control: block("      forbidden-paths: [/a, /b]\n"),
  },
  {
    name: "a block in both spellings",
    text:
      "kestra:\n  ee:\n    java-security: {enabled: true}\n    javaSecurity: {enabled: false}\n",
    says: ["policy/two-spellings 4:5"],
    control: "kestra:\n  ee:\n    javaSecurity: {enabled: false}\n",
  },
  {
    name: "a misspelt rule",
    text: block("      forbidden-path: [/a]\n"),
    says: ["policy/unknown-key 5:7"],
    control: block("      forbidden-paths: [/a]\n"),
  },
  {
    name: "a block that does not say whether it is on",
    text: "kestra:\n  ee:\n    java-security:\n      forbidden-paths: [/a]\n",
    says: ["policy/missing-key 4:7"],
    control: block("      forbidden-paths: [/a]\n"),
  },
  {
    name: "an empty list",
    text: block("      authorized-class-prefix: []\n"),
    says: ["policy/wrong-value 5:32"],
    control: block("      authorized-class-prefix: [io.a]\n"),
  },
  {
    name: "a text instead of a list",
    text: block("      forbidden-paths: /etc/\n"),
    says: ["policy/wrong-value 5:24"],
    control: block("      forbidden-paths: [/etc/]\n"),
  },
  {
    name: "a relative path",
    text: block("      forbidden-paths: [etc, /etc]\n"),
    says: ["policy/bad-path 5:25"],
    control: block("      forbidden-paths: [/etc]\n"),
  },
  {
    name: "a home directory",
    text: block("      forbidden-paths: [~/.aws]\n"),
    says: ["policy/bad-path 5:25"],
    control: block("      forbidden-paths: [/root/.aws]\n"),
  },
  {
    name: "a comma in a path",
    text: block('      forbidden-paths: ["/a,b"]\n'),
    says: ["policy/bad-path 5:25"],
    control: block('      forbidden-paths: ["/a b"]\n'),
  },
  {
    name: "a wildcard in a class prefix",
    text: block("      forbidden-class-prefix: [io.a.*]\n"),
    says: ["policy/bad-class-prefix 5:32"],
    control: block("      forbidden-class-prefix: [io.a]\n"),
  },
  {
    name: "a flat key",
    text: "kestra.ee.java-security: {enabled: true}\nbulkhead: {kernel: off}\n",
    says: ["policy/flat-key 1:1"],
    control: "kestra: {ee: {java-security: {enabled: true}}}\n",
  },
  {
    name: "a flat key further down",
    text: "kestra:\n  ee.java-security: {enabled: true}\nbulkhead: {kernel: off}\n",
    says: ["policy/flat-key 2:3"],
    control: "kestra:\n  micronaut.x: 1\nbulkhead: {kernel: off}\n",
  },
  {
    name: "a pattern that looks around",
    text: "kestra:\n  plugins:\n    security: {includes: ['(?=a)b']}\n",
    says: ["policy/unsafe-pattern 3:27"],
    control: "kestra:\n  plugins:\n    security: {includes: ['io[.]kestra[.].*']}\n",
  },
  {
    name: "an unknown key of ours",
    text: "bulkhead:\n  filesytem: open\n",
    says: ["policy/unknown-key 2:3"],
    control: "bulkhead:\n  filesystem: open\n",
  },
  {
    name: "an unknown choice",
    text: "bulkhead:\n  kernel: maybe\n",
    says: ["policy/wrong-value 2:11"],
    control: "bulkhead:\n  kernel: prefer\n",
  },
  {
    name: "privileged containers",
    text: "bulkhead:\n  containers: {privileged: true}\n",
    says: ["policy/wrong-value 2:28"],
    control: "bulkhead:\n  containers: {privileged: false, networks: [none]}\n",
  },
  {
    name: "the network of the host",
    text: "bulkhead:\n  containers: {networks: [host]}\n",
    says: ["policy/bad-network 2:27"],
    control: "bulkhead:\n  containers: {networks: [bridge]}\n",
  },
  {
    name: "a variable that changes what runs",
    text: "bulkhead:\n  env: {allow: [LD_PRELOAD]}\n",
    says: ["policy/bad-variable 2:17"],
    control: "bulkhead:\n  env: {allow: [LANG]}\n",
  },
  {
    name: "a secret as a variable",
    text: "bulkhead:\n  env: {allow: [SECRET_X]}\n",
    says: ["policy/bad-variable 2:17"],
    control: "bulkhead:\n  env: {allow: [SECRETS]}\n",
  },
  {
    name: "a host with a scheme",
    text: "bulkhead:\n  network: {allow: ['https://a.b']}\n",
    says: ["policy/bad-host 2:21"],
    control: "bulkhead:\n  network: {allow: ['a.b:443']}\n",
  },
  {
    name: "a number of files that the runtime itself needs",
    text: "bulkhead:\n  limits: {files: 31}\n",
    says: ["policy/wrong-value 2:19"],
    control: "bulkhead:\n  limits: {files: 32}\n",
  },
  {
    name: "a size that is none",
    text: "bulkhead:\n  limits: {output: much}\n",
    says: ["policy/wrong-value 2:20"],
    control: "bulkhead:\n  limits: {output: 10MB, workspace: 1GB}\n",
  },
  {
    name: "a duration that is none",
    text: "bulkhead:\n  limits: {timeout: 1h}\n",
    says: ["policy/wrong-value 2:21"],
    control: "bulkhead:\n  limits: {timeout: PT1H}\n",
  },
  {
    name: "a default without values",
    text: "kestra:\n  plugins:\n    defaults:\n      - type: a.B\n",
    says: ["policy/missing-key 4:9"],
    control: "kestra:\n  plugins:\n    defaults:\n      - {type: a.B, values: {}}\n",
  },
  {
    name: "a default that sets null",
    text: "kestra:\n  plugins:\n    defaults:\n      - {type: a.B, values: {x: null}}\n",
    says: ["policy/null-default 4:33"],
    control: "kestra:\n  plugins:\n    defaults:\n      - {type: a.B, values: {x: 0}}\n",
  },
  {
    name: "defaults that are no list",
    text: "kestra:\n  plugins:\n    defaults: {type: a.B}\n",
    says: ["policy/wrong-value 3:15", "policy/says-nothing 1:1"].slice(0, 1),
    control: "kestra:\n  plugins:\n    defaults: [{type: a.B, values: {}}]\n",
  },
  {
    name: "an empty file",
    text: "",
    says: ["policy/not-a-map 1:1"],
    control: "bulkhead: {kernel: off}",
  },
  {
    name: "a list",
    text: "- a",
    says: ["policy/not-a-map 1:1"],
    control: "bulkhead: {kernel: off}",
  },
  {
    name: "a file that says nothing about isolation",
    text: "id: flow\nnamespace: a\n",
    says: ["policy/says-nothing 1:1"],
    control: "bulkhead: {filesystem: open}",
  },
])("parsePolicy() refuses $name", ({ text, says, control }) => {
  deepEqual(complaints(text), says);
  deepEqual(complaints(control), []);
});

Deno.test("parsePolicy() gathers the problems of a file", () => {
  equal(complaints(block("      forbidden-paths: [a, b]\n      oops: 1\n")).length, 1);
  equal(
    complaints(block("      forbidden-paths: [a, b]\n") + "bulkhead: {kernal: off}\n").length,
    3,
  );
});
