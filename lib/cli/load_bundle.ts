import type { Bundle, BundledFlow, Role } from "../bundle/mod.ts";
import type { CommandIo } from "./command.ts";
import { loadPolicies } from "./load_policies.ts";
import { overlay } from "./overlay.ts";
import { readFlows } from "./read_flows.ts";

/** A bundle whose policies and flows can be read. */
export interface LoadedBundle {
  /** Reads the bundle's files, by the names below, from the bytes that were verified. */
  readonly io: CommandIo;
  /** What the policies are called, outermost first: `node.tar!policies/edge.yaml`. */
  readonly policies: readonly string[];
  readonly flows: readonly BundledFlow[];
}

/** What a file of a bundle is called where a path would stand. */
export function nameInBundle(file: string, path: string): string {
  return `${file}!${path}`;
}

/**
 * Reads what is in a verified bundle: its policies as a chain, and its flows under them.
 *
 * @param file The bundle's own name.
 * @throws {StageError} With what is wrong in them, at their places in the bundle.
 */
export async function loadBundle(
  outer: CommandIo,
  { manifest, contents }: Bundle,
  file: string,
): Promise<LoadedBundle> {
  const io = overlay(
    outer,
    new Map([...contents].map(([path, bytes]) => [nameInBundle(file, path), bytes])),
  );
  const paths = (role: Role) =>
    manifest.files.filter((it) => it.role === role).map((it) => it.path);
  const named = (path: string) => nameInBundle(file, path);
  const policies = paths("policy").map(named);
  const policy = await loadPolicies(io, policies);
  const flows = await readFlows(io, paths("flow").map(named), policy);
  return {
    io,
    policies,
    flows: paths("flow").map((path, i) => {
      const { namespace, id } = flows[i]!.flow;
      return { path, namespace, id };
    }),
  };
}
