import { type Diagnostic, StageError } from "../model/mod.ts";
import { normalizePath } from "../paths/normalize_path.ts";

/** A module that may be a plugin, by its real path. */
export interface PluginFile {
  readonly module: string;
  readonly directory: string;
}

/**
 * Finds the modules in plugin directories. Nothing of them is run.
 *
 * @param directories As given with `--plugins`.
 * @throws {StageError} When one is not a directory, or holds no module.
 */
export async function listPlugins(directories: readonly string[]): Promise<readonly PluginFile[]> {
  const problems: Diagnostic[] = [];
  const files: PluginFile[] = [];
  for (const given of directories) {
    try {
      const directory = await Deno.realPath(given);
      const normalized = normalizePath(directory);
      if (!normalized.ok) {
        problems.push(unusable(directory, normalized.fact));
        continue;
      }
      const found: PluginFile[] = [];
      for await (const { name, isFile } of Deno.readDir(directory)) {
        if (isFile && /\.m?[jt]s$/.test(name) && !/(_test|\.d)\.m?[jt]s$/.test(name)) {
          found.push({ module: `${directory}/${name}`, directory });
        }
      }
      if (found.length === 0) problems.push(unusable(given, "it holds no module"));
      files.push(...found.toSorted((a, b) => a.module < b.module ? -1 : 1));
    } catch (error) {
      problems.push(unusable(given, (error as Error).message));
    }
  }
  if (problems.length > 0) throw new StageError(problems);
  return files;
}

function unusable(directory: string, fact: string): Diagnostic {
  return {
    code: "plugin/no-directory",
    severity: "error",
    message: `Cannot use plugins of "${directory}": ${fact}`,
    help: "Give a directory of TypeScript or JavaScript modules",
  };
}
