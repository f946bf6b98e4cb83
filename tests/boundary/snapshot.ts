/** Everything about what lies at a path that a task could change; empty where nothing is. */
export async function snapshot(path: string): Promise<readonly unknown[]> {
  const info = await Deno.lstat(path).catch(() => undefined);
  if (info === undefined) return [];
  const { isFile, isDirectory, mode, mtime, nlink, size, uid, gid } = info;
  const inner: unknown[] = [];
  if (isDirectory) {
    const names = (await Array.fromAsync(Deno.readDir(path))).map((it) => it.name).toSorted();
    for (const it of names) inner.push(it, await snapshot(`${path}/${it}`));
  }
  const text = isFile ? await Deno.readTextFile(path) : "";
  return [mode, uid, gid, mtime?.getTime(), nlink, isFile ? size : 0, text, inner];
}
