/** Levels of lists and maps that an output may have: more is a mistake, or an attack. */
export const MAX_LEVELS = 500;

/**
 * Tells whether a value of JSON has more than {@linkcode MAX_LEVELS} levels of lists and maps.
 *
 * Whoever walks or writes such a value goes as deep as it is, and would run out of stack.
 */
export function isNestedDeeper(value: unknown): boolean {
  let level = containersIn([value]);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MAX_LEVELS) return true;
    level = level.flatMap((it) => containersIn(Object.values(it)));
  }
  return false;
}

function containersIn(values: readonly unknown[]): readonly object[] {
  return values.filter((it) => typeof it === "object" && it !== null) as object[];
}
