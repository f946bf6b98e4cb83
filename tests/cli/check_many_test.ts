import { deepEqual, equal, ok } from "node:assert/strict";
import { flowText } from "../bench/case.ts";
import { bulkhead, makeFiles } from "./bulkhead.ts";

interface CheckedFile {
  readonly file: string;
  readonly diagnostics: readonly { readonly code: string }[];
}

async function check(cwd: string, ...argv: string[]): Promise<readonly CheckedFile[]> {
  const { stdout, stderr } = await bulkhead(["check", "--format", "json", ...argv], { cwd });
  ok(stdout !== "", stderr);
  // What is said of the policy is another matter.
  return JSON.parse(stdout).files.filter((it: CheckedFile) => it.file !== "policy.yaml");
}

/** What parsers and rules complain of, and what they have nothing to say of. */
const WRONG: readonly string[] = [
  "id: [\n",
  "a: 1\na: 2\n",
  "",
  "id: x\nnamespace: y\n",
  "kestra:\n  nothing: 1\n",
  flowText(3, "few").replace("inputs.name", "inputs.nmae"),
  "a: \x01\n",
  starts("x3"),
  starts("no-such-flow"),
];

function starts(flowId: string): string {
  return `id: starts-${flowId}
namespace: bench
tasks:
  - id: go
    type: io.kestra.plugin.core.flow.Subflow
    namespace: bench
    flowId: ${flowId}
`;
}

Deno.test("check: of many files is said what is said of few, in the order of their names", async () => {
  const small = WRONG.map((text, i) => [`few/wrong${i}.yaml`, text] as const);
  const flows = Array.from({ length: 4 }, (_, i) => [`few/x${i}.yaml`, flowText(12, `x${i}`)]);
  // Enough for a second thread, before and amid what stands in "few" as well.
  const fill = Array.from({ length: 260 }, (_, i) => {
    const name = `${i % 2 === 0 ? "a" : "wz"}${i}`;
    return [`many/${name}.yaml`, flowText(12, name)];
  });
  const few = [...small, ...flows];
  await using box = await makeFiles({
    "policy.yaml": "bulkhead:\n  kernel: off\n",
    ...Object.fromEntries(few),
    ...Object.fromEntries(fill),
    ...Object.fromEntries(few.map(([name, text]) => [name!.replace("few/", "many/"), text!])),
  });
  const alone = await check(box.path, "-p", "policy.yaml", "few");
  const among = await check(box.path, "-p", "policy.yaml", "many");
  const filled = new Set(fill.map(([name]) => name));
  const same = among.filter(({ file }) => !filled.has(file));
  deepEqual(JSON.parse(JSON.stringify(same).replaceAll("many/", "few/")), alone);
  equal(alone.length, few.length);
  equal(among.length, few.length + fill.length);
  deepEqual(among.map((it) => it.file), among.map((it) => it.file).toSorted());
  const codes = alone.flatMap((it) => it.diagnostics.map(({ code }) => code));
  for (const code of ["yaml/syntax", "yaml/duplicate-key", "check/unknown-input"]) {
    ok(codes.includes(code), `${code} is found in ${codes}`);
  }
  // One of two: what the other starts is there, far behind it.
  equal(codes.filter((it) => it === "check/unknown-subflow").length, 1);
  const plain = among.filter(({ file }) => filled.has(file));
  const counts = new Set(plain.map(({ diagnostics }) => diagnostics.map((it) => it.code).join()));
  equal(counts.size, 1, "the same is said of all flows that say the same");
});
