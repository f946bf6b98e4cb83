import type { JsonSchema } from "../source/json_schema.ts";

/**
 * Lets a JSON Schema take every key in camelCase and in kebab-case, and not in both at once, as
 * `camelKeys()` reads them.
 *
 * @param schema With keys in camelCase.
 */
export function inBothSpellings(schema: JsonSchema): JsonSchema {
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    result[keyword] = deeper(keyword, value);
  }
  const { properties, required } = schema as {
    properties?: Record<string, unknown>;
    required?: readonly string[];
  };
  if (properties === undefined) return result;
  const twins = Object.keys(properties).filter((it) => kebabCase(it) !== it);
  const written = result.properties as Record<string, unknown>;
  const rules: unknown[] = [...(result.allOf as unknown[] ?? [])];
  for (const name of twins) {
    written[kebabCase(name)] = written[name];
    rules.push({ not: { required: [name, kebabCase(name)] } });
    if (!required?.includes(name)) continue;
    rules.push({ anyOf: [{ required: [name] }, { required: [kebabCase(name)] }] });
  }
  // `forbidden-classPrefix` is read too.
  const mixed = twins.filter((it) => /[A-Z].*[A-Z]/.test(it)).map((name) => [
    `^${name.replace(/[A-Z]/g, (it) => `(-${it.toLowerCase()}|${it})`)}$`,
    written[name],
  ]);
  return {
    ...result,
    ...(required && { required: required.filter((it) => !twins.includes(it)) }),
    ...(mixed.length > 0 && {
      patternProperties: { ...result.patternProperties ?? {}, ...Object.fromEntries(mixed) },
    }),
    ...(rules.length > 0 && { allOf: rules }),
  };
}

/** `forbiddenPaths` as `forbidden-paths`. */
export function kebabCase(key: string): string {
  return key.replace(/[A-Z]/g, (it) => `-${it.toLowerCase()}`);
}

function deeper(keyword: string, value: unknown): unknown {
  if (["properties", "patternProperties", "definitions"].includes(keyword)) {
    return Object.fromEntries(
      Object.entries(value as object).map(([name, it]) => [name, schemaOr(it)]),
    );
  }
  if (["allOf", "anyOf", "oneOf"].includes(keyword)) return (value as unknown[]).map(schemaOr);
  return ["items", "additionalProperties", "then", "else"].includes(keyword)
    ? schemaOr(value)
    : value;
}

function schemaOr(value: unknown): unknown {
  return typeof value === "object" && value !== null ? inBothSpellings(value as JsonSchema) : value;
}
