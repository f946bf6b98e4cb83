import type { KernelRules } from "../model/mod.ts";

/**
 * Puts the place of a workspace into the kernel's rules.
 *
 * It is the slot, not the workspace: rules are bound to a directory that is there, and a slot
 * outlives its task runs, which have it one after the other.
 *
 * @param slot Absent for a child without a workspace.
 */
export function placeRules(rules: KernelRules, slot: string | undefined): KernelRules {
  const place = (paths: readonly string[]) =>
    paths.flatMap((it) => it !== "<workspace>" ? [it] : slot === undefined ? [] : [slot]);
  return {
    ...rules,
    read: place(rules.read),
    execute: place(rules.execute),
    write: place(rules.write),
  };
}
