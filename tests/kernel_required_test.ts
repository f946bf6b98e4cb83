import { deepEqual, equal, match } from "node:assert/strict";
import { parseFlow, readFlow } from "../lib/flow/mod.ts";
import type { HostFacts } from "../lib/model/mod.ts";
import { makePlan } from "../lib/plan/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../lib/policy/mod.ts";
import { hostFacts } from "./host_facts.ts";

const WHY = "Landlock: ENOSYS: this kernel has no such call";

async function plan(mode: string, kernel: HostFacts["kernel"]) {
  const text = `bulkhead:\n  filesystem: closed\n  kernel: ${mode}\n`;
  const policy = await loadPolicy([{ file: "p.yaml", text }]);
  const flow = readFlow(
    "id: f\nnamespace: n\ntasks:\n  - {id: e, type: io.kestra.plugin.graalvm.js.Eval, script: '1'}\n",
    "f.yaml",
  );
  const ruled = applyRules(applyDefaults(flow, policy), policy.rules, (it) => it);
  const { flow: parsed, warnings } = parseFlow(ruled.flow);
  const made = makePlan(policy, [{ flow: parsed, warnings }], hostFacts({ kernel }));
  return made.flows[0]!.tasks[0]!;
}

const FOUND = hostFacts().kernel;
const MISSING: HostFacts["kernel"] = {
  found: false,
  problem: { code: "host/kernel-layer", severity: "error", message: WHY },
};

Deno.test("kernel: require runs nothing on a machine without it, and names the line", async () => {
  const { verdict, refusal } = await plan("require", MISSING);
  equal(verdict, "refuse");
  equal(refusal?.code, "host/kernel-layer");
  equal(refusal?.by, "host");
  match(refusal?.message ?? "", /Cannot enforce "kernel: require": Landlock: ENOSYS/);
  deepEqual(refusal?.source, { file: "p.yaml", line: 3, column: 11 });
  equal((await plan("require", FOUND)).verdict, "run");
});

Deno.test("kernel: prefer runs without it, and says so", async () => {
  const { verdict, layers, kernel, because } = await plan("prefer", MISSING);
  equal(verdict, "run");
  equal(kernel, undefined);
  deepEqual(layers.kernel, { active: false, why: WHY });
  equal(because.some((it) => it.effect === "no kernel layer"), true);
  equal((await plan("prefer", FOUND)).layers.kernel.active, true);
});
