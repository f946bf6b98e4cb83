import { deepEqual, ok } from "node:assert/strict";
import { applyFixes } from "../apply_fixes.ts";
import { DEPRECATED_KEY, POLICY_REMOVED_IN_2 } from "./deprecated_key.ts";
import {
  FORBIDDEN_BY_LINK,
  LINKED_PATH,
  MISSING_PATH,
  NESTED_PATH,
  PATH_CLOSES_ALL,
} from "./forbidden_paths.ts";
import { POLICY_IMAGE_DENIED, POLICY_IMAGE_MOVES } from "./policy_image.ts";
import { foundIn, saidOf } from "./policy_sample.ts";
import { POLICY_SECRET } from "./policy_secret.ts";
import { REPEATED_ENTRY } from "./repeated_entry.ts";
import { WEAK_SETTING } from "./weak_setting.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

const forbidden = (...paths: readonly string[]) =>
  `kestra: {ee: {java-security: {enabled: true, forbidden-paths: [${paths.join(", ")}]}}}\n`;
const containers = (text: string) => `bulkhead: {limits: {timeout: PT1H}, containers: {${text}}}\n`;
const policies = (...rules: readonly string[]) =>
  `kestra: {policies: [{id: p, rules: [${rules.join(", ")}]}]}\n`;
const rule = (name: string, text: string) =>
  `{type: io.kestra.plugin.ee.rules.${name}, on: PLUGIN, ${text}}`;

Deno.test.each([
  { paths: ["/a", "/a/"], found: '"/a/" stands twice in this list, first as "/a"' },
  { paths: ["/a", "/a"], found: '"/a" stands twice in this list' },
  {
    paths: ["/a", "/x/../a/b"],
    found: '"/x/../a/b" adds nothing: it lies in "/a" of the same list',
  },
  { paths: ["/a/b", "/a"], found: '"/a/b" adds nothing: it lies in "/a" of the same list' },
  { paths: ["/a", "/ab"], found: undefined },
])("check/nested-path in $paths", async ({ paths, found }) => {
  const messages = (await foundIn(NESTED_PATH, forbidden(...paths))).map((it) => it.message);
  deepEqual(messages, found === undefined ? [] : [found]);
});

Deno.test("check/nested-path looks at each list by itself, and takes lines out", async () => {
  const policy = `kestra:
  local-files:
    allowed-paths:
      - /a
      - /a/b # of no use
      - "/c"
bulkhead:
  filesystem: closed
  writable: [/a/b, /a/b/c]
`;
  const found = await foundIn(NESTED_PATH, policy);
  deepEqual(found.map((it) => it.at?.line), [5, 9]);
  deepEqual(found.map((it) => it.fix && applyFixes(policy, [it.fix]).text), [
    policy.replace("      - /a/b # of no use\n", ""),
    undefined,
  ]);
});

Deno.test("check/nested-path says of a list behind an anchor once what is to be said", async () => {
  const policy = `${forbidden("/a", "/a/b").trim().replace("[/a,", "&p [/a,").slice(0, -1)}, ` +
    "local-files: {allowed-paths: *p}}\n";
  deepEqual((await foundIn(NESTED_PATH, policy)).length, 1);
});

Deno.test("rules about what lies at a path say nothing where nobody looked", async () => {
  for (const rule of [MISSING_PATH, LINKED_PATH]) {
    deepEqual(await saidOf(rule, forbidden("/unseen")), []);
  }
  deepEqual((await saidOf(MISSING_PATH, forbidden("/ect", "/dev/null"))).length, 1);
  // Who forbids what it leads to has said all there is.
  deepEqual(await saidOf(LINKED_PATH, forbidden("/dev/fd", "/proc")), []);
});

Deno.test.each([
  { paths: ["/"], more: "", found: 1 },
  { paths: ["/tmp"], more: "", found: 1 },
  { paths: ["/usr/bin"], more: "", found: 1 },
  { paths: ["/usr/bin"], more: "bulkhead: {spawn: never}\n", found: 0 },
  { paths: ["/usr/lib", "/proc", "/dev", "/tmp/a"], more: "", found: 0 },
])("check/path-closes-all in $paths $more", async ({ paths, more, found }) => {
  deepEqual((await saidOf(PATH_CLOSES_ALL, forbidden(...paths) + more)).length, found);
});

const defaults = (...all: readonly (readonly [forced: boolean, values: string])[]) =>
  `kestra:\n  plugins:\n    defaults:\n${
    all.map(([forced, values]) => `      - {type: a.B, forced: ${forced}, values: {${values}}}\n`)
      .join("")
  }`;

Deno.test("check/deprecated-key finds old keys and names, and mends what it can", async () => {
  const policy = `kestra:
  tasks:
    defaults:
      - type: io.kestra.plugin.scripts.shell.Commands
        values:
          runner: DOCKER
          taskRunner:
            type: io.kestra.plugin.scripts.runner.docker.DockerTaskRunner
`;
  const found = await foundIn(DEPRECATED_KEY, policy);
  deepEqual(found.map((it) => [it.at?.line, it.fix?.title]), [
    [3, 'replace "tasks" by "plugins"'],
    [6, undefined],
    [8, "use the name of today"],
  ]);
  const mended = found.reduce((text, { fix }) => fix ? applyFixes(text, [fix]).text : text, policy);
  deepEqual((await foundIn(DEPRECATED_KEY, mended)).map((it) => it.at?.line), [6]);
  // A key that is there in both spellings is not made a twin.
  const both =
    "kestra:\n  tasks:\n    defaults: []\n  plugins:\n    defaults: []\nbulkhead:\n  spawn: never\n";
  deepEqual((await foundIn(DEPRECATED_KEY, both)).map((it) => it.fix), [undefined]);
  deepEqual((await foundIn(POLICY_REMOVED_IN_2, both)).length, 2);
});

Deno.test("check/policy-secret finds secrets in the whole file, and shows none", async () => {
  const policy = `kestra:
  storage:
    s3:
      access-key: AKIAIOSFODNN7EXAMPLF
      secret-key: k3y-0f-0urs-1234
  datasource:
    password: \${DB_PASSWORD}
  plugins:
    defaults:
      - type: io.kestra.plugin.jdbc
        values:
          url: jdbc:postgresql://loader:s3cr3tpw@db.example.com/orders
          password: "{{ secret('DB') }}"
`;
  const said = await saidOf(POLICY_SECRET, policy);
  deepEqual(said.map((it) => it.split(" ")[0]), ["4:19", "5:19", "12:41"]);
  ok(said.every((it) => !/AKIA|k3y|s3cr/.test(it)));
});

Deno.test.each([
  { image: "ubuntu", moves: true },
  { image: "ubuntu:latest", moves: true },
  { image: "ubuntu:24.04", moves: true },
  { image: `ubuntu@${DIGEST}`, moves: false },
  { image: "'{{ vars.image }}'", moves: false },
])("check/policy-image-moves of $image: $moves", async ({ image, moves }) => {
  const policy = defaults([true, `containerImage: ${image}`]);
  deepEqual((await foundIn(POLICY_IMAGE_MOVES, policy)).length > 0, moves);
  const added = policies(rule("Add", `values: {containerImage: ${image}}`));
  deepEqual((await foundIn(POLICY_IMAGE_MOVES, added)).length > 0, moves);
});

Deno.test("check/policy-image-moves finds latest among what is allowed", async () => {
  const allow = (more: string) => containers(`images: {allow: ["a:latest", "a:1", b]${more}}`);
  deepEqual((await foundIn(POLICY_IMAGE_MOVES, allow(""))).length, 1);
  deepEqual(await foundIn(POLICY_IMAGE_MOVES, allow(", require-digest: true")), []);
});

Deno.test.each([
  { images: "allow: [ghcr.io/acme/**]", denied: true },
  { images: "deny: [ubuntu]", denied: true },
  { images: "require-digest: true", denied: true },
  { images: "allow: [ubuntu]", denied: false },
  { images: "deny: ['ubuntu:latest']", denied: false },
])("check/policy-image-denied under $images: $denied", async ({ images, denied }) => {
  const policy = defaults([true, "containerImage: ubuntu:24.04"]) +
    containers(`images: {${images}}`);
  deepEqual((await foundIn(POLICY_IMAGE_DENIED, policy)).length > 0, denied);
});

Deno.test.each([
  { policy: "bulkhead: {kernel: off, limits: {files: 64}}\n", found: "1:20" },
  { policy: "bulkhead: {forced-precedence: flow-first, limits: {files: 64}}\n", found: "1:31" },
  { policy: "bulkhead: {spawn: never}\n", found: "1:1" },
  { policy: containers('users: ["0:0"]'), found: "1:58" },
  { policy: containers("read-only: false"), found: "1:61" },
  { policy: containers('volumes: ["/var/run/docker.sock:ro"]'), found: "1:60" },
  { policy: containers('volumes: ["/home:rw"]'), found: "1:60" },
  { policy: "bulkhead: {writable: [/usr/local], limits: {files: 64}}\n", found: "1:23" },
  { policy: defaults([true, "taskRunner: {type: a.B, privileged: true}"]), found: "4:80" },
  { policy: defaults([true, "taskRunner: {type: a.B, networkMode: host}"]), found: "4:81" },
  { policy: defaults([true, "taskRunner: {type: a.B, user: root}"]), found: "4:74" },
])("check/weak-setting in $policy", async ({ policy, found }) => {
  deepEqual((await saidOf(WEAK_SETTING, policy)).map((it) => it.split(" ")[0]), [found]);
});

Deno.test.each([
  "bulkhead: {kernel: require, forced-precedence: admin, limits: {files: 64}}\n",
  containers('users: ["1000:0"], read-only: true, volumes: ["/home:ro", "/srv/out:rw"]'),
  "bulkhead: {writable: [/srv/out, /home/me/out, /var/lib/x], limits: {files: 64}}\n",
  defaults([true, "taskRunner: {type: a.B, privileged: false, networkMode: none, user: '1000'}"]),
  defaults([true, "user: root"]),
])("check/weak-setting leaves %s alone", async (policy) => {
  deepEqual(await saidOf(WEAK_SETTING, policy), []);
});

Deno.test.each([
  { name: "a list of words", policy: containers("networks: [a, b, a]"), found: ["1:67"] },
  { name: "a list without", policy: containers("networks: [a, b]"), found: [] },
  {
    name: "namespaces",
    policy: "kestra: {policies: [{id: p, target: {namespaces: [a.b, a.b.c, a.bc]}, " +
      "rules: [{type: io.kestra.plugin.ee.rules.Delete, on: PLUGIN, properties: [x]}]}]}\n",
    found: ["1:56"],
  },
])("check/repeated-entry in $name", async ({ policy, found }) => {
  deepEqual((await saidOf(REPEATED_ENTRY, policy)).map((it) => it.split(" ")[0]), found);
});

Deno.test("check/forbidden-by-link goes by what links tell, and says nothing where nobody looked", async () => {
  const policy = (path: string, more: string) => `${forbidden(path)}bulkhead: {${more}}\n`;
  const count = async (text: string) => (await saidOf(FORBIDDEN_BY_LINK, text)).length;
  deepEqual(await count(policy("/dev/fd", "writable: [/proc/self/fd/1]")), 1);
  deepEqual(await count(policy("/dev/fd", "writable: [/proc/other]")), 0);
  deepEqual(await count(policy("/unseen", "writable: [/proc/self]")), 0);
});
