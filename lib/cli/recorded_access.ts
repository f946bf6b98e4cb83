import type { Access, Denial } from "../model/mod.ts";

/** Where a run has made a workspace: below its root, an execution, a slot and a task run. */
const WORKSPACE = /^.*?\/[0-9a-v]{20}\/slot-\d+\/[0-9a-v]{20}(?=\/|$)/;

/**
 * What a recorded denial or access was about, as a question.
 *
 * A path in the task run's own directory, which is gone, is one from `<workspace>`.
 *
 * @returns `undefined` for what no policy can give: FFI, information on the system, remote imports.
 */
export function recordedAccess(
  { permission, value }: Pick<Denial, "permission" | "value">,
): Access | undefined {
  if (permission === "run") return { kind: "spawn" };
  if (permission === "net" || permission === "env") {
    return { kind: permission, ...(value !== undefined && { value }) };
  }
  if (permission !== "read" && permission !== "write") return undefined;
  return {
    kind: permission,
    ...(value !== undefined && { value: value.replace(WORKSPACE, "<workspace>") }),
  };
}
