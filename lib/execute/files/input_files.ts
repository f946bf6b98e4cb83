import { StageError } from "../../model/mod.ts";
import { FileRefusal } from "./file_refusal.ts";
import { type FileSources, openSource } from "./file_sources.ts";

/** A file that an input is given as. */
export interface InputFile {
  readonly input: string;
  /** Without directories; the end of its URI. */
  readonly name: string;
  readonly from:
    /** A path that a person named on the command line, relative to the working directory. */
    | { readonly is: "path"; readonly path: string }
    /** `file:` or `nsfile:`, which the policy has to allow. */
    | { readonly is: "uri"; readonly uri: string };
}

/**
 * Says which of the files cannot be given, before anything is begun with them.
 *
 * @throws {StageError} Fault `usage` where one cannot be read, `refused` where one may not be.
 */
export async function checkInputFiles(
  files: readonly InputFile[],
  sources: Omit<FileSources, "store">,
): Promise<void> {
  for (const { input, from } of files) {
    if (from.is === "uri") {
      (await openAllowed(from.uri, input, sources)).close();
      continue;
    }
    const fact = await pathFault(from.path);
    if (fact !== undefined) throw unreadable(from.path, input, fact);
  }
}

/**
 * Puts the files of inputs into an execution's store, copying them as streams.
 *
 * @throws {StageError} As {@linkcode checkInputFiles}, for what has changed since.
 */
export async function storeInputFiles(
  files: readonly InputFile[],
  sources: FileSources,
): Promise<void> {
  for (const { input, name, from } of files) {
    const file = from.is === "path"
      ? await openPath(from.path, input)
      : await openAllowed(from.uri, input, sources);
    await sources.store.putInput(input, name, file);
  }
}

async function openPath(path: string, input: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true });
  } catch (error) {
    throw unreadable(path, input, factOf(error));
  }
}

function unreadable(path: string, input: string, fact: string): StageError {
  return new StageError([{
    code: "usage/input-file",
    severity: "error",
    message: `Cannot read "${path}" for input "${input}": ${fact}`,
  }], "usage");
}

/** Says why a file cannot be read, or `undefined` where that is not known yet. */
export async function pathFault(path: string): Promise<string | undefined> {
  try {
    const info = await Deno.stat(path);
    if (info.isDirectory) return "it is a directory";
    // A pipe is read once, and opened then.
    if (info.isFile) (await Deno.open(path, { read: true })).close();
    return undefined;
  } catch (error) {
    return factOf(error);
  }
}

function factOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return (error as Error).message.replace(/ \(os error \d+\).*$/, "");
}

async function openAllowed(
  uri: string,
  input: string,
  sources: Omit<FileSources, "store">,
): Promise<Deno.FsFile> {
  try {
    return await openSource(uri, sources);
  } catch (error) {
    if (!(error instanceof FileRefusal)) throw error;
    throw new StageError([{
      code: "run/input-file",
      severity: "error",
      message: `Cannot give input "${input}": ${
        error.message.replace(/^Cannot use file /, "file ")
      }`,
    }], "refused");
  }
}
