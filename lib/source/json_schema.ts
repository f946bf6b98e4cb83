import * as z from "zod/mini";

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What editors read: every version of yaml-language-server, which VS Code and Helix use, knows
 * draft-07; of 2020-12 even the latest knows a part only.
 */
export const DRAFT = "http://json-schema.org/draft-07/schema#";

/**
 * The JSON Schema of what a zod schema takes, as it is written in a file.
 *
 * What a refinement or a transformation checks is left out: the parser says that.
 */
export function jsonSchemaOf(shape: () => z.ZodMiniType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(shape(), {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      // A name: numbers and booleans are read as text.
      if (def.type === "pipe" && def.in._zod.def.type === "transform") {
        jsonSchema.type = ["string", "number", "boolean"] as never;
      }
    },
  });
  return rest;
}
