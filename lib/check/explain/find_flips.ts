import type { Decision, Flip, Policy, PolicyEdit, Source, TaskPlan } from "../../model/mod.ts";
import { candidateEdits } from "./candidate_edits.ts";

/** What a changed policy makes of the same question. */
export interface Tried {
  readonly plan: TaskPlan;
  readonly decision: Decision;
  readonly policy: Policy;
  /** Where what stands at a place of an edited file stood before. Absent: nothing was edited. */
  readonly writtenAt?: (at: Source) => Source | undefined;
}

/** Plans again under the policy with these edits; `undefined` where it cannot be loaded any more. */
export type Try = (edits: readonly PolicyEdit[]) => Promise<Tried | undefined>;

/** How many changes are tried before one gives up, of how many edits each, and how many are told. */
const LIMITS: Readonly<Record<"tries" | "edits" | "told", number>> = {
  tries: 40,
  edits: 3,
  told: 3,
};

/**
 * Looks for the smallest changes of a policy after which a decision is the other one.
 *
 * Breadth first: changes of one edit before changes of two. What does not flip the decision but lets it
 * have another reason is gone on from: behind a forbidden path there may be a file system that is closed.
 *
 * @param start The decision as it is.
 * @returns Flips that were tried and do, the smallest first.
 */
export async function findFlips(start: Tried, attempt: Try): Promise<readonly Flip[]> {
  const flips: Flip[] = [];
  const seen = new Set<string>();
  let tries = 0;
  let level: readonly Step[] = [{ edits: [], weight: 0, state: start }];
  for (let depth = 1; depth <= LIMITS.edits && level.length > 0 && flips.length === 0; depth++) {
    const next: Step[] = [];
    const steps = level.flatMap(({ edits, weight, state }) =>
      candidateEdits(state).flatMap((it) => {
        const edit = asWritten(it.edit, state);
        return edit === undefined ? [] : [{ edits: [...edits, edit], weight: weight + it.weight }];
      })
    ).toSorted((a, b) => a.weight - b.weight);
    for (const { edits, weight } of steps) {
      const key = keyOf(edits);
      if (seen.has(key) || hasTwin(edits)) continue;
      seen.add(key);
      if (++tries > LIMITS.tries) return flips;
      const state = await attempt(edits);
      if (state === undefined) continue;
      if (state.decision.verdict !== start.decision.verdict) {
        flips.push({ edits, weight });
        if (flips.length === LIMITS.told) return flips;
      } else if (reasonOf(state.decision) !== reasonOf(start.decision)) {
        next.push({ edits, weight, state });
      }
    }
    level = next;
  }
  return flips;
}

interface Step {
  readonly edits: readonly PolicyEdit[];
  readonly weight: number;
  readonly state: Tried;
}

/** An edit of a changed file, in places of the file as it is; what an edit has put in is left alone. */
function asWritten(edit: PolicyEdit, { writtenAt }: Tried): PolicyEdit | undefined {
  if (edit.kind !== "remove" || writtenAt === undefined) return edit;
  const at = writtenAt(edit.at);
  return at && { ...edit, at };
}

/** The same edits in another order are the same change. */
function keyOf(edits: readonly PolicyEdit[]): string {
  return edits.map((it) => JSON.stringify(it)).toSorted().join("\n");
}

function hasTwin(edits: readonly PolicyEdit[]): boolean {
  return new Set(edits.map((it) => JSON.stringify(it))).size < edits.length;
}

/** Also what the layers say: where two of them deny, one alone may have been changed. */
function reasonOf({ because, parts }: Decision): string {
  return JSON.stringify([because[0], parts.map((it) => [it.verdict, it.fact])]);
}
