import { type Found, StageError } from "../model/mod.ts";

/**
 * Turns a search that ends in a `StageError` into a fact: the thing is not there, and why.
 *
 * @param search Its other errors are ours and pass through.
 */
export async function found<T>(search: () => Promise<T>): Promise<Found<T>> {
  try {
    return { found: true, value: await search() };
  } catch (error) {
    const problem = error instanceof StageError ? error.diagnostics[0] : undefined;
    if (problem === undefined) throw error;
    return { found: false, problem };
  }
}
