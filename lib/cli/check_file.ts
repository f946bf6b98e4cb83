import { canonicalClass } from "../catalog/aliases.ts";
import { parseUnitTests } from "../check/mod.ts";
import { parseFlow } from "../flow/mod.ts";
import {
  type Diagnostic,
  type Located,
  type LocatedMap,
  type Policy,
  StageError,
} from "../model/mod.ts";
import { diagnosticsOf, makePlan } from "../plan/mod.ts";
import { applyDefaults, applyRules, flowForced, loadPolicy } from "../policy/mod.ts";
import { parseYaml } from "../source/mod.ts";
import { ASSUMED_HOST } from "./assumed_host.ts";
import { type FileKind, kindOfFile } from "./kind_of_file.ts";

/** What there is to say of one file. */
export interface CheckedFile {
  readonly file: string;
  /** `unknown` where the text does not say. */
  readonly kind: FileKind;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Says everything that the parsers say of a text, be it a policy, a flow or unit tests of one.
 *
 * @param policy With one, flows are planned too, and what it refuses is said.
 */
export async function checkFile(
  file: string,
  text: string,
  policy: Policy | undefined,
): Promise<CheckedFile> {
  let kind: CheckedFile["kind"] = "unknown";
  try {
    const root = parseYaml(text, file);
    kind = kindOfFile(root);
    if (kind === "policy") {
      return { file, kind, diagnostics: (await loadPolicy([{ file, text }])).warnings };
    }
    if (kind === "flow") return { file, kind, diagnostics: checkFlow(root as LocatedMap, policy) };
    if (kind === "unit tests") {
      parseUnitTests(text, file);
      return { file, kind, diagnostics: [] };
    }
    return { file, kind, diagnostics: [neither(file, root)] };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { file, kind, diagnostics: error.diagnostics };
  }
}

function checkFlow(root: LocatedMap, policy: Policy | undefined): readonly Diagnostic[] {
  if (policy === undefined) {
    const { flow, warnings, hints } = parseFlow(root);
    return [...warnings, ...hints, ...diagnosticsOf(flow.refusals)];
  }
  const ruled = applyRules(applyDefaults(root, policy), policy.rules, canonicalClass);
  const { flow, warnings, hints } = parseFlow(ruled.flow);
  const { violations, changes } = ruled;
  const [plan] =
    makePlan(policy, [{ flow, warnings: [], violations, changes }], ASSUMED_HOST).flows;
  const refusals = [
    ...plan!.flow.refusals,
    ...plan!.tasks.flatMap(({ refusal }) => refusal?.by === "policy" ? [refusal] : []),
  ];
  return [
    ...flowForced(root, policy),
    ...ruled.warnings,
    ...warnings,
    ...hints,
    ...diagnosticsOf(refusals),
  ];
}

function neither(file: string, root: Located | undefined): Diagnostic {
  return {
    code: "check/unknown-kind",
    severity: "error",
    message: `Cannot check "${file}": it is neither a policy nor a flow`,
    at: root?.source ?? { file, line: 1, column: 1 },
    help: 'A policy has a key "kestra" or "bulkhead"; a flow has id, namespace and tasks',
  };
}
