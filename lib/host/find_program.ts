/** Programs that do no harm when they are started with nothing to do. */
const CANDIDATES = ["/bin/true", "/usr/bin/true", "/bin/sh"];

/**
 * Finds a program of this machine that is not the runtime.
 *
 * @returns The first of the usual ones; `undefined` where there is none, as in an image that holds
 * one program only.
 */
export async function findProgram(): Promise<string | undefined> {
  for (const path of CANDIDATES) {
    const info = await Deno.stat(path).catch(() => undefined);
    if (info?.isFile) return path;
  }
  return undefined;
}
