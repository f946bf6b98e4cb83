import { deepEqual, equal, ok } from "node:assert/strict";
import { ownTestsSchema, testSchema } from "../lib/check/test_schema.ts";
import { flowSchema } from "../lib/flow/flow_schema.ts";
import { pluginDefaultSchema, policySchema } from "../lib/policy/policy_schema.ts";
import { loadPolicy } from "../lib/policy/mod.ts";
import { describeSchema } from "../lib/source/describe_schema.ts";

const SCHEMAS = {
  policy: policySchema(ownTestsSchema()),
  flow: flowSchema(pluginDefaultSchema()),
  test: testSchema(),
} as const;

/** Every property of a schema with the schema of its value, but for those that may not be there. */
function* propertiesOf(value: unknown, path = ""): Generator<[string, Record<string, unknown>]> {
  if (Array.isArray(value)) {
    for (const it of value) yield* propertiesOf(it, path);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, it] of Object.entries(value)) {
    if (key === "properties" && typeof it === "object" && it !== null) {
      for (const [name, schema] of Object.entries(it)) {
        if (typeof schema === "object" && schema !== null) {
          yield [`${path}.${name}`, schema as Record<string, unknown>];
        }
        yield* propertiesOf(schema, `${path}.${name}`);
      }
    } else if (!["default", "const", "enum", "examples"].includes(key)) {
      yield* propertiesOf(it, path);
    }
  }
}

Deno.test.each(Object.entries(SCHEMAS).map(([name, schema]) => ({ name, schema })))(
  "schema $name: an editor has something to say of every key",
  ({ schema }) => {
    const all = [...propertiesOf(schema)];
    ok(all.length > 40, `only ${all.length} properties were seen`);
    const silent = all.filter(([, it]) => typeof it.description !== "string").map(([path]) => path);
    deepEqual(silent, []);
    for (const [path, { description }] of all) {
      ok(
        /^[\w`'].*[^.\s]$/s.test(description as string) ||
          /^Not supported|^Has no/.test(description as string),
        `${path}: ${description}`,
      );
    }
  },
);

Deno.test("schema policy: a default says the same as the key's absence", async () => {
  const { properties } = SCHEMAS.policy as { properties: Record<string, Record<string, unknown>> };
  const keys = Object.entries(properties.bulkhead!.properties as object)
    .filter(([key, it]) => it.default !== undefined && !key.includes("-")) as [
      string,
      { default: unknown },
    ][];
  const digest = async (bulkhead: object) =>
    (await loadPolicy([{ file: "p.yaml", text: JSON.stringify({ bulkhead }) }])).digest;
  const none = await digest({ limits: { timeout: "PT1M" } });
  ok(keys.length >= 4, keys.map(([key]) => key).join(" "));
  for (const [key, it] of keys) {
    equal(await digest({ limits: { timeout: "PT1M" }, [key]: it.default }), none, key);
  }
  // The control: another value is another policy.
  ok(await digest({ limits: { timeout: "PT1M" }, filesystem: "closed" }) !== none);
});

Deno.test("describeSchema() changes nothing but words", () => {
  const schema = {
    properties: {
      "a-b": { type: "string" },
      c: { properties: { d: { enum: [{ properties: { d: 1 } }] }, e: false } },
      f: { description: "its own" },
    },
  };
  deepEqual(
    describeSchema(schema, { aB: { about: "A", default: "x" }, "c.d": "D", d: "no", f: "no" }),
    {
      properties: {
        "a-b": { type: "string", description: "A", default: "x" },
        c: {
          properties: { d: { enum: [{ properties: { d: 1 } }], description: "D" }, e: false },
        },
        f: { description: "its own" },
      },
    },
  );
});
