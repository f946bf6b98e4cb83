import type { ContainerSpec } from "../../model/mod.ts";
import type { Workspace } from "../workspace.ts";
import { packTree } from "./pack_tree.ts";

/**
 * A digest of all that a container is to do: what it is, its command, its variables, and the files
 * that are laid for it. Where it works and what it is called are no part of that.
 *
 * @param spec Filled in, with the labels of its plan only.
 * @param workspace Has its files; every mention of where it is counts as the same.
 */
export async function digestWork(
  spec: ContainerSpec,
  { path, slot }: Pick<Workspace, "path" | "slot">,
): Promise<string> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  const { name: _, labels: _labels, ...what } = spec;
  const text = JSON.stringify(what).replaceAll(path, "<workspace>").replaceAll(slot, "<slot>");
  hash.update(text);
  for await (const chunk of packTree(path, "work", { uid: 0, gid: 0 })) hash.update(chunk);
  return hash.digest("hex");
}
