import { deepEqual } from "node:assert/strict";
import { POLICY_RULES } from "./policy_rules.ts";
import { foundIn } from "./policy_sample.ts";

/** What rules find in policies that are given out, and in those of Kestra's page. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  "policies/baseline.yaml": [],
  "policies/edge.yaml": [],
  "policies/pinned.yaml": [],
  // It says what Kestra's page says, and that page warns of the rest itself.
  "policies/worker-isolation.yaml": [
    "28 check/scripts-without-container",
    "28 check/scripts-without-container",
    "26 check/policy-removed-in-2",
    "31 check/policy-image-moves",
  ],
  "tests/fixtures/spec/1-java-security.yaml": [],
  "tests/fixtures/spec/2-forbidden-class-prefix.yaml": [],
  "tests/fixtures/spec/3-scripting-isolation.yaml": [
    "4 check/scripts-without-container",
    "4 check/scripts-without-container",
    "1 check/spawn-unrestricted",
    "3 check/deprecated-key",
    "3 check/policy-removed-in-2",
    "7 check/policy-image-moves",
  ],
};

Deno.test.each(Object.entries(FOUND).map(([file, found]) => ({ file, found })))(
  "rules find in $file what is right, and no more",
  async ({ file, found }) => {
    const text = await Deno.readTextFile(new URL(`../../../../${file}`, import.meta.url));
    const seen = await Promise.all(POLICY_RULES.map((it) => foundIn(it, text)));
    deepEqual(seen.flat().map((it) => `${it.at?.line} ${it.code}`), found);
  },
);

Deno.test("every policy that is given out is looked at", async () => {
  const directory = new URL("../../../../policies/", import.meta.url);
  const files = (await Array.fromAsync(Deno.readDir(directory))).map((it) => `policies/${it.name}`)
    .filter((it) => /(?<!\.test)\.ya?ml$/.test(it));
  deepEqual(files.toSorted(), Object.keys(FOUND).filter((it) => it.startsWith("policies/")));
});
