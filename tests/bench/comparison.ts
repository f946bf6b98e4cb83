import { type Case, median, pairedRatio, quantile, takeTurns, type Turns } from "./measure.ts";

/** A case, and what a reader needs to know of it to compare. */
export interface Contestant extends Case {
  /** By which `--only` knows it. */
  readonly id: string;
  /** In a few words: what it keeps a task from, or what is done. */
  readonly about: string;
  /** Whether it is bulkhead, or what it is compared with. */
  readonly side: "ours" | "other";
}

/** What could not be measured here. */
export interface LeftOut {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}

/** Things that are measured in one unit, side by side; the first is the measure of all. */
export interface Contest {
  readonly id: string;
  readonly title: string;
  readonly unit: "ms" | "MB" | "tasks/s";
  /** The head of the column of {@linkcode Contestant.about}. */
  readonly aboutHead: string;
  readonly cases: readonly Contestant[];
  readonly leftOut: readonly LeftOut[];
  /** Whether the chart has it; the page has them all. */
  readonly charted: boolean;
  /** For things that take long: of how many rounds one is done here; 1 without it. */
  readonly oneOf?: number;
}

/** A contestant's figures. */
export interface Row {
  readonly name: string;
  readonly about: string;
  readonly side: "ours" | "other";
  readonly median: number;
  /** What one in twenty is worse than: the 95th percentile, or the 5th where more is better. */
  readonly worst: number;
  /** How many times the first row; the median of each round's own ratio. */
  readonly ratio: number;
}

/** A contest that has been held. */
export interface Result {
  readonly charted: boolean;
  readonly title: string;
  readonly unit: Contest["unit"];
  readonly aboutHead: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
  readonly leftOut: readonly LeftOut[];
}

/** When and where, in the words of a table's caption. */
export interface Circumstances {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** `2 cores, Linux 6.1, Debian GNU/Linux 12`. */
  readonly machine: string;
}

/** Whether more of a unit is better. */
export function isMoreBetter(unit: Contest["unit"]): boolean {
  return unit === "tasks/s";
}

/** Holds a contest. */
export async function hold(contest: Contest, turns: Turns): Promise<Result> {
  const { title, unit, aboutHead, charted, cases, leftOut, oneOf = 1 } = contest;
  const kept = { title, unit, aboutHead, charted, leftOut };
  if (cases.length === 0) return { ...kept, rounds: 0, rows: [] };
  const rounds = Math.ceil(turns.rounds / oneOf);
  const samples = await takeTurns(cases, { ...turns, rounds });
  const rows = cases.map(({ name, about, side }, i): Row => ({
    name,
    about,
    side,
    median: median(samples[i]!),
    worst: quantile(samples[i]!, isMoreBetter(unit) ? 0.05 : 0.95),
    ratio: pairedRatio(samples[i]!, samples[0]!),
  }));
  return { ...kept, rounds, rows };
}

/**
 * What of a contest is asked for.
 *
 * @param names Of contests (`task`) or of cases (`task/bwrap`); all of it without any. The first
 * case always comes along: it is the measure.
 * @returns `undefined` when nothing of it is.
 */
export function only(contest: Contest, names: readonly string[]): Contest | undefined {
  const isAsked = ({ id }: { readonly id: string }) =>
    names.length === 0 || names.includes(contest.id) || names.includes(`${contest.id}/${id}`);
  const leftOut = contest.leftOut.filter(isAsked);
  if (leftOut.length === 0 && !contest.cases.some(isAsked)) return undefined;
  const cases = contest.cases.filter((it, i) => i === 0 || isAsked(it));
  return { ...contest, cases, leftOut };
}
