import { posix } from "node:path";
import type { Access, TaskPlan } from "../model/mod.ts";

/** Stands in a plan for the task run's own directory. */
export const WORKSPACE = "<workspace>";

/** What is above a workspace, in a plan; the last names are made up by the run. */
const ABOVE = ["<execution>", "<slot>", "<task-run>"];

/**
 * Writes the path of an access as layers see it: from the root or from the workspace, without `.`
 * and `..`, which are taken out as texts.
 *
 * A path that leaves the workspace upwards is one of where workspaces are made.
 *
 * @returns The access itself where it is about no path.
 */
export function placePath(access: Access, { because }: Pick<TaskPlan, "because">): Access {
  const { kind, value } = access;
  if (value === undefined || (kind !== "read" && kind !== "write")) return access;
  const path = value.startsWith("/") || isInWorkspace(value) ? value : `${WORKSPACE}/${value}`;
  const placed = path.startsWith("/") ? clean(path) : leave(path, rootOf(because));
  return { ...access, value: placed, real: access.real ?? placed };
}

/** Whether a path that was placed is the task run's own. */
export function isInWorkspace(path: string): boolean {
  return path === WORKSPACE || path.startsWith(`${WORKSPACE}/`);
}

function leave(path: string, root: string): string {
  const workspace = [root, ...ABOVE].join("/");
  const full = clean(path.replace(WORKSPACE, workspace));
  return full === workspace || full.startsWith(`${workspace}/`)
    ? full.replace(workspace, WORKSPACE)
    : full;
}

function rootOf(because: TaskPlan["because"]): string {
  const found = because.find((it) => it.rule === "other executions' workspaces");
  return found?.effect.replace(/^withhold read and write /, "") ?? "/<workspaces>";
}

/** One slash at the front, none at the end. */
function clean(path: string): string {
  return posix.normalize(path).replace(/^\/+/, "/").replace(/(.)\/+$/, "$1");
}
