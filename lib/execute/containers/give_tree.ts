import type { ContainerUser } from "../../model/mod.ts";

/**
 * Gives a directory, and what the harness laid in it, to a user.
 *
 * A link is left as it is: what it leads to need not be ours.
 */
export async function giveTree(path: string, { uid, gid }: ContainerUser): Promise<void> {
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(path)) {
    if (isDirectory) await giveTree(`${path}/${name}`, { uid, gid });
    else if (!isSymlink) await Deno.chown(`${path}/${name}`, uid, gid);
  }
  await Deno.chown(path, uid, gid);
}
