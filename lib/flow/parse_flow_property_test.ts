import fc from "fast-check";
import { ok } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { USUAL_SLOTS } from "./flowables.ts";
import { KESTRA_INPUT_TYPES } from "./inputs/input_keys.ts";
import { FLOW, parse } from "./sample_flow.ts";

/** Words that the room knows, so that what is made of them goes deep. */
const key = fc.constantFrom(
  ...USUAL_SLOTS,
  ..."id namespace type tasks task errors finally listeners triggers outputs inputs labels retry"
    .split(" "),
  ..."timeout disabled allowFailure runIf when workerGroup values defaults condition dependsOn name"
    .split(" "),
  ..."key value validator itemType min max required conditions preconditions checks variables"
    .split(" "),
  "__proto__",
  "constructor",
  "toString",
);
const scalar = fc.oneof(
  fc.constantFrom(null, true, 0, -1.5, "", "a", "{{ inputs.a-b }}", "{{ json(a) | json }}", "PT5S"),
  fc.constantFrom(...KESTRA_INPUT_TYPES, "a.B", "constructor", "__proto__"),
  fc.constantFrom(
    ..."Dag If Switch Pause Subflow WorkingDirectory Parallel Loop ForEachItem".split(" ")
      .map((it) => `${FLOW}.${it}`),
  ),
  fc.string({ maxLength: 5 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.uniqueArray(fc.tuple(key, tie("value")), { selector: ([it]) => it, maxLength: 6 })
      .map((it) => Object.fromEntries(it)),
  ),
}));
const flow = fc.uniqueArray(fc.tuple(key, value), { selector: ([it]) => it, maxLength: 8 })
  .map((it) =>
    Object.fromEntries([
      ["id", "f"],
      ["namespace", "a"],
      ["tasks", [{ id: "t", type: "a.B" }]],
      ...it.filter(([name]) => name !== "id" && name !== "namespace"),
    ])
  );

Deno.test("parseFlow() takes whatever is YAML, or says with its place why not", () => {
  let taken = 0;
  fc.assert(
    fc.property(flow, (it) => {
      try {
        parse(JSON.stringify(it));
        taken++;
      } catch (error) {
        if (!(error instanceof StageError)) throw error;
        ok(error.diagnostics.length > 0);
        for (const { code, message, at } of error.diagnostics) {
          ok(/^(flow|yaml)\//.test(code) && at !== undefined, `${code} ${message}`);
          ok(!/undefined|\[object/.test(message), message);
        }
      }
    }),
    { numRuns: 2000 },
  );
  ok(taken > 20, `only ${taken} were flows`);
});
