import { deepEqual } from "node:assert/strict";
import { FORBIDDEN_IMPORT } from "./forbidden_import.ts";
import { GOVERNED_EXPRESSION } from "./governed_expression.ts";
import { found, inShort } from "./lint_sample.ts";
import { SCRIPT_MAY_SPAWN } from "./script_may_spawn.ts";

const JAVA_SECURITY = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths: [/srv/secret]
`;

const evaluated = (script: string) =>
  `id: f
namespace: a.b
tasks:
  - id: t
    type: io.kestra.plugin.graalvm.js.Eval
    script: |
      const one = 1;
      ${script}
`;

Deno.test.each([
  {
    name: "a path that is forbidden",
    script: 'import x from "/srv/secret/x.js";',
    finds: [
      '8:21 Cannot import "/srv/secret/x.js": it leads to "/srv/secret/x.js", which is closed (kestra.ee.java-security.forbidden-paths)',
    ],
  },
  {
    name: "a URL of a file, by way of another directory",
    script: 'await import("file:///srv/a/../secret/x.js")',
    finds: [
      '8:20 Cannot import "file:///srv/a/../secret/x.js": it leads to "/srv/secret/x.js", which is closed (kestra.ee.java-security.forbidden-paths)',
    ],
  },
  {
    name: "code of another machine",
    script: 'import x from "npm:left-pad";',
    finds: [
      '8:21 Cannot import "npm:left-pad": code of other machines is imported by no task',
    ],
  },
  { name: "nothing beside it", script: 'import x from "/srv/secrets/x.js";', finds: [] },
  { name: "nothing of Node's", script: 'import x from "node:fs";', finds: [] },
  { name: "nothing by a name", script: 'import x from "left-pad";', finds: [] },
  { name: "nothing that is relative", script: 'import x from "../../srv/secret/x.js";', finds: [] },
  { name: "nothing in a comment", script: '// import x from "/srv/secret/x.js";', finds: [] },
])("check/forbidden-import finds $name", async ({ script, finds }) => {
  const flows = [evaluated(script)];
  const seen = await found(FORBIDDEN_IMPORT, { flows, policy: JAVA_SECURITY });
  deepEqual(seen.map(inShort), finds);
  deepEqual(await found(FORBIDDEN_IMPORT, { flows }), []);
});

Deno.test("check/forbidden-import leaves scripts in containers alone", async () => {
  const flow = `id: f
namespace: a.b
tasks:
  - id: t
    type: io.kestra.plugin.scripts.node.Script
    script: import x from "/srv/secret/x.js";
`;
  const inProcess = `${JAVA_SECURITY}bulkhead:\n  scripts:\n    in-process: [node]\n`;
  const places = async (policy: string) =>
    (await found(FORBIDDEN_IMPORT, { flows: [flow], policy })).map(({ at }) => at?.column);
  deepEqual(await places(JAVA_SECURITY), []);
  deepEqual(await places(inProcess), [27]);
});

const shell = (keys: string) =>
  `id: f
namespace: a.b
tasks:
  - id: t
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [make]
    ${keys}
`;
const request = (uri: string) =>
  `id: f
namespace: a.b
tasks:
  - id: t
    type: io.kestra.plugin.core.http.Request
    uri: ${uri}
`;
const GOVERNED = `bulkhead:
  network: {allow: [example.com]}
  containers:
    images: {allow: ["ubuntu"]}
`;
const DOCKER = "io.kestra.plugin.scripts.runner.docker.Docker";

Deno.test.each([
  {
    name: "an image",
    flow: shell("containerImage: 'ubuntu:{{ inputs.tag }}'"),
    finds: [
      '7:21 The image "ubuntu:{{ inputs.tag }}" of task "t" is not known before the run: it is held to the policy\'s images once it is rendered',
    ],
  },
  {
    name: "a key of a task runner",
    flow: shell(`taskRunner: {type: ${DOCKER}, user: '{{ inputs.user }}'}`),
    finds: [
      '7:77 "taskRunner.user" of task "t" holds "{{ inputs.user }}": the task is not run, an expression cannot be decided before the run',
    ],
  },
  {
    name: "the class of a task runner",
    flow: shell("taskRunner: {type: '{{ inputs.runner }}'}"),
    finds: [
      '7:24 "taskRunner.type" of task "t" holds "{{ inputs.runner }}": the task is not run, an expression cannot be decided before the run',
    ],
  },
  {
    name: "a host",
    flow: request("'{{ inputs.url }}/x'"),
    finds: [
      '6:10 The host of "{{ inputs.url }}/x" of task "t" is not known before the run: it is held to the policy\'s hosts once it is rendered',
    ],
  },
  { name: "nothing behind a host", flow: request("'https://a.b/{{ inputs.x }}'"), finds: [] },
  { name: "nothing that is written out", flow: shell("containerImage: ubuntu"), finds: [] },
  {
    name: "nothing that logs in",
    flow: shell(`taskRunner: {type: ${DOCKER}, credentials: {password: "{{ secret('X') }}"}}`),
    finds: [],
  },
])("check/governed-expression finds $name", async ({ flow, finds }) => {
  const seen = await found(GOVERNED_EXPRESSION, { flows: [flow], policy: GOVERNED });
  deepEqual(seen.map(inShort), finds);
  deepEqual(await found(GOVERNED_EXPRESSION, { flows: [flow] }), []);
});

Deno.test("check/governed-expression says nothing of what no rule governs", async () => {
  const policy = "bulkhead:\n  limits: {processes: 8}\n";
  const flows = [request("'{{ inputs.url }}'"), shell("containerImage: '{{ inputs.image }}'")];
  for (const it of flows) deepEqual(await found(GOVERNED_EXPRESSION, { flows: [it], policy }), []);
});

const AUTHORIZED = (prefix: string) =>
  `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix: [${prefix}]
`;
Deno.test.each([
  { prefix: "io.kestra.plugin.graalvm", finds: 1 },
  { prefix: "io.kestra.plugin", finds: 1 },
  { prefix: "io.kestra.plugin.core", finds: 0 },
])("check/script-may-spawn under $prefix", async ({ prefix, finds }) => {
  const seen = await found(SCRIPT_MAY_SPAWN, {
    flows: [evaluated("const two = 2;")],
    policy: AUTHORIZED(prefix),
  });
  deepEqual(seen.length, finds);
  for (const { related } of seen) deepEqual(related?.[0]?.at.line, 5);
});

Deno.test("check/script-may-spawn says nothing where no rule authorizes, nor of a container", async () => {
  const flows = [evaluated("const two = 2;")];
  deepEqual(await found(SCRIPT_MAY_SPAWN, { flows, policy: JAVA_SECURITY }), []);
  const all = AUTHORIZED("io.kestra");
  deepEqual(await found(SCRIPT_MAY_SPAWN, { flows: [shell("timeout: PT1M")], policy: all }), []);
});
