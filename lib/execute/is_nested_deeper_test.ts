import { equal } from "node:assert/strict";
import { isNestedDeeper, MAX_LEVELS } from "./is_nested_deeper.ts";

const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels));

Deno.test.each([
  { name: "a text", value: "x", deeper: false },
  { name: "nothing", value: null, deeper: false },
  { name: "as many levels as may be", value: nested(MAX_LEVELS), deeper: false },
  { name: "one more", value: nested(MAX_LEVELS + 1), deeper: true },
  { name: "very many", value: nested(100_000), deeper: true },
  { name: "many beside each other", value: Array(100_000).fill({ a: [] }), deeper: false },
  { name: "one deep among many", value: { a: 1, b: { c: nested(MAX_LEVELS) } }, deeper: true },
])("isNestedDeeper() of $name is $deeper", ({ value, deeper }) => {
  equal(isNestedDeeper(value), deeper);
});
