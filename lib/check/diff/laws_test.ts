import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { hostFacts } from "../../../tests/host_facts.ts";
import { path, policyFile, prefix, some } from "../../../tests/policy_arbitraries.ts";
import { judgeImage } from "../../container/mod.ts";
import { type Policy, StageError } from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import { spawnDecider } from "../../plan/decide_spawn.ts";
import { loadPolicy } from "../../policy/mod.ts";
import { askPlan } from "./sides.ts";
import { diffPolicies } from "./diff_policies.ts";
import type { Difference } from "./difference.ts";
import { probePolicy } from "../probe_policy.ts";

const HOST = hostFacts();
const RUNS = 500;

const image = fc.constantFrom("alpine", "ghcr.io/acme/**", "ghcr.io/acme/tool:1", "*@sha256:*");
const containers = fc.record({
  images: fc.record({ allow: some(image), deny: some(image) }, { requiredKeys: [] }),
  networks: some(fc.constantFrom("none", "bridge", "team")),
  users: some(fc.constantFrom("1000:1000", "65534:65534")),
  ports: some(fc.constantFrom("80", "8000-8010", "8005-8020")),
  volumes: some(path),
  "read-only": fc.boolean(),
  cpus: fc.constantFrom(1, 2),
}, { requiredKeys: [] });
const file = fc.record({ base: policyFile, containers, kernel: fc.constantFrom("off", "prefer") })
  .map(({ base, containers, kernel }) => ({
    ...base,
    bulkhead: { ...base.bulkhead, containers, kernel },
  }));

async function load(them: object): Promise<Policy | undefined> {
  try {
    return await loadPolicy([{ file: "policy.yaml", text: JSON.stringify(them) }]);
  } catch (error) {
    if (error instanceof StageError) return undefined;
    throw error;
  }
}

/** Runs a law over pairs of policies that can be loaded, and makes sure that there were some. */
async function overPairs(law: (old: Policy, now: Policy) => void, numRuns = RUNS): Promise<void> {
  let meant = 0;
  await fc.assert(
    fc.asyncProperty(file, file, async (a, b) => {
      const [old, now] = [await load(a), await load(b)];
      if (old === undefined || now === undefined) return;
      meant++;
      law(old, now);
    }),
    { numRuns, seed: 20261127 },
  );
  ok(meant > numRuns / 20, `only ${meant} pairs were valid`);
}

const key = ({ subject, what, direction }: Difference) => `${subject} ${direction} ${what}`;

Deno.test("law: a policy does not differ from itself, however its files are written", async () => {
  let meant = 0;
  await fc.assert(
    fc.asyncProperty(file, async (it) => {
      const [once, twice] = [await load(it), await load(structuredClone(it))];
      if (once === undefined || twice === undefined) return;
      meant++;
      deepEqual(diffPolicies(once, twice, HOST), { differences: [], widened: false });
    }),
    { numRuns: RUNS, seed: 20261127 },
  );
  ok(meant > RUNS / 8, `only ${meant} were valid`);
});

Deno.test("law: what is newly allowed one way is newly denied the other way", async () => {
  await overPairs((old, now) => {
    const turned = (it: Difference) =>
      it.direction === "allowed" ? "denied" : it.direction === "denied" ? "allowed" : "changed";
    const sure = (list: readonly Difference[]) =>
      list.filter((it) => it.direction !== "changed" && !it.what.includes("not "));
    const forth = sure(diffPolicies(old, now, HOST).differences).map(key);
    const back = sure(diffPolicies(now, old, HOST).differences)
      .map((it) => key({ ...it, direction: turned(it) }));
    // Ceilings name the one that is passed, both ways alike.
    deepEqual(forth.toSorted(), back.toSorted());
  });
});

/** Asks both policies themselves whether they decide an example as a difference says. */
function isTrue({ subject, direction, example }: Difference, old: Policy, now: Policy): boolean {
  const sides = [old, now];
  const flips = (ask: (policy: Policy) => boolean) => {
    const [a, b] = sides.map(ask);
    return a !== b && b === (direction === "allowed");
  };
  switch (subject) {
    case "read":
    case "write":
      return flips((it) =>
        askPlan(probePolicy(it, [example], HOST), { kind: subject, value: example }).allowed
      );
    case "network":
      return flips((it) =>
        askPlan(probePolicy(it, [], HOST), { kind: "net", value: example }).allowed
      );
    case "env":
      return flips((it) =>
        askPlan(probePolicy(it, [], HOST), { kind: "env", value: example }).allowed
      );
    case "spawn":
      return flips((it) => spawnDecider(it)(example).spawn === "allowed");
    default:
      throw new Error(`no question for ${subject}`);
  }
}

Deno.test("law: whatever differs really differs when it is planned", async () => {
  let asked = 0;
  await overPairs((old, now) => {
    for (const it of diffPolicies(old, now, HOST).differences) {
      if (!["read", "write", "network", "env", "spawn"].includes(it.subject)) continue;
      asked++;
      ok(isTrue(it, old, now), `${key(it)}: ${it.example}`);
      ok(it.old.rule !== "" && it.new.rule !== "", key(it));
    }
  });
  ok(asked > 300, `only ${asked} differences were asked`);
});

Deno.test("law: an image that is an example really differs", async () => {
  await overPairs((old, now) => {
    for (const it of diffPolicies(old, now, HOST).differences) {
      if (it.subject !== "container" || !it.what.startsWith("images that")) continue;
      const [a, b] = [old, now].map((p) => judgeImage(it.example, p.containers.images).allowed);
      deepEqual([a, b], it.direction === "allowed" ? [false, true] : [true, false], it.what);
    }
  });
});

/** Whether a region, in its words, holds a name. */
function holds(what: string, name: string, isBelow: (root: string, name: string) => boolean) {
  const [head, except = ""] = what.split(", except ");
  const root = head!.replace(/ and below$/, "").replace(/^classes of /, "");
  const inRoot = /^every/.test(root) || isBelow(root, name);
  return inRoot && !except.split(/, | and /).some((it) => it !== "" && isBelow(it, name));
}

Deno.test("law: nothing that differs is left out: paths, classes and hosts at random", async () => {
  const classes = fc.tuple(prefix, fc.constantFrom("", ".X", ".x.Y")).map((it) => it.join(""));
  const probes = fc.record({
    path: fc.tuple(path, fc.constantFrom("", "/z")).map((it) => it.join("")),
    type: classes,
    net: fc.constantFrom("a.example:443", "c.example:443", "c.example:80", "z.example:80"),
  });
  let differing = 0;
  await fc.assert(
    fc.asyncProperty(file, file, probes, async (a, b, probe) => {
      const [old, now] = [await load(a), await load(b)];
      if (old === undefined || now === undefined) return;
      const found = diffPolicies(old, now, HOST).differences;
      const check = (
        subject: string,
        name: string,
        ask: (policy: Policy) => boolean,
        isBelow: (root: string, name: string) => boolean,
      ) => {
        const [was, is] = [ask(old), ask(now)];
        const telling = found.filter((it) =>
          it.subject === subject && holds(it.what, name, isBelow)
        );
        if (was !== is) differing++;
        deepEqual(
          telling.map((it) => it.direction),
          was === is ? [] : [is ? "allowed" : "denied"],
          `${subject} ${name}: ${found.map(key).join("\n")}`,
        );
      };
      // A path that nothing lies below: a directory that holds something closed is not read itself.
      const named = [old, now].flatMap((it) =>
        [...it.forbiddenPaths, ...it.allowedPaths, ...it.writable].map((its) => its.value)
      );
      if (!named.some((it) => it !== probe.path && isWithin(probe.path, it))) {
        for (const kind of ["read", "write"] as const) {
          const ask = (it: Policy) =>
            askPlan(probePolicy(it, [...named, probe.path], HOST), { kind, value: probe.path })
              .allowed;
          check(kind, probe.path, ask, isWithin);
        }
      }
      check(
        "spawn",
        probe.type,
        (it) => spawnDecider(it)(probe.type).spawn === "allowed",
        (root, name) => name === root || name.startsWith(`${root}.`),
      );
      check(
        "network",
        probe.net,
        (it) => askPlan(probePolicy(it, [], HOST), { kind: "net", value: probe.net }).allowed,
        (root, name) => name === root || name.startsWith(`${root}:`),
      );
    }),
    { numRuns: RUNS, seed: 20261127 },
  );
  ok(differing > 100, `only ${differing} probes differed`);
});
