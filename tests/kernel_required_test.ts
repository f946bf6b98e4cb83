import { deepEqual, equal, match } from "node:assert/strict";
import { parseFlow, readFlow } from "../lib/flow/mod.ts";
import type { HostFacts, Kernel } from "../lib/model/mod.ts";
import { makePlan } from "../lib/plan/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../lib/policy/mod.ts";

const KERNEL: Kernel = { landlock: 7, lacks: [], arch: "x86_64", libraries: [], resolver: [] };
const WHY = "Landlock: ENOSYS: this kernel has no such call";

function hostWith(kernel: HostFacts["kernel"]): HostFacts {
  return {
    os: "linux",
    uid: 1000,
    gid: 1000,
    runtime: { found: true, value: { path: "/deno", version: "2.9.6" } },
    childCode: {
      found: true,
      value: {
        directory: "/code",
        builtIn: "/code/b",
        eval: "/code/e",
        plugin: "/code/p",
        importMap: "/code/m",
        guardedImportMap: "/code/g",
        modules: [],
      },
    },
    kernel,
    engine: { found: true, value: { client: "/docker", version: "1", host: "unix:///s" } },
    builtInPaths: [],
    workspaceRoot: "/ws",
    realPaths: new Map(),
    listings: new Map(),
    plugins: [],
    scriptImports: new Map(),
    aliases: { found: [], unnamed: [], unsearched: [] },
  };
}

async function plan(mode: string, kernel: HostFacts["kernel"]) {
  const text = `bulkhead:\n  filesystem: closed\n  kernel: ${mode}\n`;
  const policy = await loadPolicy([{ file: "p.yaml", text }]);
  const flow = readFlow(
    "id: f\nnamespace: n\ntasks:\n  - {id: e, type: io.kestra.plugin.graalvm.js.Eval, script: '1'}\n",
    "f.yaml",
  );
  const ruled = applyRules(applyDefaults(flow, policy), policy.rules, (it) => it);
  const { flow: parsed, warnings } = parseFlow(ruled.flow);
  const made = makePlan(policy, [{ flow: parsed, warnings }], hostWith(kernel));
  return made.flows[0]!.tasks[0]!;
}

const FOUND: HostFacts["kernel"] = { found: true, value: KERNEL };
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
