import type { Kernel, KernelRules, Layer, Layers, Permissions } from "../model/mod.ts";
import type { HostFacts } from "../model/mod.ts";
import { resolvesNames } from "./kernel_rules.ts";

/** What there is to say of the layers of a Deno child. */
export interface LayersOfChild {
  readonly kernel?: KernelRules;
  readonly permissions: Permissions;
  /** What was looked at before the author's code is loaded. */
  readonly preflight: Layer;
  /** Why there is no container. */
  readonly noContainer?: string;
}

/** Layers of which none does anything. */
export function idle(why: string, noContainer = "not a script task"): Layers {
  const layer = { active: false, why } as const;
  return {
    preflight: layer,
    deno: layer,
    kernel: layer,
    container: { active: false, why: noContainer },
  };
}

/** The layers of a task in a Deno child. */
export function layersOfChild(
  host: Pick<HostFacts, "kernel">,
  { kernel, permissions, preflight, noContainer }: LayersOfChild,
): Layers {
  return {
    ...idle(host.kernel.found ? "" : host.kernel.problem.message, noContainer),
    preflight,
    deno: { active: true, enforces: "files, network, variables, processes and FFI of the task" },
    ...(kernel && host.kernel.found && {
      kernel: { active: true, enforces: kernelWords(kernel, host.kernel.value, permissions) },
    }),
  };
}

/** What the kernel enforces, for a person. */
export function kernelWords(
  rules: KernelRules,
  kernel: Kernel,
  { net }: Pick<Permissions, "net">,
): string {
  const { sockets, ports } = rules;
  const files = "files of the task and of all it starts";
  if (sockets === "none") return `${files}; no sockets`;
  return [
    files,
    "no Unix sockets",
    ...(ports === "all" ? [] : [`TCP ports ${ports.join(", ")}`]),
    ...(net.allow === "all" && net.deny.length === 0
      ? []
      : ["hosts are not governed for what it starts"]),
    ...(resolvesNames(rules, kernel) ? [] : ["names of hosts do not resolve"]),
  ].join("; ");
}

/** What was read of imports by name. */
export function importsRead(imports: number): Layer {
  const counted = `${imports} import${imports === 1 ? "" : "s"}`;
  return { active: true, enforces: `what it imports by name: ${counted}` };
}
