import { equal } from "node:assert/strict";
import { isTrue } from "./is_true.ts";

Deno.test.each([
  ...["", "  ", "false", "FALSE", " False\n", "0", " 0 ", "-0"].map((text) => ({
    text,
    is: false,
  })),
  ...["true", "1", "no", "null", "0.0", "00", "falsey", "[]", "-1"].map((text) => ({
    text,
    is: true,
  })),
])("isTrue($text) is $is", ({ text, is }) => equal(isTrue(text), is));
