import baseline from "../../policies/baseline.yaml" with { type: "text" };
import { type Policy, StageError } from "../model/mod.ts";
import { loadPolicy, type PolicyText } from "../policy/mod.ts";
import type { CommandIo, Io } from "./command.ts";
import { holdsTests } from "./kind_of_file.ts";
import { readText } from "./read_text.ts";

/** What the built-in policy is called where a file would be named. */
const BASELINE = "built-in baseline";

/**
 * Loads the policies of `-p`, outermost first; a directory stands for its YAML files by name, without
 * those that are tests.
 *
 * Without any the built-in baseline is in force, and that is said.
 *
 * @throws {StageError} With what is wrong in them; `policy/tests-fail` where one does not keep what it
 * promises of itself.
 */
export async function loadPolicies(io: CommandIo, paths: readonly string[]): Promise<Policy> {
  const { policy, texts } = await loadUntested(io, paths);
  if (policy.tests !== undefined) {
    // Few policies have tests: what judges them is loaded for those alone.
    const { holdToOwnTests } = await import("./own_tests.ts");
    await holdToOwnTests(policy, texts);
  }
  return policy;
}

/** The same for whoever tells what is wrong with their tests in words of his own. */
export async function loadUntested(
  io: CommandIo,
  paths: readonly string[],
): Promise<{ readonly policy: Policy; readonly texts: readonly PolicyText[] }> {
  if (paths.length === 0) {
    io.log.note(
      "policy/baseline",
      "no policy given: the built-in baseline is in force (see policies/baseline.yaml)",
    );
    io.texts.set(BASELINE, baseline);
    const texts = [{ file: BASELINE, text: baseline }];
    return { policy: await loadPolicy(texts), texts };
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
  if (problems.length === 0) return { policy: await loadPolicy(texts), texts };
  // What can be read is checked all the same, so that one call is enough to repair a chain.
  await loadPolicy(texts).catch((error) => problems.push(error));
  throw new StageError(problems.flatMap((it) => it.diagnostics ?? []));
}

async function filesOf(io: Io, path: string): Promise<readonly string[]> {
  const names = path === "-" ? undefined : await io.listDirectory(path);
  if (names === undefined) return [path];
  const files = names.filter((it) => /\.ya?ml$/.test(it)).toSorted()
    .map((it) => `${path.replace(/\/+$/, "")}/${it}`);
  const policies: string[] = [];
  for (const file of files) if (!await isOfTests(io, file)) policies.push(file);
  if (policies.length > 0) return policies;
  throw new StageError([{
    code: "policy/unreadable",
    severity: "error",
    message: `Cannot use policies of "${path}": it holds no .yaml or .yml file${
      files.length > 0 ? " but of tests" : ""
    }`,
  }]);
}

async function isOfTests(io: Io, file: string): Promise<boolean> {
  try {
    return holdsTests(await readText(io, file, "policy"), file);
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return false;
  }
}
