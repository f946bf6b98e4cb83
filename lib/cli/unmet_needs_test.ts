import { deepEqual, match } from "node:assert/strict";
import { containerRules } from "../../tests/container_rules.ts";
import { engineFacts } from "../../tests/engine_facts.ts";
import type { LayerProof, Machine, Policy } from "../model/mod.ts";
import { unmetNeeds } from "./unmet_needs.ts";

type Asked = Pick<Policy, "kernel" | "containers">;
type Has = Pick<Machine, "runtime" | "kernel" | "engine">;

const at = (line: number) => ({ file: "policy.yaml", line, column: 3 });
const nothing = (message: string) => ({
  found: false as const,
  problem: { code: "host/none" as const, severity: "error" as const, message },
});

const ALL: Has = {
  runtime: { found: true, value: { path: "/deno", version: "2.9.6" } },
  kernel: {
    found: true,
    value: { landlock: 7, lacks: [], arch: "x86_64", libraries: [], resolver: [] },
  },
  engine: { found: true, value: engineFacts() },
};

function asked(kernel: Policy["kernel"]["value"], engine?: string): Asked {
  return {
    kernel: { value: kernel, source: at(2) },
    containers: containerRules(
      engine === undefined ? {} : { engine: { value: engine, source: at(4) } },
    ),
  };
}

function proof(
  layer: LayerProof["layer"],
  verdict: LayerProof["verdict"] = "proved",
): LayerProof {
  const holds = verdict === "proved";
  const outcome = holds ? "refused" : "ok";
  const probe = { layer, kind: "probe", what: "get out", outcome, holds } as const;
  return { layer, verdict, results: verdict === "not-proved" ? [] : [probe] };
}

const PROVED = [proof("deno"), proof("kernel"), proof("container")];

interface Row {
  readonly name: string;
  readonly policy: Asked;
  readonly machine?: Partial<Has>;
  readonly proofs?: readonly LayerProof[];
  /** Codes, with the line of the policy that asks for it. */
  readonly unmet: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: "nothing, where all is there", policy: asked("require", "docker"), unmet: [] },
  {
    name: "a kernel layer that is required",
    policy: asked("require"),
    machine: { kernel: nothing("no Landlock") },
    proofs: [proof("deno"), proof("kernel", "not-proved"), proof("container")],
    unmet: ["host/kernel-layer:2"],
  },
  {
    name: "not one that is preferred",
    policy: asked("prefer"),
    machine: { kernel: nothing("no Landlock") },
    proofs: [proof("deno"), proof("kernel", "not-proved"), proof("container")],
    unmet: [],
  },
  {
    name: "an engine that is named",
    policy: asked("prefer", "podman"),
    machine: { engine: nothing("no podman") },
    proofs: [proof("deno"), proof("kernel"), proof("container", "not-proved")],
    unmet: ["host/none:4"],
  },
  {
    name: "not one that nobody names",
    policy: asked("prefer"),
    machine: { engine: nothing("no docker") },
    proofs: [proof("deno"), proof("kernel"), proof("container", "not-proved")],
    unmet: [],
  },
  {
    name: "a runtime",
    policy: asked("off"),
    machine: { runtime: nothing("no Deno") },
    proofs: [proof("deno", "not-proved"), proof("kernel", "not-proved"), proof("container")],
    unmet: ["host/none"],
  },
  {
    name: "layers that do not hold",
    policy: asked("prefer", "docker"),
    proofs: PROVED.map((it) => proof(it.layer, "failed")),
    unmet: ["host/self-test", "host/self-test:2", "host/self-test:4"],
  },
  {
    name: "not a kernel layer that is off",
    policy: asked("off"),
    proofs: [proof("deno"), proof("kernel", "failed"), proof("container")],
    unmet: [],
  },
];

Deno.test("unmetNeeds() finds", async (t) => {
  for (const { name, policy, machine, proofs = PROVED, unmet } of ROWS) {
    await t.step(name, () => {
      const found = unmetNeeds(policy, { ...ALL, ...machine }, proofs);
      deepEqual(found.map((it) => it.code + (it.at ? `:${it.at.line}` : "")), unmet);
      for (const it of found) match(it.message, /./);
    });
  }
});
