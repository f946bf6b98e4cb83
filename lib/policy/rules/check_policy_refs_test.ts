import { deepEqual, equal, match, throws } from "node:assert/strict";
import { toPlain } from "../../source/mod.ts";
import { type RuledFlow } from "./apply_rules.ts";
import { apply, one, rule, task } from "./written_rules.ts";

const bundle = one(rule("Add", { values: { a: 1 } }), { id: "bundle", enforcement: "REFERENCE" });
const added = ({ flow }: RuledFlow) =>
  JSON.stringify(toPlain(flow)).match(/"id":"\w+"[^{}]*"a":1/g)?.map((it) => it.slice(6, 7)) ?? [];

Deno.test("applyRules() applies REFERENCE policies where they are named", () => {
  const refs = { policyRefs: ["bundle"] };
  const tasks = [task({ id: "x", ...refs }), task({ id: "y" })];
  deepEqual(added(apply({ tasks: [task()] }, bundle)), []);
  deepEqual(added(apply({ tasks }, bundle)), ["x"]);
  deepEqual(added(apply({ ...refs, tasks }, bundle)), ["x", "y"]);
  const triggers = [{ id: "z", type: "io.a.T", ...refs }];
  deepEqual(added(apply({ tasks: [task()], triggers }, bundle)), ["z"]);
});

Deno.test.each<{ name: string; refs: unknown; policies: object[]; says: RegExp; help?: RegExp }>([
  {
    name: "nothing",
    refs: ["bundel"],
    policies: [bundle],
    says: /no such policy/,
    help: /"bundle"/,
  },
  { name: "no policy at all", refs: ["bundle"], policies: [], says: /no such policy/ },
  {
    name: "what is switched off",
    refs: ["bundle"],
    policies: [{ ...bundle, enforcement: "DISABLED" }],
    says: /its enforcement is DISABLED/,
  },
  {
    name: "what is meant for another namespace",
    refs: ["bundle"],
    policies: [{ ...bundle, target: { namespaces: ["other"] } }],
    says: /target does not cover/,
  },
])("applyRules() refuses where policyRefs name $name", ({ refs, policies, says, help }) => {
  for (
    const [flow, path] of [
      [{ policyRefs: refs, tasks: [task()] }, undefined],
      [{ tasks: [task({ policyRefs: refs })] }, "tasks[0]"],
      [{ tasks: [task()], triggers: [{ id: "z", type: "io.a.T", policyRefs: refs }] }, undefined],
    ] as const
  ) {
    const [violation, ...more] = apply(flow, ...policies).violations;
    deepEqual(more, []);
    equal(violation?.path, path);
    match(violation!.refusal.message, says);
    if (help !== undefined) match(violation!.refusal.help!, help);
    const { source } = violation!.refusal;
    equal(source !== "built-in" && source.file, "f.yaml");
  }
});

Deno.test("applyRules() throws where policyRefs is no list, and takes its twin", () => {
  const flow = (policyRefs: unknown) => ({ tasks: [task({ policyRefs })] });
  throws(() => apply(flow("bundle"), bundle), /expected a list/);
  deepEqual(apply(flow(["bundle"]), bundle).violations, []);
});

Deno.test("applyRules() takes a reference to a policy that applies anyway", () => {
  const active = { ...bundle, enforcement: "ACTIVE" };
  deepEqual(added(apply({ tasks: [task({ policyRefs: ["bundle"] })] }, active)), ["t"]);
});
