import type { Because, Layers, Refusal, TaskPlan } from "../../model/mod.ts";

/** The rules of a policy that bring a layer in, or leave it out. */
export const RULES_OF_LAYERS: Readonly<Record<keyof Layers, (it: Because) => boolean>> = {
  preflight: () => false,
  deno: ({ rule }) => rule.startsWith("bulkhead.scripts"),
  kernel: ({ rule }) => rule.startsWith("bulkhead.kernel"),
  container: ({ rule, effect }) =>
    rule.startsWith("bulkhead.scripts") || effect.startsWith("set taskRunner.type "),
};

/** What a plan says of one of Deno's permissions as a whole. */
export function becauseOfKind(permission: string, { because }: TaskPlan): readonly Because[] {
  const words = permission === "net" ? ["net", "network"] : [permission];
  return because.filter(({ effect }) =>
    words.some((word) => new RegExp(`^(?:allow|deny|withhold) ${word}\\b`).test(effect))
  );
}

/** Why a class may create threads and processes, or may not. */
export function becauseOfSpawn(task: TaskPlan): readonly Because[] {
  const own = task.because.filter((it) => /^(?:allow|deny) spawn$/.test(it.effect));
  return [...own, ...switchedOff(task)];
}

/** Blocks of a policy that say of themselves that they mean nothing. */
export function switchedOff({ because }: TaskPlan): readonly Because[] {
  return because.filter((it) => it.rule === "enabled: false");
}

/** Why a task may not run: the rule, and what it is about. */
export function becauseOfRefusal(refusal: Refusal | undefined): readonly Because[] {
  if (refusal === undefined) return [];
  const { code, message, source, related = [] } = refusal;
  return [
    { effect: `refuse: ${message}`, rule: code, source },
    ...related.map((it) => ({ effect: it.message, rule: code, source: it.at })),
  ];
}
