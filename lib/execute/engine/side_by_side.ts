import type { State } from "../../model/mod.ts";
import type { Went } from "./execution.ts";
import { asBlock, stops, worse } from "./run_block.ts";

/** How many go on at a time where no flow says less: what waits takes memory, and a loop may be long. */
export const MOST = 200;

/** Something to run; `isHalted` tells whether one beside it has failed. */
export type Side = (isHalted: () => boolean) => Promise<Went>;

/**
 * Runs several side by side, in order as far as they begin. When one has failed no further one begins,
 * and those that run go on.
 *
 * @param concurrent How many at a time; 0: as many as {@linkcode MOST}.
 */
export async function sideBySide(
  sides: Iterable<Side>,
  concurrent: number,
  signal: AbortSignal,
): Promise<Went> {
  let state: State = "SUCCESS";
  let stopped: Went | undefined;
  const isHalted = () => stopped !== undefined;
  const next = sides[Symbol.iterator]();
  const run = async (side: Side) => {
    const went = await side(isHalted);
    state = worse(state, went.state);
    if (stops(went.state)) stopped ??= went;
  };
  const follow = async () => {
    while (!isHalted() && !signal.aborted) {
      const it = next.next();
      if (it.done) return;
      await run(it.value);
    }
  };
  await Promise.all(Array.from({ length: concurrent > 0 ? concurrent : MOST }, follow));
  if (signal.aborted && !isHalted() && !next.next().done) state = "KILLED";
  return { ...(stopped ? asBlock(stopped) : { outputs: {} }), state };
}
