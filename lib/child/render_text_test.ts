import { deepEqual, equal } from "node:assert/strict";
import { render, renderDeep, type Scope } from "./expression/mod.ts";
import { renderText, renderValue } from "./render_text.ts";

const SCOPE: Scope = { variables: {}, secret: () => "" };

Deno.test.each([
  { name: "a text", value: "a } b" },
  { name: "other values", value: [1, null, true, ""] },
  { name: "a map in a list", value: [{ a: { b: ["c"] } }] },
  { name: "a name that prototypes have", value: JSON.parse('{"__proto__": {"a": 1}}') },
])("renderValue() gives what rendering gives, and loads nothing: $name", ({ value }) => {
  deepEqual(renderValue(value, SCOPE), renderDeep(value, SCOPE));
});

Deno.test("renderText() gives what rendering gives, and loads nothing", () => {
  equal(renderText("a } b", SCOPE), render("a } b", SCOPE));
});
