/** What is left of an execution whose removal was begun. */
export const GONE = ".gone";

/**
 * Removes what is kept of an execution, whose lock the caller holds.
 *
 * It loses its name first: if the harness is ended over it, nobody takes what is left for an execution.
 */
export function removeExecution(directory: string): void {
  const gone = `${directory}${GONE}`;
  try {
    Deno.renameSync(directory, gone);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  removeGone(gone);
}

/**
 * Removes what {@link removeExecution} has renamed. Several harnesses may do so at once, and each
 * finds names that another one has just removed.
 */
export function removeGone(gone: string): void {
  for (;;) {
    try {
      Deno.removeSync(gone, { recursive: true });
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      if (!exists(gone)) return;
    }
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
