import { posix } from "node:path";
import { becauseOfDenial } from "../access/because_of_denial.ts";
import type { Because, Denial, TaskPlan } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";

/** A denial, and who decided so. */
export interface Attributed {
  readonly denial: Denial & { readonly layer: "deno" | "kernel" };
  readonly because: Because;
}

/**
 * Finds the layer and the rule behind what a task was refused.
 *
 * A path as the task wrote it says little: it counts where it leads from the workspace, and for
 * the kernel where it leads in the end.
 *
 * @param denial As the child says it. A child is not trusted: a false one misleads a reader, and
 * changes nothing else.
 * @returns `undefined` where the kernel refused what its rules allow: then it is the file's own
 * mode or owner that said no, and no policy of ours.
 */
export function attributeDenial(
  denial: Denial,
  { because, kernel }: Pick<TaskPlan, "because" | "kernel">,
  workspace: string | undefined,
): Attributed | undefined {
  const { layer = "deno" } = denial;
  const ofFile = denial.value !== undefined && isFileAccess(denial);
  const value = ofFile ? posix.resolve(workspace ?? "/", denial.value!) : denial.value;
  const told = { ...denial, ...(value !== undefined && { value }), layer };
  if (layer === "deno") return { denial: told, because: becauseOfDenial(told, because) };
  if (kernel === undefined) return undefined;
  if (value === undefined || !ofFile) return { denial: told, because: ofTheKernel(because) };
  const real = realPath(value);
  const open = [
    ...denial.permission === "write" ? kernel.write : kernel.read,
    ...workspace === undefined ? [] : [workspace],
  ];
  if (open.some((it) => it.startsWith("/") && isWithin(it, real))) return undefined;
  return { denial: told, because: becauseOfDenial({ ...told, value: real }, because) };
}

function isFileAccess({ permission }: Denial): boolean {
  return permission === "read" || permission === "write";
}

/** Where a path leads; where nothing is, where it would lie. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path === "/" ? path : posix.join(realPath(posix.dirname(path)), posix.basename(path));
  }
}

function ofTheKernel(because: readonly Because[]): Because {
  return because.find((it) => it.effect.startsWith("enforce by the kernel")) ??
    { effect: "withhold", rule: "the kernel layer", source: "built-in" };
}
