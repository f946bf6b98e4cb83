/** What is left of an execution whose removal was begun. */
export const GONE = ".gone";

/**
 * Removes what is kept of an execution, whose lock the caller holds.
 *
 * It loses its name first: if the harness is ended over it, nobody takes what is left for an execution.
 */
export function removeExecution(directory: string): void {
  Deno.renameSync(directory, `${directory}${GONE}`);
  Deno.removeSync(`${directory}${GONE}`, { recursive: true });
}
