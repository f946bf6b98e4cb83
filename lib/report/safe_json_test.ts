import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { safeJson } from "./safe_json.ts";

Deno.test("safeJson() is JSON without control characters", () => {
  equal(safeJson("a\u009b\u007f\u001b"), '"a\\u009b\\u007f\\u001b"');
  fc.assert(fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
    const json = safeJson({ value, [text]: text });
    // deno-lint-ignore no-control-regex
    equal(/[\x00-\x1f\x7f-\x9f]/.test(json), false);
    deepEqual(JSON.parse(json), JSON.parse(JSON.stringify({ value, [text]: text })));
  }));
});
