import { deepEqual, equal, ok } from "node:assert/strict";
import { engineFacts } from "../../tests/engine_facts.ts";
import type { ContainerSpec, Engine, HostFacts, Policy, Task } from "../model/mod.ts";
import { becauseOfEngine, engineWords, refuseEngine } from "./plan_engine.ts";

const at = (line: number) => ({ file: "p.yaml", line, column: 1 });
const task = { id: "it", type: { value: "a.B", source: at(9) } } as unknown as Task;
const plain = { deviceRequests: [] } as unknown as ContainerSpec;

/** As much of a policy as is read here. */
function policy(
  limits: Partial<Policy["limits"]> = {},
  containers: Partial<Policy["containers"]> = {},
): Policy {
  return { limits, containers } as unknown as Policy;
}

const WEAK = engineFacts({
  kind: "podman",
  host: "",
  rootless: true,
  unlimited: ["memory", "processes", "cpus"],
});

interface Row {
  readonly name: string;
  readonly policy: Policy;
  /** Line of the policy that stands in the refusal. */
  readonly line: number;
}

const rows: readonly Row[] = [
  {
    name: "memory",
    policy: policy({ memoryBytes: { value: 5, source: at(3) } }),
    line: 3,
  },
  {
    name: "memory of containers",
    policy: policy({}, { memory: { value: 5, source: at(4) } }),
    line: 4,
  },
  {
    name: "processes",
    policy: policy({ processes: { value: 5, source: at(5) } }),
    line: 5,
  },
  { name: "cpus", policy: policy({}, { cpus: { value: 1, source: at(6) } }), line: 6 },
];

for (const { name, policy, line } of rows) {
  Deno.test(`refuseEngine() refuses an engine that cannot keep the policy's limit of ${name}`, () => {
    const refusal = refuseEngine(task, plain, policy, WEAK);
    equal(refusal?.code, "plan/engine-limit");
    equal(refusal.by, "host");
    deepEqual(refusal.source, at(line));
    equal(refuseEngine(task, plain, policy, engineFacts()), undefined, "the control");
  });
}

Deno.test("refuseEngine() refuses devices that podman would not hand out", () => {
  const spec = { deviceRequests: [{ driver: "nvidia", count: 1 }] } as unknown as ContainerSpec;
  equal(refuseEngine(task, spec, policy(), WEAK)?.code, "plan/engine-devices");
  equal(refuseEngine(task, spec, policy(), engineFacts()), undefined);
  equal(refuseEngine(task, plain, policy(), WEAK), undefined);
});

Deno.test("becauseOfEngine() says which engine, why, and which limits nobody keeps", () => {
  const host = (engine: Engine) => ({ engine: { found: true, value: engine } }) as HostFacts;
  const named = policy(
    { memoryBytes: { value: 5, source: at(3) } },
    { engine: { value: "podman", source: at(2) } },
  );
  const said = becauseOfEngine(named, host({ ...WEAK, chosen: "the policy names it" }));
  deepEqual(said[0], {
    effect: "use engine podman 27 without a daemon, rootless",
    rule: "the policy names it",
    source: at(2),
  });
  // That of memory is the policy's, and refused.
  deepEqual(said.slice(1).map((it) => it.effect), ["do not limit processes", "do not limit cpus"]);
  deepEqual(becauseOfEngine(policy(), host(engineFacts())).length, 1);
});

Deno.test("engineWords() names the kind, the version and the place", () => {
  equal(engineWords(engineFacts()), "docker 27 at unix:///socket");
  ok(engineWords(WEAK).endsWith("without a daemon, rootless"));
});
