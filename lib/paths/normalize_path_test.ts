import { deepEqual, equal } from "node:assert/strict";
import { normalizePath } from "./normalize_path.ts";

Deno.test.each([
  { text: "/etc/", path: "/etc" },
  { text: "//etc//ssl/.", path: "/etc/ssl" },
  { text: "/tmp/../etc", path: "/etc" },
  { text: "/", path: "/" },
  { text: "/..", path: "/" },
  { text: "/with space/ünicode=1", path: "/with space/ünicode=1" },
])("normalizePath($text) is $path", ({ text, path }) => {
  deepEqual(normalizePath(text), { ok: true, path });
});

/** Each refusal beside the twin that is accepted. */
Deno.test.each([
  { name: "a relative path", text: "etc/passwd", control: "/etc/passwd" },
  { name: "a home directory", text: "~/.aws", control: "/home/a/.aws" },
  { name: "an empty path", text: "", control: "/" },
  { name: "a comma", text: "/a,b", control: "/a;b" },
  { name: "a newline", text: "/a\nb", control: "/a b" },
  { name: "a lone surrogate", text: "/a\ud800", control: "/a\u{1f600}" },
  { name: "a placeholder", text: "/<workspace>", control: "/workspace" },
])("normalizePath() refuses $name", ({ text, control }) => {
  equal(normalizePath(text).ok, false);
  equal(normalizePath(control).ok, true);
});
