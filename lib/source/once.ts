/**
 * Makes something when it is first asked for, and never again.
 *
 * A schema of zod takes as long to make as a small file to read: one that nobody asks for is not
 * to cost every start.
 */
export function once<T>(make: () => T): () => T {
  const made: T[] = [];
  return () => {
    if (made.length === 0) made.push(make());
    return made[0]!;
  };
}
