import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import type { LintRule } from "../lint_rule.ts";
import { isWithin } from "../../../paths/is_within.ts";
import { spawnDecider } from "../../../plan/decide_spawn.ts";
import { loadPolicy } from "../../../policy/mod.ts";
import { applyFixes } from "../apply_fixes.ts";
import { SHADOWED_PREFIX } from "./class_prefixes.ts";
import { NESTED_PATH } from "./forbidden_paths.ts";
import { foundIn } from "./policy_sample.ts";

/** Few letters, so that entries meet. */
const names = (separator: string, before = "") =>
  fc.uniqueArray(fc.array(fc.constantFrom("a", "b", "ab"), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 8,
    selector: JSON.stringify,
  }).map((all) => all.map((it) => before + it.join(separator)));

const policy = (key: string, list: readonly string[]) =>
  `kestra:\n  ee:\n    java-security:\n      enabled: true\n      ${key}:\n${
    list.map((it) => `        - ${it}\n`).join("")
  }`;

/** The policy after all of a rule's fixes at once, and how many there were. */
async function mended(rule: LintRule, text: string) {
  const fixes = (await foundIn(rule, text)).flatMap((it) => it.fix ?? []);
  const edits = fixes.flatMap((it) => it.edits);
  return {
    count: fixes.length,
    text: edits.length === 0 ? text : applyFixes(text, [{ title: "", edits }]).text,
  };
}

const load = (text: string) => loadPolicy([{ file: "policy.yaml", text }]);

Deno.test("law: taking shadowed prefixes out changes no class's right to spawn, and leaves none", async () => {
  const asked = fc.sample(names("."), { numRuns: 40, seed: 7 }).flat();
  let fixed = 0;
  await fc.assert(
    fc.asyncProperty(
      names("."),
      fc.constantFrom("authorized-class-prefix", "forbidden-class-prefix"),
      async (list, key) => {
        const text = policy(key, [...list, list[0]!]);
        const { count, text: after } = await mended(SHADOWED_PREFIX, text);
        fixed += count;
        const [old, now] = [spawnDecider(await load(text)), spawnDecider(await load(after))];
        deepEqual(asked.map((it) => now(it).spawn), asked.map((it) => old(it).spawn));
        deepEqual(await foundIn(SHADOWED_PREFIX, after), []);
      },
    ),
    { numRuns: 100 },
  );
  deepEqual(fixed >= 100, true, `${fixed} fixes: does the law still look at any?`);
});

Deno.test("law: taking nested paths out forbids what was forbidden, and leaves none", async () => {
  const asked = fc.sample(names("/", "/"), { numRuns: 40, seed: 7 }).flat();
  let fixed = 0;
  await fc.assert(
    fc.asyncProperty(names("/", "/"), async (list) => {
      const text = policy("forbidden-paths", [...list, `${list[0]}/`]);
      const { count, text: after } = await mended(NESTED_PATH, text);
      fixed += count;
      const closed = async (it: string) => {
        const { forbiddenPaths } = await load(it);
        return asked.map((path) => forbiddenPaths.some(({ value }) => isWithin(value, path)));
      };
      deepEqual(await closed(after), await closed(text));
      deepEqual(await foundIn(NESTED_PATH, after), []);
    }),
    { numRuns: 100 },
  );
  deepEqual(fixed >= 100, true, `${fixed} fixes: does the law still look at any?`);
});
