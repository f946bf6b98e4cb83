import type { Ending, LimitName, LimitValues, Result } from "../model/mod.ts";

/** In what words the runtime, and what it starts, say that there is no more to be had. */
const WORDS: Readonly<Partial<Record<LimitName, RegExp>>> = {
  memory:
    /Array buffer allocation failed|WebAssembly\.Memory|[Oo]ut of memory|os error 12\b|ENOMEM/,
  processes: /os error 11\b|EAGAIN|[Rr]esource temporarily unavailable|WouldBlock/,
  files: /[Tt]oo many open files|os error 24\b|EMFILE/,
  workspace: /[Ff]ile too large|[Ff]ile size limit exceeded|SIGXFSZ|os error 27\b|EFBIG/,
};

const KEYS: Readonly<Record<LimitName, keyof LimitValues>> = {
  memory: "memoryBytes",
  processes: "processes",
  files: "files",
  output: "outputBytes",
  workspace: "workspaceBytes",
};

/** The value of a limit. */
export function limitValue(limits: LimitValues, name: LimitName): number | undefined {
  return limits[KEYS[name]];
}

/**
 * Finds the limits that a process ran into.
 *
 * That it was ended for one, or that a control group held it back, is known. That it failed with an
 * error for which a limit is the likely reason is taken from its own words.
 *
 * @param hits What control groups counted.
 */
export function findLimits(
  ending: Ending,
  result: Result | undefined,
  hits: readonly LimitName[],
  limits: LimitValues,
): readonly LimitName[] {
  const found = new Set(hits);
  if (ending.kind === "limited") found.add(ending.limit);
  if (result?.state === "failed") {
    for (const [name, words] of Object.entries(WORDS)) {
      const limit = name as LimitName;
      if (limitValue(limits, limit) !== undefined && words.test(result.message)) found.add(limit);
    }
  }
  return [...found];
}

/** Says that a limit was reached, in a sentence's part. */
export function overLimit(limit: LimitName, value: number): string {
  const unit = limit === "processes" || limit === "files" ? "" : " bytes";
  return `over the limit of ${limit}, ${value}${unit}`;
}
