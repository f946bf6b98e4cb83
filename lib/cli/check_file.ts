import { parsePolicyTests, parseUnitTests } from "../check/mod.ts";
import { mendFlowHints } from "../check/lint/mend_flow_hints.ts";
import { parseFlow } from "../flow/mod.ts";
import {
  type Diagnostic,
  type Located,
  type LocatedMap,
  type Policy,
  StageError,
} from "../model/mod.ts";
import { diagnosticsOf } from "../plan/mod.ts";
import { loadPolicy } from "../policy/mod.ts";
import { type FileKind, kindOfFile } from "./kind_of_file.ts";
import { type PreparedFlow, prepareFlow } from "./read_flows.ts";
import type { TextOfFile } from "./yaml_protocol.ts";

/** What the parsers say of one file, and what rules can look at. */
export interface ParsedFile {
  readonly file: string;
  /** `unknown` where the text does not say. */
  readonly kind: FileKind;
  readonly diagnostics: readonly Diagnostic[];
  /** Its YAML; absent where that cannot be read, or is no map. */
  readonly root?: LocatedMap;
  /** Of a policy that can be used. */
  readonly policy?: Policy;
  /** Of a flow that can be planned, under the policy it was given. */
  readonly flow?: PreparedFlow;
}

/**
 * Says everything that the parsers say of a text, be it a policy, a flow or tests of either.
 *
 * @param rootOf Reads its YAML, as `parseYaml()` does.
 * @param policy Puts its defaults and rules into flows.
 */
export async function parseFile(
  { file, text }: TextOfFile,
  rootOf: () => Located | undefined,
  policy: Policy | undefined,
): Promise<ParsedFile> {
  let kind: FileKind = "unknown";
  let known: { readonly root?: LocatedMap } = {};
  try {
    const root = rootOf();
    kind = kindOfFile(root);
    if (root?.kind !== "map" || kind === "unknown") {
      return { file, kind, diagnostics: [neither(file, root)] };
    }
    known = { root };
    if (kind === "policy") {
      const policy = await loadPolicy([{ file, text }]);
      return { file, kind, root, policy, diagnostics: policy.warnings };
    }
    if (kind === "flow") return { file, kind, root, ...parseOneFlow(file, text, root, policy) };
    if (kind === "unit tests") parseUnitTests(text, file);
    else parsePolicyTests(text, file);
    return { file, kind, root, diagnostics: [] };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { file, kind, ...known, diagnostics: error.diagnostics };
  }
}

function parseOneFlow(
  file: string,
  text: string,
  root: LocatedMap,
  policy: Policy | undefined,
): Pick<ParsedFile, "flow" | "diagnostics"> {
  const mended = (them: readonly Diagnostic[]) =>
    mendFlowHints(them, root, { texts: new Map([[file, text]]) });
  if (policy === undefined) {
    const { flow, warnings, hints } = parseFlow(root);
    return { diagnostics: [...mended([...warnings, ...hints]), ...diagnosticsOf(flow.refusals)] };
  }
  const flow = prepareFlow(root, policy);
  return { flow, diagnostics: mended([...flow.warnings, ...flow.hints]) };
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
