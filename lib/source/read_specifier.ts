import { posix } from "node:path";
import type { ModuleImport } from "../model/mod.ts";

/** Names that children know without asking anybody. */
const OWN = ["zod", "bulkhead"];

/**
 * Says where an import leads, as Deno reads it: relative to the module that says it, by URL, or by a
 * name. Goes by the letters alone: of a file, `real` is `path`.
 *
 * A path with an encoded slash is ambiguous: a URL takes it for a letter, the disk for a slash,
 * and `..` behind a link leads elsewhere than the text says. So is one whose bytes are no text.
 *
 * @param from Absolute path of the module.
 * @param own Names that need nobody to be found.
 */
export function readSpecifier(
  specifier: string,
  from: string,
  own: readonly string[] = OWN,
): ModuleImport["leadsTo"] {
  const base = `file://${from.split("/").map(encodeURIComponent).join("/")}`;
  const url = /^\.{0,2}\//.test(specifier) ? URL.parse(specifier, base) : URL.parse(specifier);
  if (url === null) return { kind: own.includes(specifier) ? "own" : "unknown" };
  switch (url.protocol) {
    case "file:": {
      const { pathname } = url;
      if (/%(?:2f|00)/i.test(pathname)) {
        return { kind: "ambiguous", fact: "its path holds an encoded slash or NUL" };
      }
      const decoded = textOf(pathname);
      if (decoded === undefined) return { kind: "ambiguous", fact: "its percents are no text" };
      const path = posix.normalize(decoded).replace(/(.)\/+$/, "$1");
      return { kind: "file", path, real: path };
    }
    case "node:":
    case "data:":
    case "blob:":
      return { kind: "own" };
    default:
      return { kind: "remote", url: url.href };
  }
}

function textOf(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
