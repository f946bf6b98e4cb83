import { posix } from "node:path";
import type { ModuleImport } from "../model/mod.ts";
import { realPath } from "./list_paths.ts";

/** Names that children know without asking anybody. */
const OWN = ["zod", "bulkhead"];

/**
 * Finds out where an import leads, as Deno would: relative to the module that says it, by URL, or
 * by a name.
 *
 * @param from Absolute path of the module.
 */
export async function resolveImport(
  specifier: string,
  from: string,
): Promise<ModuleImport["leadsTo"]> {
  const base = `file://${from.split("/").map(encodeURIComponent).join("/")}`;
  const url = /^\.{0,2}\//.test(specifier) ? URL.parse(specifier, base) : URL.parse(specifier);
  if (url === null) return { kind: OWN.includes(specifier) ? "own" : "unknown" };
  switch (url.protocol) {
    case "file:": {
      const path = posix.normalize(decoded(url.pathname)).replace(/(.)\/+$/, "$1");
      return { kind: "file", path, real: await realPath(path) ?? path };
    }
    case "node:":
    case "data:":
    case "blob:":
      return { kind: "own" };
    default:
      return { kind: "remote", url: url.href };
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // Deno will not find it either.
  }
}
