import type { JsonSchema } from "./json_schema.ts";

/** What an editor says of a key. */
export interface KeyWords {
  /** A sentence or two, without a period at the end. */
  readonly about: string;
  /** What holds where the key is not there. */
  readonly default?: unknown;
}

/** By key in camelCase, or by `owner.key` where a key means something else below another one. */
export type WordsOf = Readonly<Record<string, string | KeyWords>>;

/**
 * Puts descriptions and defaults into a JSON Schema, for editors: nothing of what it takes changes.
 *
 * A property that has a description keeps it, and so has one whose schema is `false`.
 *
 * @param words Of the keys in it. An owner is the nearest key that the property lies below.
 */
export function describeSchema(schema: JsonSchema, words: WordsOf): JsonSchema {
  return walk(schema, "", words) as JsonSchema;
}

function walk(value: unknown, owner: string, words: WordsOf): unknown {
  if (Array.isArray(value)) return value.map((it) => walk(it, owner, words));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, it]) => [
      key,
      key === "properties" && isMap(it)
        ? Object.fromEntries(
          Object.entries(it).map(([name, its]) => [name, property(name, its, owner, words)]),
        )
        // Values of files, not schemas.
        : key === "default" || key === "const" || key === "enum" || key === "examples"
        ? it
        : walk(it, owner, words),
    ]),
  );
}

function property(name: string, schema: unknown, owner: string, words: WordsOf): unknown {
  if (!isMap(schema)) return schema;
  const key = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const inside = walk(schema, key, words) as Record<string, unknown>;
  if (inside.description !== undefined) return inside;
  const known = words[`${owner}.${key}`] ?? words[key];
  if (known === undefined) return inside;
  const { about, ...rest } = typeof known === "string" ? { about: known } : known;
  return { ...inside, description: about, ...rest };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
