import { canonicalClass } from "../catalog/aliases.ts";
import { parseFlow, readFlow } from "../flow/mod.ts";
import { type Diagnostic, type LocatedMap, type Policy, StageError } from "../model/mod.ts";
import type { FlowToPlan } from "../plan/mod.ts";
import { applyDefaults, applyRules, flowForced } from "../policy/mod.ts";
import type { Io } from "./command.ts";
import { readText } from "./read_text.ts";

/** A flow on its way to the plan, with what was said of it. */
export interface PreparedFlow extends FlowToPlan {
  /** What is worth a word to whoever looks at the flow, and not each time it runs. */
  readonly hints: readonly Diagnostic[];
}

/**
 * Reads flows, with the defaults and rules of a policy in them.
 *
 * @throws {StageError} With the problems of all of them.
 */
export async function readFlows(
  io: Io,
  paths: readonly string[],
  policy: Policy,
): Promise<readonly PreparedFlow[]> {
  const problems: Diagnostic[] = [];
  const flows: PreparedFlow[] = [];
  for (const path of paths) {
    try {
      flows.push(prepareFlow(readFlow(await readText(io, path, "flow"), path), policy));
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems.push(...error.diagnostics);
    }
  }
  if (problems.length > 0) throw new StageError(problems);
  return flows;
}

/**
 * Puts the defaults and rules of a policy into a flow that was read, and makes a flow of it.
 *
 * @throws {StageError} With every problem of it.
 */
export function prepareFlow(root: LocatedMap, policy: Policy): PreparedFlow {
  const ruled = applyRules(applyDefaults(root, policy), policy.rules, canonicalClass);
  const { flow, warnings, hints } = parseFlow(ruled.flow);
  return {
    flow,
    warnings: [...flowForced(root, policy), ...ruled.warnings, ...warnings],
    hints,
    violations: ruled.violations,
    changes: ruled.changes,
  };
}
