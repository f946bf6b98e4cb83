/**
 * Finds the known word that a misspelt one most likely meant.
 *
 * Ignores case, `-` and `_`, then allows two changes in a longer word, one in a short one.
 *
 * @param known Of a longer list only the first hundred are looked at.
 * @returns The known word as it is written, or `undefined` when none is near.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  const plain = fold(word);
  let [best, least] = [undefined as string | undefined, plain.length > 4 ? 3 : 2];
  let looks = MOST;
  for (const candidate of known) {
    if (--looks < 0) break;
    const other = fold(candidate);
    if (Math.abs(other.length - plain.length) >= least) continue;
    const changes = distance(plain, other);
    if (changes < least) [best, least] = [candidate, changes];
  }
  return best;
}

const LONGEST = 60;
const MOST = 100;

function fold(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, "");
}

/** Letters to insert, drop, replace or swap with their neighbour. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(row[j - 1]! + cost, row[j]! + 1, next[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, before[j - 2]! + 1);
      }
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
