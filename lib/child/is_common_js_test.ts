import { equal } from "node:assert/strict";
import { isCommonJs } from "./is_common_js.ts";

Deno.test.each([
  { text: "const fs = require('fs'); return;", script: true },
  { text: "#!/usr/bin/env node\nwith (Math) x = sin(1);", script: true },
  { text: "", script: true },
  { text: "import fs from 'node:fs';", script: false },
  { text: "export const a = 1;", script: false },
  { text: "await fetch('http://x');", script: false },
  { text: "console.log(import.meta.url);", script: false },
  { text: "}; globalThis.ran = true; {", script: false },
  { text: "globalThis.ran = true;", script: true },
])("isCommonJs() of $text", ({ text, script }) => {
  equal(isCommonJs(text), script);
  equal("ran" in globalThis, false, "nothing of it runs");
});
