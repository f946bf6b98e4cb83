import { DRAFT, type JsonSchema, jsonSchemaOf } from "../source/json_schema.ts";
import { TestSuiteShape } from "./shapes.ts";

/** The JSON Schema of a file of unit tests, for editors; made from the shapes that the parser goes by. */
export function unitTestSchema(): JsonSchema {
  return { $schema: DRAFT, title: "Unit tests of a flow", ...jsonSchemaOf(TestSuiteShape) };
}
