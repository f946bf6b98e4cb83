import { deepEqual, ok } from "node:assert/strict";
import { CLASSES } from "../../../catalog/classes.ts";
import { unknownName } from "../written/known_classes.ts";
import { CONTRADICTED_PREFIX, SHADOWED_PREFIX } from "./class_prefixes.ts";
import { foundIn, saidOf } from "./policy_sample.ts";
import { SCRIPT_CLASS_AUTHORIZED, SPAWN_UNRESTRICTED } from "./script_class_authorized.ts";
import { DEFAULT_REACHES_RUNNER, SCRIPTS_WITHOUT_CONTAINER } from "./scripts_without_container.ts";
import { IDLE_PATTERN, UNKNOWN_CLASS } from "./unknown_class.ts";

const DOCKER = "io.kestra.plugin.scripts.runner.docker.Docker";

const security = (authorized: readonly string[], forbidden: readonly string[] = []) =>
  `kestra: {ee: {java-security: {enabled: true${
    authorized.length > 0 ? `, authorized-class-prefix: [${authorized.join(", ")}]` : ""
  }${forbidden.length > 0 ? `, forbidden-class-prefix: [${forbidden.join(", ")}]` : ""}}}}\n`;
const forced = (type: string, runner: string) =>
  `{type: ${type}, forced: true, values: {taskRunner: {type: ${runner}}}}`;
const defaults = (...all: readonly string[]) =>
  `kestra: {plugins: {defaults: [${all.join(", ")}]}}\n`;

/** How many script classes are left open, and whether the old ones are. */
async function leftOpen(policy: string) {
  const found = await foundIn(SCRIPTS_WITHOUT_CONTAINER, policy);
  return found.map((it) => /^\d+/.exec(it.message)?.[0] ?? "old");
}

Deno.test.each([
  {
    name: "one class",
    policy: defaults(forced("io.kestra.plugin.scripts.shell.Commands", DOCKER)),
    open: ["31", "old"],
  },
  {
    name: "a package",
    policy: defaults(forced("io.kestra.plugin.scripts.shell.", DOCKER)),
    open: ["30", "old"],
  },
  {
    name: "all scripts",
    policy: defaults(forced("io.kestra.plugin.scripts", DOCKER)),
    open: ["old"],
  },
  {
    name: "another container runner",
    policy: defaults(
      forced("io.kestra.plugin.scripts", "io.kestra.plugin.ee.kubernetes.runner.Kubernetes"),
    ),
    open: ["old"],
  },
  // Nobody relies on containers that are forced: nothing is said.
  {
    name: "the host",
    policy: defaults(
      forced("io.kestra.plugin.scripts.shell", "io.kestra.plugin.core.runner.Process"),
    ),
    open: [],
  },
  {
    name: "nothing forced",
    policy: defaults(forced("io.kestra.plugin.scripts.shell", DOCKER).replace("true", "false")),
    open: [],
  },
])("check/scripts-without-container, with a container on $name", async ({ policy, open }) => {
  deepEqual(await leftOpen(policy), open);
});

Deno.test("check/scripts-without-container leaves out what the policy excludes", async () => {
  const excludes = String
    .raw`['io\.kestra\.plugin\.scripts\.[^s].*', 'io\.kestra\.core\.tasks\.scripts\..*']`;
  const policy = `kestra: {plugins: {defaults: [${
    forced("io.kestra.plugin.scripts.shell", DOCKER)
  }], security: {excludes: ${excludes}}}}\n`;
  deepEqual(await leftOpen(policy), []);
});

Deno.test("check/scripts-without-container is mended by its own words", async () => {
  const { bad } = SCRIPTS_WITHOUT_CONTAINER;
  const [found] = await foundIn(SCRIPTS_WITHOUT_CONTAINER, bad);
  ok(found?.help);
  // What help says is YAML that can be put beside what is there.
  const entries = found.help.split("\n").slice(1).join("\n");
  const mended = `kestra:\n  plugins:\n    defaults:\n${entries}\n    - ${
    forced("io.kestra.plugin.scripts.shell.Commands", DOCKER)
  }\n`;
  deepEqual(await leftOpen(mended), ["old"]);
  // `…scripts.r` would reach the runner's own map.
  deepEqual(await saidOf(DEFAULT_REACHES_RUNNER, mended), []);
});

Deno.test.each([
  { type: "io.kestra.plugin.scripts", reaches: true },
  { type: "io.kestra.plugin.scripts.r", reaches: true },
  { type: "io", reaches: true },
  { type: "io.kestra.plugin.scripts.r.", reaches: false },
  { type: "io.kestra.plugin.scripts.shell", reaches: false },
])("check/default-reaches-runner of $type: $reaches", async ({ type, reaches }) => {
  const found = await saidOf(DEFAULT_REACHES_RUNNER, defaults(forced(type, DOCKER)));
  deepEqual(found.length > 0, reaches);
});

Deno.test.each([
  { name: "all of a vendor", policy: security(["io.kestra"]), found: 1 },
  { name: "one class", policy: security(["io.kestra.plugin.scripts.python.Script"]), found: 1 },
  { name: "code in the worker", policy: security(["io.kestra.plugin.graalvm"]), found: 1 },
  { name: "an old name", policy: security(["io.kestra.core.tasks.scripts"]), found: 1 },
  {
    name: "other plugins",
    policy: security(["io.kestra.plugin.core", "io.kestra.plugin.gcp"]),
    found: 0,
  },
  {
    name: "all of a vendor, with scripts forbidden",
    policy: security(["io.kestra.plugin"], [
      "io.kestra.plugin.scripts",
      "io.kestra.plugin.graalvm",
    ]),
    found: 0,
  },
  {
    name: "nobody, whatever is listed",
    policy: `${security(["io.kestra"])}bulkhead: {spawn: never}\n`,
    found: 0,
  },
])("check/script-class-authorized: $name", async ({ policy, found }) => {
  deepEqual((await foundIn(SCRIPT_CLASS_AUTHORIZED, policy)).length, found);
});

Deno.test("check/script-class-authorized names the mistake of the page it rests on", () => {
  ok(SCRIPT_CLASS_AUTHORIZED.why.includes("Do not add these to the `forbidden-class-prefix`"));
});

Deno.test.each([
  { name: "no list", policy: "bulkhead: {filesystem: closed}\n", found: ["1:1"] },
  {
    name: "a block that is off",
    policy: security(["a.b"]).replace("true", "false"),
    found: ["1:40"],
  },
  { name: "authorized", policy: security(["a.b"]), found: [] },
  { name: "forbidden", policy: security([], ["a.b"]), found: [] },
  { name: "nobody", policy: "bulkhead: {spawn: never}\n", found: [] },
])("check/spawn-unrestricted: $name", async ({ policy, found }) => {
  deepEqual((await saidOf(SPAWN_UNRESTRICTED, policy)).map((it) => it.split(" ")[0]), found);
});

Deno.test.each([
  {
    list: ["a.b", "a.b.c"],
    found: ['"a.b.c" adds nothing: "a.b" in the same list means all of it'],
  },
  {
    list: ["a.b.c", "a.b"],
    found: ['"a.b.c" adds nothing: "a.b" in the same list means all of it'],
  },
  { list: ["a.b", "a.b."], found: ['"a.b." stands twice in this list'] },
  { list: ["a.b", "a.bc"], found: [] },
])("check/shadowed-prefix in $list", async ({ list, found }) => {
  deepEqual((await foundIn(SHADOWED_PREFIX, security(list))).map((it) => it.message), found);
  deepEqual((await foundIn(SHADOWED_PREFIX, security([], list))).map((it) => it.message), found);
});

Deno.test.each([
  { authorized: "a.b", forbidden: "a.b", found: true },
  { authorized: "a.b.c", forbidden: "a.b", found: true },
  // An exception from what is authorized.
  { authorized: "a.b", forbidden: "a.b.c", found: false },
  { authorized: "a.bc", forbidden: "a.b", found: false },
])("check/contradicted-prefix, $authorized and $forbidden: $found", async (row) => {
  const policy = security([row.authorized], [row.forbidden]);
  deepEqual((await foundIn(CONTRADICTED_PREFIX, policy)).length > 0, row.found);
  // The control: a block that is off contradicts nothing.
  deepEqual(await foundIn(CONTRADICTED_PREFIX, policy.replace("true", "false")), []);
});

Deno.test.each([
  { name: "io.kestra.plugin.gcpx", near: "io.kestra.plugin.gcp" },
  { name: "io.kestra.plugins.core", near: "io.kestra.plugin.core" },
  { name: "io.kestra.plugin.scripts.pyton", near: "io.kestra.plugin.scripts.python" },
  {
    name: "io.kestra.plugin.scripts.shell.Command",
    near: "io.kestra.plugin.scripts.shell.Commands",
  },
  { name: "io.kestra.plugin.core.htpp.Request", near: "io.kestra.plugin.core.http.Request" },
  { name: "io.kestra.plugin.scripts.cobol", near: undefined },
])("check/unknown-class finds $name", async ({ name, near }) => {
  const [found] = await foundIn(UNKNOWN_CLASS, security([name]));
  deepEqual(
    found?.help,
    near === undefined ? "See to it that it is written right" : `Did you mean "${near}"?`,
  );
});

Deno.test.each([
  "io.kestra.plugin.jdbc.postgresql",
  "io.kestra.plugin.fs.ftp",
  "io.kestra.plugin.aws",
  "io.kestra.plugin.gcp.bigquery.Query",
  "io.kestra.plugin.ee.rules",
  "io.kestra.plugin.neverheardof.Task",
  "com.example.tools",
  "io.acme.kestra",
  "io.kestra.",
])("check/unknown-class leaves %s alone", async (name) => {
  deepEqual(await saidOf(UNKNOWN_CLASS, security([name])), []);
});

Deno.test("check/unknown-class knows every class of the catalog, and its packages", () => {
  const names = [...CLASSES.keys()].flatMap((it) => [it, it.slice(0, it.lastIndexOf("."))]);
  deepEqual(names.filter((it) => unknownName(it) !== undefined), []);
  ok(names.length > 150);
});

Deno.test("check/unknown-class looks at defaults and rules, where any beginning counts", async () => {
  const policy = `kestra:
  plugins:
    defaults:
      - {type: io.kestra.plugin.scripts.shell.Comm, values: {a: 1}}
      - {type: io.kestra.plugin.scripts.shell.Kommands, values: {a: 1}}
      - {type: constant, values: {maxAttempts: 3}}
  policies:
    - id: p
      rules:
        - type: io.kestra.plugin.ee.rules.Deny
          on: PLUGIN
          where:
            - {field: type, operator: IN, value: [io.kestra.plugin.core.log.Log, io.kestra.plugin.core.log.Lok]}
            - {field: type, operator: STARTS_WITH, value: io.kestra.plugin.core.lo}
            - {field: message, operator: EQUAL_TO, value: io.kestra.plugin.core.log.Lok}
`;
  deepEqual(await saidOf(UNKNOWN_CLASS, policy), [
    '5:16 "io.kestra.plugin.scripts.shell.Kommands" means no class that is known',
    '13:82 "io.kestra.plugin.core.log.Lok" means no class that is known',
  ]);
});

Deno.test.each([
  {
    pattern: "io.kestra.plugin.core",
    help: "Write 'io.kestra.plugin.core\\..*' for all that is in it",
  },
  {
    pattern: "io.kestra.plugin.core.log.Lok",
    help: 'Did you mean "io.kestra.plugin.core.log.Log"?',
  },
])("check/idle-pattern finds $pattern", async ({ pattern, help }) => {
  const policy = `kestra: {plugins: {security: {includes: [${pattern}]}}}\n`;
  deepEqual((await foundIn(IDLE_PATTERN, policy)).map((it) => it.help), [help]);
});

Deno.test("check/idle-pattern is mended by its own words", async () => {
  const [found] = await foundIn(IDLE_PATTERN, IDLE_PATTERN.bad);
  const [, mended] = /^Write ('.*') for/.exec(found?.help ?? "") ?? [];
  ok(mended !== undefined);
  const policy = `kestra: {plugins: {security: {excludes: [${mended}]}}}\n`;
  deepEqual(await saidOf(IDLE_PATTERN, policy), []);
});

Deno.test.each([
  "io.kestra.plugin.core.log.Log",
  "io.kestra.*",
  "com.example.Task",
  "io.kestra.plugin.jdbc.postgresql.Query",
])("check/idle-pattern leaves %s alone", async (pattern) => {
  deepEqual(
    await saidOf(IDLE_PATTERN, `kestra: {plugins: {security: {excludes: [${pattern}]}}}\n`),
    [],
  );
});
