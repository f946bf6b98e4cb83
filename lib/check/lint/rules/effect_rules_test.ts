import { deepEqual } from "node:assert/strict";
import { IDLE_DEFAULT } from "./idle_default.ts";
import { IDLE_RULE } from "./idle_rule.ts";
import { foundIn } from "./policy_sample.ts";
import { UNSATISFIABLE } from "./unsatisfiable.ts";

const forbidden = (...paths: readonly string[]) =>
  `kestra: {ee: {java-security: {enabled: true, forbidden-paths: [${paths.join(", ")}]}}}\n`;
const containers = (text: string) => `bulkhead: {limits: {timeout: PT1H}, containers: {${text}}}\n`;
const policies = (...rules: readonly string[]) =>
  `kestra: {policies: [{id: p, rules: [${rules.join(", ")}]}]}\n`;
const rule = (name: string, text: string) =>
  `{type: io.kestra.plugin.ee.rules.${name}, on: PLUGIN, ${text}}`;

const security = (includes: string, excludes: string) =>
  `kestra: {plugins: {security: {includes: [${includes}], excludes: [${excludes}]}}}\n`;

Deno.test.each([
  {
    name: "excludes of all that is included",
    policy: security("io.kestra.plugin.core.log.Log", "io.kestra.*"),
    found: "Cannot use any class: what is included is excluded as well",
  },
  {
    name: "excludes of some",
    policy: security("io.kestra.*", "io.kestra.plugin.core.log.Log"),
    found: undefined,
  },
  {
    name: "includes of what nobody here knows",
    policy: security("com.example.*", "io.kestra.*"),
    found: undefined,
  },
  {
    name: "images that are allowed and denied",
    policy: containers('images: {allow: [a, "b:1"], deny: ["*"]}'),
    found: "Cannot use any image: all that are allowed are denied as well",
  },
  {
    name: "images of which one is left",
    policy: containers("images: {allow: [a, b], deny: [a]}"),
    found: undefined,
  },
  {
    name: "hosts that are allowed and denied",
    policy: "bulkhead: {network: {allow: [a.b:80], deny: [a.b]}}\n",
    found: "Cannot reach any host: all that are allowed are denied as well",
  },
  {
    name: "a port that is denied of a host",
    policy: "bulkhead: {network: {allow: [a.b], deny: ['a.b:80']}}\n",
    found: undefined,
  },
  { name: "no host", policy: "bulkhead: {network: {allow: [], deny: [a.b]}}\n", found: undefined },
  {
    name: "a deny of every plugin",
    policy: policies(rule("Deny", "errorMessage: no")),
    found: 'Cannot run any flow: policy "p" denies every plugin',
  },
  {
    name: "a deny of some",
    policy: policies(rule("Deny", "where: [{field: type, operator: EQUAL_TO, value: a.B}]")),
    found: undefined,
  },
  {
    name: "a deny that is only tried",
    policy: policies(rule("Deny", "errorMessage: no")).replace(
      "id: p",
      "id: p, enforcement: EVALUATE",
    ),
    found: undefined,
  },
  {
    name: "a property that is required and deleted",
    policy: policies(rule("Require", "properties: [a.b]"), rule("Delete", "properties: [a]")),
    found: 'Cannot require "a.b": it is deleted before it is looked for',
  },
  {
    name: "another one deleted",
    policy: policies(rule("Require", "properties: [a.b]"), rule("Delete", "properties: [a.c]")),
    found: undefined,
  },
  {
    name: "two enums that have nothing in common",
    policy: policies(
      rule("Restrict", "property: a, enum: [x, y]"),
      rule("Restrict", "property: a, enum: [z]"),
    ),
    found: 'Cannot set "a" to any value: "z" is allowed, and it is "z", not one of "x", "y"',
  },
  {
    name: "two enums that have",
    policy: policies(
      rule("Restrict", "property: a, enum: [x, y]"),
      rule("Restrict", "property: a, enum: [y, z]"),
    ),
    found: undefined,
  },
  {
    name: "an enum that its own bounds leave nothing of",
    policy: policies(rule("Restrict", "property: a, enum: [1, 2], min: 3")),
    found: 'Cannot set "a" to any value: "1" is allowed, and 1 is less than 3',
  },
])("check/unsatisfiable: $name", async ({ policy, found }) => {
  const messages = (await foundIn(UNSATISFIABLE, policy)).map((it) => it.message);
  deepEqual(messages, found === undefined ? [] : [found]);
});

Deno.test.each([
  { name: "a block that is off", policy: forbidden("/a").replace("true", "false"), found: 1 },
  { name: "a block that is on", policy: forbidden("/a"), found: 0 },
  {
    name: "prefixes where nobody may spawn",
    policy:
      "kestra: {ee: {javaSecurity: {enabled: true, authorizedClassPrefix: [a.b]}}}\nbulkhead: {spawn: never}\n",
    found: 1,
  },
  {
    name: "allowed paths of an open file system",
    policy: "kestra: {local-files: {allowed-paths: [/a]}}\nbulkhead: {filesystem: open}\n",
    found: 1,
  },
  {
    name: "allowed paths of a closed one",
    policy: "kestra: {local-files: {allowed-paths: [/a]}}\nbulkhead: {filesystem: closed}\n",
    found: 0,
  },
  {
    name: "a denied host without a list",
    policy: "bulkhead: {network: {deny: [a.b]}}\n",
    found: 0,
  },
  {
    name: "excludes of what is not included",
    policy: security("io.kestra.plugin.core.*", "io.kestra.plugin.scripts.*"),
    found: 1,
  },
  {
    name: "excludes of what is",
    policy: security("io.kestra.plugin.core.*", "io.kestra.plugin.core.http.*"),
    found: 0,
  },
  {
    name: "a policy that is DISABLED",
    policy: policies(rule("Delete", "properties: [a]")).replace(
      "id: p",
      "id: p, enforcement: DISABLED",
    ),
    found: 1,
  },
  {
    name: "conditions that exclude each other",
    policy: policies(
      rule(
        "Delete",
        "properties: [a], where: [{field: type, operator: EQUAL_TO, value: a.B}, {field: type, operator: STARTS_WITH, value: b}]",
      ),
    ),
    found: 1,
  },
  {
    name: "conditions that do not",
    policy: policies(
      rule(
        "Delete",
        "properties: [a], where: [{field: type, operator: EQUAL_TO, value: b.B}, {field: type, operator: STARTS_WITH, value: b}]",
      ),
    ),
    found: 0,
  },
])("check/idle-rule: $name", async ({ policy, found }) => {
  deepEqual((await foundIn(IDLE_RULE, policy)).length, found);
});

const defaults = (...all: readonly (readonly [forced: boolean, values: string])[]) =>
  `kestra:\n  plugins:\n    defaults:\n${
    all.map(([forced, values]) => `      - {type: a.B, forced: ${forced}, values: {${values}}}\n`)
      .join("")
  }`;

Deno.test.each([
  { name: "the first of two forced", policy: defaults([true, "a: 1"], [true, "a: 2"]), lines: [4] },
  {
    name: "the second of two others",
    policy: defaults([false, "a: 1"], [false, "a: 2"]),
    lines: [5],
  },
  {
    name: "one beside a forced one",
    policy: defaults([false, "a: 1"], [true, "a: 2"]),
    lines: [4],
  },
  {
    name: "none, with a key of its own",
    policy: defaults([true, "a: 1, b: {c: 1}"], [true, "a: 2, b: {d: 1}"]),
    lines: [],
  },
  { name: "none, of lists", policy: defaults([true, "a: [1]"], [true, "a: [2]"]), lines: [] },
  {
    name: "the second of two forced, the old way",
    policy: `${
      defaults([true, "a: 1"], [true, "a: 2"])
    }bulkhead: {forced-precedence: flow-first}\n`,
    lines: [5],
  },
])("check/idle-default finds $name", async ({ policy, lines }) => {
  deepEqual((await foundIn(IDLE_DEFAULT, policy)).map((it) => it.at?.line), lines);
});
