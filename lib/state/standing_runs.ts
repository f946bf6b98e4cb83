import type { FinishedRun, RunKey } from "../model/mod.ts";

/**
 * Chooses of what an execution has finished what a resumed one need not do again.
 *
 * What went well stands. What failed or was killed is done again; and so is every task of an `errors`,
 * `finally` or `afterExecution` around which something failed: it was for that failure, and comes after
 * what is done again.
 *
 * @param runs In the order in which they ended; of one key the last one counts.
 */
export function standingRuns(runs: Iterable<FinishedRun>): ReadonlyMap<RunKey, FinishedRun> {
  const last = new Map<RunKey, FinishedRun>();
  for (const it of runs) last.set(it.key, it);
  const failed = [...last.values()].filter((it) => !wentWell(it)).map(({ key }) => placeOf(key));
  return new Map(
    [...last].filter(([key, run]) => {
      if (!wentWell(run)) return false;
      const place = placeOf(key);
      return !ownersOf(place).some((owner) => failed.some((it) => isWithin(owner, it)));
    }),
  );
}

function wentWell({ state }: FinishedRun): boolean {
  return state === "SUCCESS" || state === "WARNING" || state === "SKIPPED";
}

/** A key, taken apart. */
interface Place {
  readonly path: string;
  readonly rounds: readonly string[];
}

function placeOf(key: RunKey): Place {
  const [path, rounds] = key.split("@") as [string, string?];
  return { path, rounds: rounds === undefined ? [] : rounds.split(",") };
}

/** The flowables, or the flow (`""`), of whose handlers a task is a part. */
function ownersOf({ path, rounds }: Place): readonly Place[] {
  return [...path.matchAll(/(?:^|\.)(?:errors|finally|afterExecution)\[/g)]
    .map(({ index }) => ({ path: path.slice(0, index), rounds }));
}

/** Of rounds the fewer are compared: a handler has none for the loops inside its owner. */
function isWithin(owner: Place, { path, rounds }: Place): boolean {
  if (owner.path !== "" && path !== owner.path && !path.startsWith(`${owner.path}.`)) return false;
  return owner.rounds.every((it, i) => rounds[i] === undefined || rounds[i] === it);
}
