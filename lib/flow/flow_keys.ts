import type { LocatedMap } from "../model/mod.ts";
import { nearest } from "../source/mod.ts";
import { type Findings, notSupported } from "./findings.ts";
import { isEmpty, isNull, textOf } from "./located_values.ts";

/** Keys of a flow that are honoured. */
export const FLOW_KEYS: readonly string[] = [
  "id",
  "namespace",
  "description",
  "labels",
  "inputs",
  "variables",
  "tasks",
  "errors",
  "finally",
  "afterExecution",
  "outputs",
  "retry",
  "concurrency",
  "sla",
  "pluginDefaults",
  "taskDefaults",
  "policyRefs",
];

/** Keys of Kestra, its API and its blueprints that have no bearing on one run. */
export const IDLE_KEYS: readonly string[] = [
  "triggers",
  "extend",
  "revision",
  "tenantId",
  "deleted",
  "draft",
  "source",
  "tutorial",
  "updated",
];

/**
 * Keys of Kestra that change what a run does, each with the way out: a flow that has one is
 * planned and not run.
 */
export const UNSUPPORTED_KEYS: Readonly<Record<string, string>> = {
  checks: "Leave it out, and check the inputs before you start the flow",
  listeners: "Leave it out: Kestra itself has flow triggers in their place",
  quotas: "Leave it out: limits stand in a policy, below bulkhead.limits",
  workerGroup: "Leave it out: there is one worker here, this machine",
  workerSelector: "Leave it out: there is one worker here, this machine",
};

/** Sorts the keys of a flow into what is honoured, what does nothing and what is not there yet. */
export function checkKeys(root: LocatedMap, { problems, warnings, refusals }: Findings): void {
  for (const [name, { key, value }] of root.entries) {
    const help = Object.hasOwn(UNSUPPORTED_KEYS, name) ? UNSUPPORTED_KEYS[name] : undefined;
    if (FLOW_KEYS.includes(name)) continue;
    if (IDLE_KEYS.includes(name)) {
      warnings.push({
        code: "flow/idle-key",
        severity: "warning",
        message: `"${name}" has no effect here: a flow is run by hand, once`,
        at: key,
      });
    } else if (name === "disabled") {
      if (isNull(value) || /^false$/i.test(textOf(value) ?? "")) continue;
      refusals.push(
        notSupported(
          'Cannot run a flow with "disabled": its author switched it off',
          key,
          'Leave it out, or say "disabled: false"',
        ),
      );
    } else if (help !== undefined) {
      if (isEmpty(value)) continue;
      refusals.push(
        notSupported(`Cannot run a flow with "${name}": it is not supported yet`, key, help),
      );
    } else {
      const near = nearest(name, [...FLOW_KEYS, ...Object.keys(UNSUPPORTED_KEYS), ...IDLE_KEYS]);
      problems.push({
        code: "flow/unknown-key",
        severity: "error",
        message: `Cannot use key "${name}": "flow" has ${FLOW_KEYS.join(", ")}`,
        at: key,
        help: near === undefined
          ? "Leave it out, or look for a missing indent"
          : `Did you mean "${near}"?`,
      });
    }
  }
}
