import { canonicalClass } from "../catalog/aliases.ts";
import { classOf, PROCESS_RUNNER } from "../catalog/classes.ts";
import type { Located, LocatedScalar, Policy, Sourced, Task } from "../model/mod.ts";

/** Where the text of a script task runs. */
export type ScriptPlace =
  | { readonly kind: "container" }
  /** On the host, because its runner says so. */
  | { readonly kind: "process"; readonly runner: LocatedScalar }
  /** In a Deno child, because the policy says so of its language. */
  | { readonly kind: "child"; readonly rule: Sourced<string> };

/**
 * Decides where a script task runs: a runner that the policy forces comes first, then what the policy
 * says of the language, then the task's own runner, and without any it is a container.
 */
export function scriptPlace(
  { type, effective }: Pick<Task, "type" | "effective">,
  { scripts }: Pick<Policy, "scripts">,
): ScriptPlace {
  const runner = runnerOf(effective.entries.get("taskRunner")?.value);
  const isForced = runner?.injection === "forced plugin default" ||
    runner?.injection === "policy rule";
  const language = moduleLanguage(type.value);
  const rule = scripts.inProcess.find((it) => it.value === language);
  if (rule !== undefined && !isForced) return { kind: "child", rule };
  return runner !== undefined && canonicalClass(String(runner.value)) === PROCESS_RUNNER
    ? { kind: "process", runner }
    : { kind: "container" };
}

/** The language of a class whose script is a module of JavaScript or TypeScript. */
export function moduleLanguage(type: string): string | undefined {
  return /^io\.kestra\.plugin\.scripts\.(deno|node|bun)\.Script$/.exec(canonicalClass(type))?.[1];
}

function runnerOf(runner: Located | undefined): LocatedScalar | undefined {
  const type = runner?.kind === "map" ? runner.entries.get("type")?.value : undefined;
  return type?.kind === "scalar" ? type : undefined;
}

/** Starts every command on the host, once its limits are set; see `runOnHost()`. */
export const STARTER = "/bin/sh";

/**
 * Programs that a task will start on the host and names by their path: what there is of them decides
 * whether it may run.
 *
 * @returns None for a task that runs elsewhere.
 */
export function programsOnHost(task: Task, policy: Pick<Policy, "scripts">): readonly string[] {
  const known = classOf(task.type.value);
  if (known?.kind !== "script" || scriptPlace(task, policy).kind !== "process") return [];
  const written = task.effective.entries.get("interpreter")?.value;
  const first = written?.kind === "list" ? written.items[0] : undefined;
  const given = first?.kind === "scalar" ? String(first.value) : known.interpreter[0] ?? "";
  return [STARTER, ...(given.startsWith("/") && !given.includes("{") ? [given] : [])];
}
