import { equal } from "node:assert/strict";
import { nearest } from "./nearest.ts";

const known = ["forbidden-paths", "enabled", "writable", "env"];

Deno.test.each([
  { word: "forbidden-path", near: "forbidden-paths" },
  { word: "forbiddenPaths", near: "forbidden-paths" },
  { word: "enable", near: "enabled" },
  { word: "enf", near: "env" },
  { word: "eanbled", near: "enabled" },
  { word: "ENV", near: "env" },
  { word: "i".repeat(100_000), near: undefined },
  { word: "zzz", near: undefined },
  { word: "readable-too", near: undefined },
])("nearest($word) is $near", ({ word, near }) => equal(nearest(word, known), near));
