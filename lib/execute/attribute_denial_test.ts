import { deepEqual, equal } from "node:assert/strict";
import type { Because, KernelRules, TaskPlan } from "../model/mod.ts";
import { attributeDenial } from "./attribute_denial.ts";

const source = { file: "p.yaml", line: 5, column: 3 };
const forbids = (path: string): Because => ({
  effect: `deny read and write ${path}`,
  rule: "forbidden-paths",
  source,
});
const KERNEL: Because = {
  effect: "enforce by the kernel, for the task and all it starts",
  rule: "bulkhead.kernel: prefer",
  source: "built-in",
};

function plan(because: readonly Because[], kernel?: Partial<KernelRules>) {
  return { because, ...(kernel && { kernel }) } as unknown as TaskPlan;
}

Deno.test("attributeDenial() reads a path from the workspace, and finds the deepest rule", () => {
  const { denial, because } = attributeDenial(
    { permission: "read", value: "../../etc/deep/x" },
    plan([forbids("/etc"), forbids("/etc/deep")]),
    "/w/slot",
  )!;
  deepEqual(denial, { permission: "read", value: "/etc/deep/x", layer: "deno" });
  equal(because.effect, "deny read and write /etc/deep");
});

Deno.test("attributeDenial() follows a link for the kernel, and leaves alone what its rules allow", async () => {
  const box = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${box}/closed`);
  await Deno.mkdir(`${box}/open`);
  await Deno.symlink(`${box}/closed`, `${box}/open/link`);
  const given = plan([forbids(`${box}/closed`), KERNEL], { read: [`${box}/open`], write: [] });
  const ask = (value: string, permission = "read") =>
    attributeDenial({ permission, value, layer: "kernel" }, given, undefined);
  const found = ask(`${box}/open/link/secret`)!;
  equal(found.denial.value, `${box}/open/link/secret`);
  equal(found.denial.layer, "kernel");
  equal(found.because.effect, `deny read and write ${box}/closed`);
  equal(ask(`${box}/open/file`), undefined, "its own mode refused it");
  equal(ask(`${box}/open/file`, "write")?.because.source, "built-in");
  await Deno.remove(box, { recursive: true });
});

Deno.test("attributeDenial() of the kernel without a path, and without a kernel", () => {
  const denial = { permission: "net", layer: "kernel" } as const;
  equal(attributeDenial(denial, plan([KERNEL], { read: [] }), undefined)?.because, KERNEL);
  equal(attributeDenial(denial, plan([KERNEL]), undefined), undefined);
});
