import { deepEqual, equal, ok } from "node:assert/strict";
import { loadPolicy } from "../../../policy/mod.ts";
import { applyFixes } from "../apply_fixes.ts";
import { POLICY_RULES } from "./policy_rules.ts";
import { foundIn } from "./policy_sample.ts";

Deno.test.each(POLICY_RULES.map((rule) => ({ rule, name: rule.code })))(
  "$name finds something in its bad example, and nothing in its good one",
  async ({ rule }) => {
    const bad = await foundIn(rule, rule.bad);
    ok(bad.length > 0, "nothing in the bad one");
    for (const it of bad) {
      deepEqual([it.code, it.severity], [rule.code, rule.severity]);
      ok(it.at !== undefined && it.at.line >= 1, `${it.message} has no place`);
      ok(it.help !== undefined && !/[.\n]$/.test(it.message), it.message);
    }
    deepEqual((await foundIn(rule, rule.good)).map((it) => it.message), []);
  },
);

Deno.test.each(POLICY_RULES.map((rule) => ({ rule, name: rule.code })))(
  "$name: each fix of its bad example can be read, and takes away what it was for",
  async ({ rule }) => {
    for (const { fix, message } of await foundIn(rule, rule.bad)) {
      if (fix === undefined) continue;
      const mended = applyFixes(rule.bad, [fix]).text;
      await loadPolicy([{ file: "policy.yaml", text: mended }]);
      const left = (await foundIn(rule, mended)).map((it) => it.message);
      equal(left.includes(message), false, `${fix.title}\n${mended}`);
    }
  },
);
