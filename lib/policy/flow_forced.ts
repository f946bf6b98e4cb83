import type { Diagnostic, LocatedMap, Policy } from "../model/mod.ts";
import { flowDefaults } from "./flow_defaults.ts";

/**
 * What there is to say of a flow that forces defaults itself.
 *
 * Until Kestra 1.3.22 an author could take back what the administrator forced; whether that
 * holds here is the policy's `forced-precedence`.
 */
export function flowForced(
  flow: LocatedMap,
  { forcedPrecedence }: Pick<Policy, "forcedPrecedence">,
): readonly Diagnostic[] {
  const effect = {
    admin: "it gives way to what the policy forces",
    "flow-first": "it beats what the policy forces, because forced-precedence is flow-first",
    "ignore-flow-forced": "it has no effect, because forced-precedence is ignore-flow-forced",
  }[forcedPrecedence];
  return flowDefaults(flow).filter((it) => it.forced).map((it) => ({
    code: "flow/forced-default",
    severity: "warning",
    message: `The flow forces a default of "${it.type.value}" itself: ${effect}`,
    at: it.type.source,
  }));
}
