/**
 * Finds a program on `PATH`.
 *
 * @returns Its path, links followed; `undefined` when there is none.
 */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${directory}/${name}`;
    const info = await Deno.stat(path).catch(() => undefined);
    if (info?.isFile && ((info.mode ?? 0) & 0o111) !== 0) return await Deno.realPath(path);
  }
  return undefined;
}
