/**
 * The YAML files that a path stands for: itself, or those below a directory, by name.
 *
 * Links to directories are not followed; names that begin with a dot, pipes and devices are left out.
 *
 * @param path `-` is standard input. What is not there is returned too: reading it says so.
 * @throws {Deno.errors} When a directory cannot be listed.
 */
export async function listYamlFiles(path: string): Promise<readonly string[]> {
  const info = path === "-" ? undefined : await Deno.stat(path).catch(() => undefined);
  return info?.isDirectory ? await below(path.replace(/(?<=.)\/+$/, "")) : [path];
}

async function below(directory: string): Promise<readonly string[]> {
  const files: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(directory));
  for (const { name, isDirectory } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const at = directory === "/" ? `/${name}` : `${directory}/${name}`;
    if (name.startsWith(".")) continue;
    if (isDirectory) files.push(...await below(at));
    else if (/\.ya?ml$/.test(name) && await mayBeFile(at)) files.push(at);
  }
  return files;
}

/** Whether a name leads to a file; one that leads nowhere is for the reader to complain of. */
async function mayBeFile(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined);
  return info === undefined || info.isFile;
}
