/**
 * How long planning takes, by tasks and by rules.
 *
 *     deno run -A tests/bench/plan_bench.ts [RUNS]
 *
 * Each round plans 10,000 tasks of every case, ten flows of 1,000 or one of 10,000: what else the
 * machine does falls on all alike, and so do the collection of garbage and memory that no cache
 * holds any more.
 *
 * @module
 */
import { canonicalClass } from "../../lib/catalog/aliases.ts";
import { parseFlow, readFlow } from "../../lib/flow/mod.ts";
import type { LocatedMap, Policy } from "../../lib/model/mod.ts";
import { makePlan } from "../../lib/plan/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../../lib/policy/mod.ts";
import { flowText, HOST, policyText } from "./case.ts";

const TASKS = [1_000, 10_000] as const;
const RULES = [10, 100, 1_000] as const;
const TASKS_IN_ROUND = 10_000;

interface Case {
  readonly tasks: number;
  readonly rules: number;
  readonly policy: Policy;
  readonly text: string;
  /** The text as it was read, once for each flow of a round. */
  readonly roots: readonly LocatedMap[];
  /** Milliseconds for one flow, by round: without reading its YAML, and with. */
  readonly planned: number[];
  readonly read: number[];
}

function plan(root: LocatedMap, policy: Policy, tasks: number): void {
  const ruled = applyRules(applyDefaults(root, policy), policy.rules, canonicalClass);
  const { flow: parsed, warnings } = parseFlow(ruled.flow);
  const made = makePlan(policy, [{ ...ruled, flow: parsed, warnings }], HOST);
  const [flow] = made.flows;
  const runs = flow?.tasks.filter((it) => it.verdict === "run").length;
  // Four of the five kinds run; if they do not, something else is measured.
  if (flow?.tasks.length !== tasks || runs !== tasks * 4 / 5) {
    throw new Error(`Cannot measure: ${runs} of ${flow?.tasks.length} tasks run`);
  }
}

/** Milliseconds for one of them. */
function timed<T>(all: readonly T[], work: (it: T) => void): number {
  const start = performance.now();
  all.forEach(work);
  return (performance.now() - start) / all.length;
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;
}

/** The flow does not depend on the rules: one of each size, so that little else is in memory. */
async function allCases(): Promise<Case[]> {
  const flows = TASKS.map((tasks) => {
    const text = flowText(tasks);
    const roots = Array.from({ length: TASKS_IN_ROUND / tasks }, () => readFlow(text, "flow.yaml"));
    return { tasks, text, roots };
  });
  const cases = await Promise.all(RULES.map(async (rules) => {
    const policy = await loadPolicy([{ file: "policy.yaml", text: policyText(rules) }]);
    return flows.map((flow): Case => ({ ...flow, rules, policy, planned: [], read: [] }));
  }));
  return cases.flat();
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((it) => it[i]!.length)));
  return rows.map((row) => row.map((it, i) => it.padStart(widths[i]!)).join("  ") + "\n").join("");
}

const WARM_UP = 1;

if (import.meta.main) {
  const runs = Number(Deno.args[0] ?? 9);
  const cases = await allCases();
  for (let round = -WARM_UP; round < runs; round++) {
    for (const { policy, tasks, text, roots, planned, read } of cases) {
      const once = timed(roots, (it) => plan(it, policy, tasks));
      const whole = timed(roots, () => plan(readFlow(text, "flow.yaml"), policy, tasks));
      if (round < 0) continue;
      planned.push(once);
      read.push(whole);
    }
  }
  const ms = (list: readonly number[]) => median(list).toFixed(1);
  const ratio = (rules: number, times: (it: Case) => readonly number[]) => {
    const [small, large] = cases.filter((it) => it.rules === rules);
    // Of each round its own ratio: the two stand side by side.
    return median(times(large!).map((it, i) => it / times(small!)[i]!)).toFixed(1);
  };
  const out = [
    ["tasks", "rules", "plan ms", "with YAML ms"],
    ...cases.map((it) => [`${it.tasks}`, `${it.rules}`, ms(it.planned), ms(it.read)]),
  ];
  const ratios = [
    ["10,000/1,000 tasks", "plan", "with YAML"],
    ...RULES.map((it) => [
      `${it} rules`,
      ratio(it, ({ planned }) => planned),
      ratio(it, ({ read }) => read),
    ]),
  ];
  const head = `medians of ${runs} rounds, Deno ${Deno.version.deno}, V8 ${Deno.version.v8}\n`;
  await Deno.stdout.write(new TextEncoder().encode(`${head}\n${table(out)}\n${table(ratios)}`));
}
