import { type Diagnostic, type Policy, StageError } from "../model/mod.ts";
import { checkJson, checkText, makeStyle } from "../report/mod.ts";
import { type CheckedFile, checkFile } from "./check_file.ts";
import { type CommandIo, defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { listYamlFiles } from "./list_yaml_files.ts";
import { loadPolicies } from "./load_policies.ts";
import { readText } from "./read_text.ts";
import { CHECK } from "./tables/check.ts";

/** What is wrong with a path that gives no text at all. */
const UNREADABLE = /\/unreadable$/;

/** `check`: what is wrong with policies and flows. Nothing runs. */
export const check = defineCommand(CHECK, async ({ positionals, values }, io) => {
  if (positionals.length === 0) throw new UsageError("Cannot check: no path given");
  const chain = await chainOf(io, values.policy);
  const files: CheckedFile[] = [...chain.complaints];
  for (const path of positionals) {
    for (const file of await filesOf(path)) {
      files.push(typeof file === "string" ? await checkPath(io, file, chain.policy) : file);
    }
  }
  io.out(
    values.format === "json"
      ? checkJson(files)
      : checkText(files, io.texts, makeStyle(io.colour.out)),
  );
  const all = files.flatMap((it) => it.diagnostics);
  if (all.some((it) => UNREADABLE.test(it.code))) return ExitCode.unreadable;
  const counts = ({ severity }: Diagnostic) =>
    severity === "error" || values["fail-on"] === "warning";
  return all.some(counts) ? ExitCode.failed : ExitCode.ok;
});

/** The policies of `-p`; flows are not planned under a chain that is wrong. */
async function chainOf(
  io: CommandIo,
  paths: readonly string[],
): Promise<{ readonly policy?: Policy; readonly complaints: readonly CheckedFile[] }> {
  if (paths.length === 0) return { complaints: [] };
  const about = (diagnostics: readonly Diagnostic[]): readonly CheckedFile[] =>
    diagnostics.length === 0 ? [] : [{ file: paths.join(", "), kind: "policy", diagnostics }];
  try {
    const policy = await loadPolicies(io, paths);
    return { policy, complaints: about(policy.warnings) };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { complaints: about(error.diagnostics) };
  }
}

async function filesOf(path: string): Promise<readonly (string | CheckedFile)[]> {
  const problem = (fact: string): readonly CheckedFile[] => [{
    file: path,
    kind: "unknown",
    diagnostics: [{
      code: "check/unreadable",
      severity: "error",
      message: `Cannot check "${path}": ${fact}`,
    }],
  }];
  try {
    const files = await listYamlFiles(path);
    return files.length > 0 ? files : problem("it holds no .yaml or .yml file");
  } catch (error) {
    return problem(
      error instanceof Deno.errors.PermissionDenied
        ? "permission denied"
        : (error as Error).message.replace(/ \(os error \d+\).*$/, ""),
    );
  }
}

async function checkPath(
  io: CommandIo,
  file: string,
  policy: Policy | undefined,
): Promise<CheckedFile> {
  try {
    return await checkFile(file, await readText(io, file, "file"), policy);
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { file, kind: "unknown", diagnostics: error.diagnostics };
  }
}
