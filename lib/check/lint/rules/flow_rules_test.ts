import { deepEqual, equal, ok } from "node:assert/strict";
import { FLOW_RULES } from "./flow_rules.ts";
import { found } from "./lint_sample.ts";

Deno.test.each(FLOW_RULES.map((rule) => ({ rule, name: rule.code })))(
  "$name finds something in its bad example, and nothing in its good one",
  async ({ rule }) => {
    const under = rule.under === undefined ? {} : { policy: rule.under };
    const flows = (it: string) => rule.beside === undefined ? [it] : [it, rule.beside];
    const bad = await found(rule, { flows: flows(rule.bad), ...under });
    ok(bad.length > 0, "nothing in the bad one");
    for (const it of bad) {
      deepEqual([it.code, it.severity], [rule.code, rule.severity]);
      ok(it.at !== undefined && it.at.line > 1, `${it.message} has no place`);
      equal(/[.\n]$/.test(it.message), false, it.message);
    }
    deepEqual(
      (await found(rule, { flows: flows(rule.good), ...under })).map((it) => it.message),
      [],
    );
  },
);

Deno.test("each rule has a code of its own", () => {
  const codes = FLOW_RULES.map((it) => it.code);
  deepEqual(codes, [...new Set(codes)]);
  ok(codes.every((it) => it.startsWith("check/")));
});
