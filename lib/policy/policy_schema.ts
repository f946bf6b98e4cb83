import { describeSchema } from "../source/describe_schema.ts";
import { DRAFT, type JsonSchema, jsonSchemaOf } from "../source/json_schema.ts";
import { inBothSpellings } from "./both_spellings.ts";
import { RULE_OWNERS } from "./keys.ts";
import { POLICY_WORDS } from "./policy_words.ts";
import { ConditionShape, PolicyId, PolicyShape, RULE_TYPES, RuleShapes } from "./rules/shapes.ts";
import {
  Bulkhead,
  JavaSecurity,
  LocalFiles,
  PluginDefaultShape,
  PluginSecurity,
} from "./shapes.ts";

/**
 * The JSON Schema of a policy file, for editors.
 *
 * Made from the shapes that the parser goes by, so it knows the same keys and types. What it
 * refuses the parser refuses; the parser checks more: paths, patterns, durations, chains.
 *
 * @param tests What may stand in `bulkhead.tests`.
 */
export function policySchema(tests: JsonSchema = {}): JsonSchema {
  const bulkhead = inBothSpellings(jsonSchemaOf(Bulkhead)) as {
    readonly properties: Readonly<Record<string, unknown>>;
  };
  const defaults = { type: "array", items: pluginDefaultSchema() };
  const kestra = inBothSpellings({
    type: "object",
    description: "Kestra's own configuration; what has nothing to do with isolation is ignored",
    properties: {
      ee: {
        type: "object",
        properties: { javaSecurity: jsonSchemaOf(JavaSecurity) },
        patternProperties: { "\\.": false },
      },
      plugins: {
        type: "object",
        properties: { defaults, security: jsonSchemaOf(PluginSecurity) },
      },
      tasks: { type: "object", properties: { defaults } },
      localFiles: jsonSchemaOf(LocalFiles),
      policies: policiesSchema(),
    },
    patternProperties: { [`^(${RULE_OWNERS})\\.`]: false },
  });
  return describeSchema({
    $schema: DRAFT,
    title: "A policy of bulkhead",
    type: "object",
    anyOf: [{ required: ["kestra"] }, { required: ["bulkhead"] }],
    properties: {
      kestra,
      bulkhead: { ...bulkhead, properties: { ...bulkhead.properties, tests } },
    },
    patternProperties: { [`^(bulkhead|kestra\\.(${RULE_OWNERS}))\\.`]: false },
  }, POLICY_WORDS);
}

/** One entry of plugin defaults, of a policy or of a flow. */
export function pluginDefaultSchema(): JsonSchema {
  return jsonSchemaOf(PluginDefaultShape);
}

/** A list of policies, each with its id, or a map of them by id. */
function policiesSchema(): JsonSchema {
  const shape = jsonSchemaOf(PolicyShape) as {
    readonly properties: Record<string, unknown>;
    readonly required: readonly string[];
  };
  const rules = { ...(shape.properties.rules as object), items: ruleSchema() };
  const { id, ...rest } = shape.properties;
  const properties = { ...rest, rules };
  return {
    anyOf: [
      {
        type: "array",
        minItems: 1,
        items: { ...shape, properties: { id, ...properties }, required: ["id", ...shape.required] },
      },
      {
        type: "object",
        minProperties: 1,
        propertyNames: jsonSchemaOf(PolicyId),
        additionalProperties: { ...shape, properties },
      },
    ],
  };
}

/** By its type: what a rule has depends on it. */
function ruleSchema(): JsonSchema {
  const conditions = { type: "array", minItems: 1, items: jsonSchemaOf(ConditionShape) };
  return {
    type: "object",
    properties: { type: { enum: RULE_TYPES } },
    required: ["type"],
    allOf: Object.entries(RuleShapes).map(([short, it]) => {
      const shape = jsonSchemaOf(it) as { readonly properties: object };
      return {
        if: {
          properties: { type: { const: RULE_TYPES.find((name) => name.endsWith(`.${short}`)) } },
        },
        then: { ...shape, properties: { ...shape.properties, where: conditions } },
      };
    }),
  };
}
