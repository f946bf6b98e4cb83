import { deepEqual } from "node:assert/strict";
import type { Diagnostic } from "../../model/mod.ts";
import { applyIgnores, type KnownCodes } from "./apply_ignores.ts";
import { findIgnores } from "./find_ignores.ts";

const KNOWN: KnownCodes = { all: ["check/x", "check/y", "plan/z"], lookedFor: () => true };
const at = (line: number) => ({ file: "x.yaml", line, column: 3 });
const finding = (
  code: Diagnostic["code"],
  line: number,
  severity: Diagnostic["severity"] = "warning",
): Diagnostic => ({ code, severity, message: code, at: at(line) });

function sift(text: string, findings: readonly Diagnostic[], known = KNOWN) {
  const { findings: left, ignored } = applyIgnores(findings, findIgnores(text, "x.yaml"), known);
  return {
    left: left.map((it) => it.code),
    ignored: ignored.map((it) => `${it.finding.code}: ${it.ignore.reason}`),
  };
}

Deno.test.each([
  {
    name: "takes out what is named, on its line",
    text: "# bulkhead-ignore check/x: meant\na: 1\nb: 1\n",
    findings: [finding("check/x", 2), finding("check/y", 2), finding("check/x", 3)],
    left: ["check/y", "check/x"],
    ignored: ["check/x: meant"],
  },
  {
    name: "takes an error of a rule out, too",
    text: "a: 1 # bulkhead-ignore check/x: meant\n",
    findings: [finding("check/x", 1, "error")],
    left: [],
    ignored: ["check/x: meant"],
  },
  {
    name: "leaves what a run would refuse",
    text: "a: 1 # bulkhead-ignore plan/z: meant\n",
    findings: [finding("plan/z", 1, "error")],
    left: ["plan/z", "check/ignore-refused"],
    ignored: [],
  },
  {
    name: "leaves what is ignored without a reason",
    text: "a: 1 # bulkhead-ignore check/x\n",
    findings: [finding("check/x", 1)],
    left: ["check/x", "check/ignore-unexplained"],
    ignored: [],
  },
  {
    name: "says what ignores nothing, and what is no code",
    text: "a: 1 # bulkhead-ignore check/x, check/xx: meant\n# bulkhead-ignore: why\n",
    findings: [],
    left: ["check/ignore-unused", "check/ignore-unknown", "check/ignore-unknown"],
    ignored: [],
  },
])("applyIgnores() $name", ({ text, findings, left, ignored }) => {
  deepEqual(sift(text, findings), { left, ignored });
});

Deno.test("applyIgnores() says nothing of a code that was not looked for", () => {
  const known = { ...KNOWN, lookedFor: (code: string) => code !== "check/x" };
  const text = "a: 1 # bulkhead-ignore check/x, check/y: meant\n";
  deepEqual(sift(text, [], known).left, ["check/ignore-unused"]);
});
