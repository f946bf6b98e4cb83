/** One thing that is measured. */
export interface Case<T = number> {
  readonly name: string;
  /**
   * Does it once and says what was measured.
   *
   * @throws When it did not do what it is measured for: a failure is no figure.
   */
  readonly take: () => Promise<T>;
}

/** How often cases are taken. */
export interface Turns {
  /** Rounds that count. */
  readonly rounds: number;
  /** Rounds before them that do not; 2 without it. */
  readonly warmUp?: number;
  /** Gives the order; a number from 0 up to, and without, 1. `Math.random` without it. */
  readonly random?: () => number;
}

/**
 * Takes all cases in turn, each once in every round.
 *
 * What else the machine does falls on all alike, and the samples of one round stand side by side.
 * Each round has an order of its own, so that no case always follows the same heavy one.
 *
 * @returns The samples of each case in the order of the rounds, in the order of the cases.
 * @throws What a case throws, with the case's name.
 */
export async function takeTurns<T>(
  cases: readonly Case<T>[],
  { rounds, warmUp = 2, random = Math.random }: Turns,
): Promise<readonly (readonly T[])[]> {
  const samples = cases.map((): T[] => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (const i of shuffled([...cases.keys()], random)) {
      const { name, take } = cases[i]!;
      let sample: T;
      try {
        sample = await take();
      } catch (cause) {
        throw new Error(`Cannot measure "${name}": ${(cause as Error).message}`, { cause });
      }
      if (round >= 0) samples[i]!.push(sample);
    }
  }
  return samples;
}

/** In any order with the same chance (Fisher and Yates). */
function shuffled<T>(list: readonly T[], random: () => number): readonly T[] {
  const result = [...list];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

/** Milliseconds that `work` takes. */
export async function elapsed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * The value that `share` of the list is not above, between two neighbours in proportion.
 *
 * @param list At least one number, in any order.
 * @param share 0.5 is the median.
 */
export function quantile(list: readonly number[], share: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

/** The median. */
export function median(list: readonly number[]): number {
  return quantile(list, 0.5);
}

/**
 * How many times `base` a case takes: of each round its own ratio, and of those the median.
 *
 * Two that ran side by side saw the same machine, so this moves less than a ratio of medians.
 */
export function pairedRatio(list: readonly number[], base: readonly number[]): number {
  return median(list.map((it, i) => it / base[i]!));
}

/** A table for a terminal: the first column to the left, the others to the right. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((it) => it[i]!.length)));
  const cell = (it: string, i: number) => i === 0 ? it.padEnd(widths[i]!) : it.padStart(widths[i]!);
  return rows.map((row) => `${row.map(cell).join("  ").trimEnd()}\n`).join("");
}

/** The rows of {@linkcode textTable} for milliseconds, the first case being the measure of all. */
export function timesTable(
  cases: readonly Case[],
  samples: readonly (readonly number[])[],
): string {
  const rows = cases.map(({ name }, i) => [
    name,
    median(samples[i]!).toFixed(1),
    quantile(samples[i]!, 0.95).toFixed(1),
    pairedRatio(samples[i]!, samples[0]!).toFixed(2),
  ]);
  return textTable([[`ms, ${samples[0]!.length} rounds`, "median", "p95", "ratio"], ...rows]);
}
