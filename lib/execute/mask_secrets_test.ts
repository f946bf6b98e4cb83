import { deepEqual, equal } from "node:assert/strict";
import { hideCut, maskSecrets } from "./mask_secrets.ts";

Deno.test.each([
  {
    name: "a value in a text",
    secrets: ["s3cret"],
    value: "the s3cret is out",
    masked: "the ****** is out",
  },
  {
    name: "a value deep inside",
    secrets: ["abc"],
    value: { a: [{ b: "abc" }] },
    masked: { a: [{ b: "******" }] },
  },
  { name: "a key", secrets: ["abc"], value: { abc: 1 }, masked: { "******": 1 } },
  {
    name: "the longer of two first",
    secrets: ["pass", "password"],
    value: "password",
    masked: "******",
  },
  { name: "its base64", secrets: ["hunter2"], value: btoa("hunter2"), masked: "******" },
  { name: "its JSON spelling", secrets: ['a"b'], value: '{"x":"a\\"b"}', masked: '{"x":"******"}' },
  {
    name: "each line of several",
    secrets: ["line one\nline two"],
    value: "got line two",
    masked: "got ******",
  },
  { name: "nothing for an empty secret", secrets: [""], value: "text", masked: "text" },
  {
    name: "nothing that is no secret",
    secrets: ["abc"],
    value: ["ab", 1, null, true],
    masked: ["ab", 1, null, true],
  },
])("maskSecrets() hides $name", ({ secrets, value, masked }) => {
  deepEqual(maskSecrets(secrets)<unknown>(value), masked);
});

Deno.test("maskSecrets() leaves the value itself untouched", () => {
  const value = { a: "abc" };
  equal(maskSecrets(["abc"])(value).a, "******");
  equal(value.a, "abc");
});

Deno.test.each([
  { name: "a whole line", line: { text: "the s3cret-wo" }, said: "the s3cret-wo" },
  { name: "a cut through a secret", line: { text: "the s3cret-wo", missing: 9 }, said: "the " },
  { name: "a cut elsewhere", line: { text: "the end", missing: 9 }, said: "the end" },
  {
    name: "a cut through a secret in base64",
    line: { text: `so ${btoa("s3cret-word").slice(0, 9)}`, missing: 9 },
    said: "so ",
  },
])("hideCut() leaves nothing of a secret: $name", ({ line, said }) => {
  const text = hideCut({ kind: "text", ...line }, ["s3cret-word"]);
  equal(text.replace(/… \(the rest of this line was left out\)$/, ""), said);
});
