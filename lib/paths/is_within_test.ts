import { equal } from "node:assert/strict";
import { isWithin } from "./is_within.ts";

Deno.test.each([
  { root: "/etc", path: "/etc", within: true },
  { root: "/etc", path: "/etc/passwd", within: true },
  { root: "/etc", path: "/etcetera", within: false },
  { root: "/etc", path: "/", within: false },
  { root: "/", path: "/etc", within: true },
  { root: "/", path: "/", within: true },
])("isWithin($root, $path) is $within", ({ root, path, within }) => {
  equal(isWithin(root, path), within);
});
