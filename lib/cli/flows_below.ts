import { StageError } from "../model/mod.ts";
import { parseYaml } from "../source/mod.ts";
import type { CommandIo } from "./command.ts";
import { kindOfFile } from "./kind_of_file.ts";
import { listYamlFiles } from "./list_yaml_files.ts";
import { readText } from "./read_text.ts";

/**
 * The flows of files, and of directories with all below them. Other YAML files in them are left alone.
 *
 * What cannot be read is told, and left out: whoever looks for a flow in it is told that it is not there.
 */
export async function flowsBelow(
  io: CommandIo,
  paths: readonly string[],
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    for (const file of await listYamlFiles(path)) {
      try {
        const root = parseYaml(await readText(io, file, "flow"), file);
        if (kindOfFile(root) === "flow") files.push(file);
      } catch (error) {
        if (!(error instanceof StageError)) throw error;
        io.log.tell(error.diagnostics.map((it) => ({ ...it, severity: "warning" })));
      }
    }
  }
  return files;
}
