import { type Diagnostic, type LocatedMap, type Policy, StageError } from "../model/mod.ts";
import { findLocated, parseYaml } from "../source/mod.ts";
import type { Io } from "./command.ts";
import { kindOfFile } from "./kind_of_file.ts";
import { listYamlFiles } from "./list_yaml_files.ts";
import { type PreparedFlow, prepareFlow } from "./read_flows.ts";
import { readText } from "./read_text.ts";

/** What became of a flow that was looked for. */
export type FoundFlow =
  | { readonly kind: "flow"; readonly flow: PreparedFlow }
  /** It is there, and cannot be used. */
  | { readonly kind: "broken"; readonly problems: readonly Diagnostic[] }
  | { readonly kind: "missing" };

/** Flows by `namespace/id`, of which others may be started. */
export interface FlowSet {
  readonly keys: readonly string[];
  /** Files that do not even say which flow they are. */
  readonly unnamed: readonly { readonly file: string; readonly problem: Diagnostic }[];
  find(key: string): FoundFlow;
}

/**
 * Reads the flows of some files, each once and only as far as it is needed: what is broken is the
 * concern of whoever asks for it.
 *
 * @param given Flows that were read before; a file of theirs is not read again.
 * @param paths Files, and directories with flows below them. Other YAML files in them are left alone.
 * @throws {StageError} When two files hold a flow of the same name.
 */
export async function readFlowSet(
  io: Io,
  given: readonly PreparedFlow[],
  paths: readonly string[],
  policy: Policy,
): Promise<FlowSet> {
  const roots = new Map<string, LocatedMap>();
  const found = new Map<string, FoundFlow>();
  const places = new Map<string, { readonly file: string }>();
  const unnamed: { readonly file: string; readonly problem: Diagnostic }[] = [];
  const twins: Diagnostic[] = [];
  for (const flow of given) {
    const key = keyOf(flow.flow);
    const first = places.get(key);
    if (first !== undefined && first.file !== flow.flow.file) {
      twins.push(twin(key, first.file, flow.flow.file));
    }
    places.set(key, flow.flow);
    found.set(key, { kind: "flow", flow });
  }
  const known = new Set(await Promise.all(given.map(({ flow }) => realPath(flow.file))));
  for (const file of await filesOf(paths)) {
    if (known.has(await realPath(file))) continue;
    try {
      const root = parseYaml(await readText(io, file, "flow"), file);
      if (root?.kind !== "map" || kindOfFile(root) !== "flow") continue;
      const key = nameOf(root);
      if (key === undefined) {
        // Says what is missing, as for any other flow.
        prepareFlow(root, policy);
        continue;
      }
      const first = places.get(key);
      if (first !== undefined) {
        twins.push(twin(key, first.file, file));
        continue;
      }
      places.set(key, { file });
      roots.set(key, root);
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      unnamed.push({ file, problem: error.diagnostics[0]! });
    }
  }
  if (twins.length > 0) throw new StageError(twins);
  return {
    keys: [...places.keys()],
    unnamed,
    find(key) {
      const root = roots.get(key);
      const made = found.get(key) ?? (root === undefined ? MISSING : flowOf(root, policy));
      if (root !== undefined) found.set(key, made);
      return made;
    },
  };
}

const MISSING: FoundFlow = { kind: "missing" };

/** By which a flow is known to others. */
export function keyOf(
  { namespace, id }: { readonly namespace: string; readonly id: string },
): string {
  return `${namespace}/${id}`;
}

function flowOf(root: LocatedMap, policy: Policy): FoundFlow {
  try {
    return { kind: "flow", flow: prepareFlow(root, policy) };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { kind: "broken", problems: error.diagnostics };
  }
}

function nameOf(root: LocatedMap): string | undefined {
  const [namespace, id] = ["namespace", "id"].map((key) => {
    const value = findLocated(root, [key]);
    return value?.kind === "scalar" && value.value !== null ? String(value.value) : undefined;
  });
  return namespace === undefined || id === undefined ? undefined : keyOf({ namespace, id });
}

async function filesOf(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    try {
      files.push(...await listYamlFiles(path));
    } catch (cause) {
      throw new StageError(
        [{
          code: "flow/unreadable",
          severity: "error",
          message: `Cannot read flows of "${path}": ${
            cause instanceof Deno.errors.PermissionDenied
              ? "permission denied"
              : "it cannot be listed"
          }`,
        }],
        "input",
        { cause },
      );
    }
  }
  return files;
}

/** Of a file of a bundle, which lies nowhere, its name. */
async function realPath(file: string): Promise<string> {
  return await Deno.realPath(file).catch(() => file);
}

function twin(key: string, first: string, second: string): Diagnostic {
  return {
    code: "flow/duplicate-flow",
    severity: "error",
    message: `Cannot use flow "${key}" of "${second}": "${first}" holds a flow of the same name`,
    at: { file: second, line: 1, column: 1 },
    related: [{ message: "the first stands here", at: { file: first, line: 1, column: 1 } }],
    help: "Give each flow an id of its own in its namespace",
  };
}
