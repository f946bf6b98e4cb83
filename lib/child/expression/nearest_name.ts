/**
 * Finds the known name that a misspelt one most likely meant: the same but for case, or one or
 * two letters away.
 *
 * A room of its own beside `lib/source/nearest.ts`, because the child is bundled alone and
 * looks at no more than a hundred names.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const word = name.toLowerCase();
  if (word.length > LONGEST) return undefined;
  let [best, least] = [undefined as string | undefined, word.length > 4 ? 3 : 2];
  let looks = MOST;
  for (const candidate of known) {
    if (--looks < 0) break;
    const other = candidate.toLowerCase();
    if (Math.abs(other.length - word.length) >= least) continue;
    const changes = distance(word, other);
    if (changes < least) [best, least] = [candidate, changes];
  }
  return best;
}

const LONGEST = 60;
const MOST = 100;

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
