import {
  type Aliases,
  type BuiltInPath,
  type Diagnostic,
  type Policy,
  StageError,
} from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { normalizePath } from "../paths/normalize_path.ts";

/**
 * Finds the directory of namespaces' files.
 *
 * @param given `--namespace-files`.
 * @returns Its real path.
 * @throws {StageError} When it is no directory.
 */
export async function locateNamespaceFiles(given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const fact = await (async () => {
    try {
      const path = await Deno.realPath(given);
      const normalized = normalizePath(path);
      if (!normalized.ok) return normalized.fact;
      return (await Deno.stat(path)).isDirectory ? { path } : "it is no directory";
    } catch (error) {
      return (error as Error).message.replace(/ \(os error \d+\).*$/, "");
    }
  })();
  if (typeof fact !== "string") return fact.path;
  throw refusal({
    code: "host/namespace-files",
    message: `Cannot use the files of namespaces in "${given}": ${fact}`,
    help: "Give a directory that holds one for each namespace: DIR/company.team/…",
  }, "usage");
}

/**
 * Refuses a directory with anything closed in it, or around it: the harness itself copies what lies
 * there, for whoever asks.
 *
 * @param directory Real path.
 * @throws {StageError} Naming both.
 */
export function refuseNamespaceFiles(
  directory: string,
  { forbiddenPaths }: Policy,
  realPaths: ReadonlyMap<string, string>,
  builtInPaths: readonly BuiltInPath[],
  { found }: Aliases,
): void {
  const touches = (path: string) => isWithin(path, directory) || isWithin(directory, path);
  const words = (path: string) => isWithin(path, directory) ? "it lies in" : "it holds";
  const begin = `Cannot use the files of namespaces in "${directory}"`;
  for (const { value, source } of forbiddenPaths) {
    const hit = [value, realPaths.get(value) ?? value].find(touches);
    if (hit === undefined) continue;
    throw refusal({
      code: "host/namespace-files-forbidden",
      message: `${begin}: ${words(hit)} the forbidden path "${value}"`,
      at: source,
      help: "Keep them outside of forbidden paths",
    });
  }
  const built = builtInPaths.find((it) => touches(it.path));
  if (built !== undefined) {
    throw refusal({
      code: "host/namespace-files-forbidden",
      message: `${begin}: ${words(built.path)} "${built.path}", which is closed (${built.what})`,
      help: "Keep them in a directory of their own",
    });
  }
  const alias = found.find((it) => isWithin(directory, it.path));
  if (alias !== undefined) {
    throw refusal({
      code: "host/namespace-files-alias",
      message: `${begin}: it holds "${alias.path}", which leads to "${alias.leadsTo}"`,
      help: "Remove it, or keep them in a directory of their own",
    });
  }
}

function refusal(
  it: Omit<Diagnostic, "severity">,
  kind: "usage" | "refused" = "refused",
): StageError {
  return new StageError([{ severity: "error", ...it }], kind);
}
