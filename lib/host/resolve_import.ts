import type { ModuleImport } from "../model/mod.ts";
import { readSpecifier } from "../source/mod.ts";
import { realPath } from "./list_paths.ts";

/**
 * Finds out where an import leads: {@linkcode readSpecifier}, and the links on the way.
 *
 * @param from Absolute path of the module.
 * @param own Names that need nobody to be found.
 */
export async function resolveImport(
  specifier: string,
  from: string,
  own?: readonly string[],
): Promise<ModuleImport["leadsTo"]> {
  const leadsTo = readSpecifier(specifier, from, own);
  return leadsTo.kind === "file"
    ? { ...leadsTo, real: await realPath(leadsTo.path) ?? leadsTo.path }
    : leadsTo;
}
