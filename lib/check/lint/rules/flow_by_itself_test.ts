import { deepEqual, ok } from "node:assert/strict";
import { FLOW_RULES } from "./flow_rules.ts";
import { inShort, lintContext } from "./lint_sample.ts";

const flows = [...new Set(FLOW_RULES.flatMap((it) => [it.bad, it.good, it.beside ?? []].flat()))];

/** `check` looks at some flows at a time, and asks only rules with a flow beside theirs about all. */
Deno.test.each([...new Set(FLOW_RULES.map((it) => it.under))].map((under) => ({
  under,
  name: under?.replaceAll(/\s+/g, " ").slice(0, 60) ?? "no policy",
})))(
  "rules about a flow by itself find in many what they find in each, under $name",
  async ({ under }) => {
    const policy = under === undefined ? {} : { policy: under };
    const all = await lintContext({ flows, ...policy });
    const each = await Promise.all(flows.map((it) => lintContext({ flows: [it], ...policy })));
    let count = 0;
    for (const { code, find } of FLOW_RULES.filter((it) => it.beside === undefined)) {
      const together = [...find(all)].map((it) => `${it.at?.file} ${inShort(it)}`);
      const alone = each.flatMap((context, i) =>
        [...find(context)].map((it) =>
          `${it.at?.file.replace("flow0.yaml", `flow${i}.yaml`)} ${inShort(it)}`
        )
      );
      count += alone.length;
      deepEqual(together.toSorted(), alone.toSorted(), code);
    }
    ok(count > 10, `they find ${count}`);
  },
);

Deno.test("some rule looks at flows beside each other", () => {
  ok(FLOW_RULES.some((it) => it.beside !== undefined));
});
