import { equal, ok } from "node:assert/strict";
import { parsePolicyTests, runPolicyCase } from "../lib/check/mod.ts";
import { ruleLines } from "../lib/check/policy_tests/rule_lines.ts";
import { ASSUMED_HOST } from "../lib/cli/assumed_host.ts";
import { prepareFlow } from "../lib/cli/read_flows.ts";
import { type LocatedMap, StageError } from "../lib/model/mod.ts";
import { loadPolicy } from "../lib/policy/mod.ts";
import { parseYaml } from "../lib/source/mod.ts";

const ROOT = new URL("../policies/", import.meta.url);
const NAMES = ["baseline", "edge", "pinned", "worker-isolation"];

/** How many tests of a file hold for a text in the place of its policy; none where that is no policy. */
async function held(name: string, text: string): Promise<{ passed: number; of: number }> {
  const file = `${name}.test.yaml`;
  const { tests } = parsePolicyTests(await Deno.readTextFile(new URL(file, ROOT)), file);
  try {
    const policy = await loadPolicy([{ file: `${name}.yaml`, text }]);
    const texts = new Map([[`${name}.yaml`, text]]);
    const cases = tests.map((it) =>
      runPolicyCase(it, { policy, host: ASSUMED_HOST, prepare: prepareFlow, texts })
    );
    return { passed: cases.filter((it) => it.verdict === "passed").length, of: tests.length };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { passed: 0, of: tests.length };
  }
}

for (const name of NAMES) {
  Deno.test(`policies/${name}.yaml: a test fails for every rule that is taken out of it`, async () => {
    const text = await Deno.readTextFile(new URL(`${name}.yaml`, ROOT));
    const { passed, of } = await held(name, text);
    ok(of > 5);
    equal(passed, of);
    const file = `${name}.yaml`;
    const roots = new Map([[file, parseYaml(text, file) as LocatedMap]]);
    const lines = ruleLines(await loadPolicy([{ file, text }]), roots).map((it) => it.at.line);
    for (const line of new Set(lines)) {
      const without = text.split("\n").map((it, i) => i + 1 === line ? "" : it).join("\n");
      const { passed } = await held(name, without);
      ok(passed < of, `nothing fails without line ${line}: ${text.split("\n")[line - 1]}`);
    }
  });
}
