import type { Trial, TrialResult } from "../../model/mod.ts";

/** What a layer's own refusal is called; another error proves nothing of it. */
const REFUSAL = { deno: "NotCapable", kernel: "EACCES", container: "refused" } as const;

const REFUSALS: readonly string[] = [...Object.values(REFUSAL), "EPERM"];

/** Attempts whose success depends on others: not to be refused by a layer is enough. */
const UNCERTAIN: readonly string[] = ["connect", "connect-unix"];
/** What was asked made no sense, so nothing was tried. */
const NOT_TRIED = "EINVAL";

/**
 * Tells whether a trial came to what it must.
 *
 * A probe has to be refused by the layer it is about. A control has to succeed; one that needs
 * somebody at the other end must not be refused by a layer.
 *
 * @param outcome Missing when nobody told: that is never as it must be.
 */
export function judgeTrial(trial: Trial, outcome = "not told"): TrialResult {
  const { layer, kind, what, attempt } = trial;
  const holds = kind === "probe"
    ? outcome === REFUSAL[layer]
    : outcome === "ok" || UNCERTAIN.includes(attempt.do) && /^E[A-Z]+$/.test(outcome) &&
        outcome !== NOT_TRIED && !REFUSALS.includes(outcome);
  return { layer, kind, what, outcome, holds };
}
