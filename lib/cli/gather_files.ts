import { posix } from "node:path";
import {
  type FileToPack,
  MAX_BUNDLE_BYTES,
  MAX_FILES,
  pathFault,
  readBounded,
  type Role,
  ROLES,
} from "../bundle/mod.ts";
import { type Diagnostic, StageError } from "../model/mod.ts";
import { holdsTests } from "./kind_of_file.ts";

/** A file that was read to be packed, and where. */
export interface GatheredFile extends FileToPack {
  readonly from: string;
}

/**
 * Reads the files that a bundle is made of, each once.
 *
 * A file comes to lie in its role's directory by its name; of a directory all that `run` would take:
 * policies by name, flows also below it, and plugins whole, with what they import.
 *
 * @returns Policies in the order given, which is that of the chain; the others by path.
 * @throws {StageError} With everything that cannot be read, or not be told apart in a bundle.
 */
export async function gatherFiles(
  given: Readonly<Record<Role, readonly string[]>>,
): Promise<readonly GatheredFile[]> {
  const problems: Diagnostic[] = [];
  const files: GatheredFile[] = [];
  let left = MAX_BUNDLE_BYTES;
  for (const role of ["policy", "flow", "plugin"] as const) {
    const found: GatheredFile[] = [];
    for (const path of given[role]) {
      try {
        for (const it of await WALKS[role](path)) {
          if (files.length + found.length >= MAX_FILES) {
            throw unusable(path, `a bundle holds at most ${MAX_FILES} files`);
          }
          const { bytes } = await readBounded(it.from, role, left);
          // As `-p` of a directory: tests beside policies are none.
          if (role === "policy" && it.from !== path && isOfTests(bytes, it.from)) continue;
          left -= bytes.length;
          found.push({ ...it, path: `${ROLES[role]}/${it.path}`, role, content: bytes });
        }
      } catch (error) {
        if (!(error instanceof StageError)) throw error;
        problems.push(...error.diagnostics);
      }
    }
    files.push(...role === "policy" ? found : found.toSorted((a, b) => a.path < b.path ? -1 : 1));
  }
  problems.push(...misfits(files));
  if (problems.length > 0) throw new StageError(problems);
  return files;
}

interface Found {
  readonly from: string;
  /** Below the role's directory. */
  readonly path: string;
}

const WALKS: Readonly<Record<Role, (path: string) => Promise<readonly Found[]>>> = {
  policy: async (path) => await walk(path, isYaml, "flat"),
  flow: async (path) => await walk(path, isYaml, "deep"),
  async plugin(path) {
    if (!await isDirectory(path)) throw unusable(path, "plugins are packed by the directory");
    const name = posix.basename(await Deno.realPath(path));
    const found = await walk(path, () => true, "deep");
    return found.map((it) => ({ ...it, path: `${name}/${it.path}` }));
  },
};

async function walk(
  path: string,
  wanted: (name: string) => boolean,
  how: "flat" | "deep",
): Promise<readonly Found[]> {
  if (!await isDirectory(path)) return [{ from: path, path: posix.basename(posix.resolve(path)) }];
  const found: Found[] = [];
  const directories = [""];
  for (const below of directories) {
    for await (const { name, isSymlink } of Deno.readDir(`${path}/${below}`)) {
      const from = posix.join(path, below, name);
      if (await isDirectory(from)) {
        if (how === "flat") continue;
        // It may lead up, and round.
        if (isSymlink) throw unusable(from, "it is a link to a directory");
        if (directories.push(`${below}${name}/`) > MAX_FILES) {
          throw unusable(path, `it holds more than ${MAX_FILES} directories`);
        }
      } else if (wanted(name)) found.push({ from, path: `${below}${name}` });
    }
  }
  if (found.length === 0) throw unusable(path, "it holds no file to pack");
  return found.toSorted((a, b) => a.path < b.path ? -1 : 1);
}

function isOfTests(bytes: Uint8Array, file: string): boolean {
  return holdsTests(new TextDecoder().decode(bytes), file);
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

async function isDirectory(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isDirectory === true;
}

function misfits(files: readonly GatheredFile[]): readonly Diagnostic[] {
  const seen = new Map<string, GatheredFile>();
  return files.flatMap((it): Diagnostic[] => {
    const fact = pathFault(it.path, it.role);
    if (fact !== undefined) {
      return unusable(it.from, `as "${it.path}", ${fact}`).diagnostics.slice();
    }
    const twin = seen.get(it.path);
    seen.set(it.path, it);
    return twin === undefined ? [] : [{
      code: "bundle/twins",
      severity: "error",
      message: `Cannot pack "${it.from}": "${twin.from}" is "${it.path}" in the bundle as well`,
      help: "Give it another name",
    }];
  });
}

function unusable(path: string, fact: string): StageError {
  return new StageError([{
    code: "bundle/unpackable",
    severity: "error",
    message: `Cannot pack "${path}": ${fact}`,
  }]);
}
