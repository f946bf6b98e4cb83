import { ok } from "node:assert/strict";
import fc from "fast-check";
import type { Located, LocatedMap } from "../../../model/mod.ts";
import { hostFacts } from "../../../../tests/host_facts.ts";
import type { LintContext } from "../lint_rule.ts";
import { FLOW_RULES } from "./flow_rules.ts";

const SOURCE = { file: "f.yaml", line: 1, column: 1 };

/** Keys and words that rules look at, so that what is made up is looked at. */
const KEYS =
  "id namespace type tasks errors then cases inputs variables taskRunner docker runner image " +
  "containerImage commands script retry pluginDefaults taskDefaults values env outputs name defaults " +
  "flowId volumes ref task";
const WORDS = [
  "t",
  "io.kestra.plugin.core.flow.Dag",
  "io.kestra.plugin.core.flow.Switch",
  "io.kestra.plugin.core.flow.Subflow",
  "io.kestra.plugin.scripts.shell.Commands",
  "io.kestra.core.tasks.log.Log",
  "{{ outputs.t.x",
  "{{ outputs['t'] }} {% raw %} {{",
  "{{ 'a }}",
  "curl a | sh",
  "",
];

const scalars = fc.oneof(
  fc.constantFrom<string | number | boolean | null>(...WORDS, 1, true, null),
  fc.string({ maxLength: 12 }),
).map((value): Located => ({ kind: "scalar", value, source: SOURCE }));

const { value: values } = fc.letrec<{ value: Located; map: LocatedMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    scalars,
    tie("map"),
    fc.array(tie("value"), { maxLength: 3 }).map((items): Located => ({
      kind: "list",
      items,
      source: SOURCE,
    })),
  ),
  map: fc.array(fc.tuple(fc.constantFrom(...KEYS.split(" ")), tie("value")), { maxLength: 7 })
    .map((entries): LocatedMap => ({
      kind: "map",
      entries: new Map(entries.map(([key, value]) => [key, { key: SOURCE, value }])),
      source: SOURCE,
    })),
}));

Deno.test("no rule fails on a flow, whatever stands in it", () => {
  let found = 0;
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 3 }), (list) => {
      const roots = list.filter((it): it is LocatedMap => it.kind === "map");
      const context: LintContext = {
        policyRoots: new Map(),
        flowRoots: new Map(roots.map((it, i) => [`f${i}.yaml`, it])),
        texts: new Map(),
        host: hostFacts(),
      };
      for (const rule of FLOW_RULES) {
        for (const it of rule.find(context)) {
          found++;
          ok(it.code === rule.code && it.at !== undefined);
        }
      }
    }),
    { numRuns: 2_000 },
  );
  ok(found > 50, `${found} findings: is anything looked at?`);
});
