import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { ImageRules, Sourced } from "../model/mod.ts";
import { judgeImage } from "./judge_image.ts";
import { image } from "./sample_images.ts";

const HEX = "0123456789abcdef".repeat(4);

const list = (line: number, ...values: string[]): readonly Sourced<string>[] =>
  values.map((value, i) => ({ value, source: { file: "p.yaml", line: line + i, column: 1 } }));

const RULES: ImageRules = {
  allow: [list(1, "ubuntu", "python:3.*", "ghcr.io/acme/*"), list(11, "*")],
  deny: list(21, "*:latest", "ghcr.io/acme/old"),
};
const PINNED: ImageRules = {
  ...RULES,
  digestRequired: { file: "p.yaml", line: 31, column: 1 },
};

/** What is refused, by which line, beside the twin that is not. */
Deno.test.each([
  ["debian:12", RULES, "allow", 1, "ubuntu:12"],
  ["ubuntu", RULES, "deny", 21, "ubuntu:24.04"],
  ["ghcr.io/acme/old:1", RULES, "deny", 22, "ghcr.io/acme/new:1"],
  ["ghcr.io/acme/a/b:1", RULES, "allow", 1, "ghcr.io/acme/a:1"],
  ["acme/a:1", RULES, "allow", 1, "ghcr.io/acme/a:1"],
  ["python:3.13", PINNED, "require-digest", 31, `python:3.13@sha256:${HEX}`],
  [`debian:12@sha256:${HEX}`, PINNED, "allow", 1, `ubuntu@sha256:${HEX}`],
  [`python@sha256:${HEX}`, PINNED, "allow", 1, `python:3.1@sha256:${HEX}`],
  [
    "a:1",
    { allow: [list(1, "*"), list(2, "b")], deny: [] },
    "allow",
    2,
    "b:1",
  ],
])("judgeImage() refuses %s", (text, rules: ImageRules, rule, line, control) => {
  const verdict = judgeImage(text, rules);
  ok(!verdict.allowed);
  equal(verdict.by?.rule, `bulkhead.containers.images.${rule}`);
  equal(verdict.by?.source.line, line);
  equal(judgeImage(control, rules).allowed, true, control);
});

Deno.test("judgeImage() refuses what is no image, whatever is allowed", () => {
  const verdict = judgeImage("a b", { allow: [], deny: [] });
  deepEqual(verdict, { allowed: false, fact: '" " is in no name of an image' });
});

Deno.test("judgeImage() gives the name in full, so that no engine looks elsewhere", () => {
  const verdict = judgeImage("ubuntu", { allow: [], deny: [] });
  equal(verdict.allowed && verdict.name, "docker.io/library/ubuntu:latest");
});

Deno.test("judgeImage(): a further rule never lets in what was refused", () => {
  const pattern = fc.constantFrom(
    ..."* ** *:latest a ghcr.io/* ghcr.io/** **/a* *:1* *@sha256:a* localhost/**".split(" "),
  );
  const rules = fc.record({
    allow: fc.array(fc.array(pattern, { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
    deny: fc.array(pattern, { maxLength: 2 }),
    pinned: fc.boolean(),
  });
  const made = ({ allow, deny, pinned }: {
    readonly allow: readonly (readonly string[])[];
    readonly deny: readonly string[];
    readonly pinned: boolean;
  }): ImageRules => ({
    allow: allow.map((it) => list(1, ...it)),
    deny: list(1, ...deny),
    ...(pinned && { digestRequired: { file: "p.yaml", line: 1, column: 1 } }),
  });
  const seen = { in: 0, out: 0 };
  fc.assert(
    fc.property(image, rules, rules, ({ registry, path, tag, digest }, one, other) => {
      const text = `${registry}/${path}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}`;
      const alone = [one, other].map((it) => judgeImage(text, made(it)).allowed);
      const both = judgeImage(
        text,
        made({
          allow: [...one.allow, ...other.allow],
          deny: [...one.deny, ...other.deny],
          pinned: one.pinned || other.pinned,
        }),
      ).allowed;
      equal(both, alone.every((it) => it));
      seen[both ? "in" : "out"]++;
    }),
    { numRuns: 3_000 },
  );
  ok(seen.in > 100 && seen.out > 100, JSON.stringify(seen));
});
