import { readKernel } from "../kernel/read_kernel.ts";
import type { Found, Kernel, Policy } from "../model/mod.ts";

/** Finds what the kernel layer can be made of, unless the policy wants none. */
export function locateKernel({ kernel }: Pick<Policy, "kernel">): Found<Kernel> {
  if (kernel.value === "off") return missing("kernel: off");
  const found = readKernel();
  return typeof found === "string" ? missing(found) : { found: true, value: found };
}

function missing(message: string): Found<Kernel> {
  return { found: false, problem: { code: "host/kernel-layer", severity: "error", message } };
}
