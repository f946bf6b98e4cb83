import baseline from "../../policies/baseline.yaml" with { type: "text" };
import { type Policy, StageError } from "../model/mod.ts";
import { loadPolicy, type PolicyText } from "../policy/mod.ts";
import type { CommandIo, Io } from "./command.ts";
import { readText } from "./read_text.ts";

/** What the built-in policy is called where a file would be named. */
const BASELINE = "built-in baseline";

/**
 * Loads the policies of `-p`, outermost first; a directory stands for its YAML files by name.
 *
 * Without any the built-in baseline is in force, and that is said.
 */
export async function loadPolicies(io: CommandIo, paths: readonly string[]): Promise<Policy> {
  if (paths.length === 0) {
    io.log.note(
      "policy/baseline",
      "no policy given: the built-in baseline is in force (see policies/baseline.yaml)",
    );
    io.texts.set(BASELINE, baseline);
    return await loadPolicy([{ file: BASELINE, text: baseline }]);
  }
  const files: string[] = [];
  for (const path of paths) files.push(...await filesOf(io, path));
  const problems: StageError[] = [];
  const texts: PolicyText[] = [];
  for (const file of files) {
    try {
      texts.push({ file, text: await readText(io, file, "policy") });
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems.push(error);
    }
  }
  if (problems.length === 0) return await loadPolicy(texts);
  // What can be read is checked all the same, so that one call is enough to repair a chain.
  await loadPolicy(texts).catch((error) => problems.push(error));
  throw new StageError(problems.flatMap((it) => it.diagnostics ?? []));
}

async function filesOf(io: Io, path: string): Promise<readonly string[]> {
  const names = path === "-" ? undefined : await io.listDirectory(path);
  if (names === undefined) return [path];
  const files = names.filter((it) => /\.ya?ml$/.test(it)).toSorted();
  if (files.length > 0) return files.map((it) => `${path.replace(/\/+$/, "")}/${it}`);
  throw new StageError([{
    code: "policy/unreadable",
    severity: "error",
    message: `Cannot use policies of "${path}": it holds no .yaml or .yml file`,
  }]);
}
