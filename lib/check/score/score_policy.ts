import type { HostFacts, Policy } from "../../model/mod.ts";
import { pathsOf } from "../diff/diff_paths.ts";
import { probePolicy } from "../probe_policy.ts";
import { type Answer, QUESTIONS, TELLING_PATHS } from "./questions.ts";

/** Grows when a question, its weight or its answer does: numbers of two versions do not compare. */
export const SCORE_VERSION = 1;

/** One answer, and how much it counts. */
export interface ScoredItem extends Answer {
  readonly id: string;
  readonly weight: number;
}

/** What a policy leaves open, in one number. */
export interface Score {
  /** From 0, as little as there can be, to 10, everything; with one decimal. */
  readonly score: number;
  readonly word: "OK" | "MEDIUM" | "EXPOSED" | "UNSAFE";
  /** What counts most comes first. */
  readonly items: readonly ScoredItem[];
}

/**
 * Says in one number what a policy leaves open: the share of all weights that is.
 *
 * The same policy has the same number on every machine, whatever the order and spelling of its files; one
 * that is tightened never has a higher one.
 *
 * @param host A machine that has everything.
 *
 * The words are some of those of `systemd-analyze security`; the bounds are ours: OK below 5, MEDIUM below 7,
 * EXPOSED below 9, then UNSAFE.
 */
export function scorePolicy(policy: Policy, host: HostFacts): Score {
  const probe = probePolicy(policy, [...pathsOf(policy), ...TELLING_PATHS], host);
  const items = QUESTIONS.map(({ id, weight, ask }) => ({ id, weight, ...ask({ policy, probe }) }));
  const total = items.reduce((sum, it) => sum + it.weight, 0);
  const open = items.reduce((sum, it) => sum + it.weight * it.exposure, 0);
  const score = Math.round(open / total * 100) / 10;
  return {
    score,
    word: score < 5 ? "OK" : score < 7 ? "MEDIUM" : score < 9 ? "EXPOSED" : "UNSAFE",
    items: items.toSorted((a, b) => b.weight * b.exposure - a.weight * a.exposure),
  };
}
