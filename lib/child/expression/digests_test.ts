import { equal } from "node:assert/strict";
import { createHash } from "node:crypto";
import * as digests from "./digests.ts";

const TEXTS = [
  "",
  "a",
  "The quick brown fox",
  "é€😀",
  ...[55, 56, 63, 64, 65, 111, 112, 128, 1000].map((it) => "x".repeat(it)),
];

Deno.test.each((["md5", "sha1", "sha256", "sha512"] as const).map((name) => ({ name })))(
  "$name() gives what the platform's gives",
  ({ name }) => {
    for (const it of TEXTS) {
      equal(digests[name](it), createHash(name).update(it).digest("hex"), `${it.length}`);
    }
  },
);
