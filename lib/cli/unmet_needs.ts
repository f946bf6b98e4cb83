import type { Diagnostic, LayerProof, Machine, Policy, Source } from "../model/mod.ts";

/**
 * Finds what a policy needs and this machine has not: a runtime, the kernel layer where it is
 * required, the engine that it names, and layers whose self-test holds.
 *
 * @param proofs Of every layer. One that was not proved for want of an image is no failure.
 * @returns With the place of the policy that asks for it, where one does.
 */
export function unmetNeeds(
  policy: Pick<Policy, "kernel" | "containers">,
  machine: Pick<Machine, "runtime" | "kernel" | "engine">,
  proofs: readonly LayerProof[],
): readonly Diagnostic[] {
  const { kernel, containers } = policy;
  const problems: Diagnostic[] = [];
  if (!machine.runtime.found) problems.push(machine.runtime.problem);
  if (kernel.value === "require" && !machine.kernel.found) {
    problems.push({
      code: "host/kernel-layer",
      severity: "error",
      message: 'Cannot give what "kernel: require" demands: ' + machine.kernel.problem.message,
      ...(kernel.source && { at: kernel.source }),
      help: "Use a kernel with Landlock (5.13 or later), or say prefer",
    });
  }
  if (containers.engine !== undefined && !machine.engine.found) {
    problems.push({ ...machine.engine.problem, at: containers.engine.source });
  }
  const places: Readonly<Record<LayerProof["layer"], Source | undefined>> = {
    deno: undefined,
    kernel: kernel.source,
    container: containers.engine?.source,
  };
  for (const { layer, verdict, reason, results } of proofs) {
    if (verdict !== "failed" || (layer === "kernel" && kernel.value === "off")) continue;
    const first = results.find((it) => !it.holds);
    const at = places[layer];
    problems.push({
      code: "host/self-test",
      severity: "error",
      message: `Cannot rely on layer "${layer}": ` +
        (first === undefined
          ? reason ?? "it was not proved"
          : `its ${first.kind} to ${first.what} came to "${first.outcome}"`),
      ...(at && { at }),
    });
  }
  return problems;
}
