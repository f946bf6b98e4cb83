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
import { readFlow } from "../../lib/flow/mod.ts";
import type { Policy } from "../../lib/model/mod.ts";
import { loadPolicy } from "../../lib/policy/mod.ts";
import { flowText, policyText } from "./case.ts";
import { type Case, median, pairedRatio, takeTurns, textTable } from "./measure.ts";
import { planOnce } from "./plan_once.ts";

const TASKS = [1_000, 10_000] as const;
const RULES = [10, 100, 1_000] as const;
const TASKS_IN_ROUND = 10_000;

/** Milliseconds for one flow: without reading its YAML, and with. */
interface Times {
  readonly planned: number;
  readonly read: number;
}

interface PlanCase extends Case<Times> {
  readonly tasks: number;
  readonly rules: number;
}

/** Milliseconds for one of them. */
function timed<T>(all: readonly T[], work: (it: T) => void): number {
  const start = performance.now();
  all.forEach(work);
  return (performance.now() - start) / all.length;
}

/** The flow does not depend on the rules: one of each size, so that little else is in memory. */
async function allCases(): Promise<readonly PlanCase[]> {
  const flows = TASKS.map((tasks) => {
    const text = flowText(tasks);
    const roots = Array.from({ length: TASKS_IN_ROUND / tasks }, () => readFlow(text, "flow.yaml"));
    return { tasks, text, roots };
  });
  const cases = await Promise.all(RULES.map(async (rules) => {
    const policy: Policy = await loadPolicy([{ file: "policy.yaml", text: policyText(rules) }]);
    return flows.map(({ tasks, text, roots }): PlanCase => ({
      name: `${tasks} tasks, ${rules} rules`,
      tasks,
      rules,
      take: () =>
        Promise.resolve({
          planned: timed(roots, (it) => planOnce(it, policy, tasks)),
          read: timed(roots, () => planOnce(readFlow(text, "flow.yaml"), policy, tasks)),
        }),
    }));
  }));
  return cases.flat();
}

if (import.meta.main) {
  const rounds = Number(Deno.args[0] ?? 9);
  const cases = await allCases();
  const samples = await takeTurns(cases, { rounds, warmUp: 1 });
  const of = (i: number, what: keyof Times) => samples[i]!.map((it) => it[what]);
  const ms = (i: number, what: keyof Times) => median(of(i, what)).toFixed(1);
  const out = [
    ["tasks", "rules", "plan ms", "with YAML ms"],
    ...cases.map((it, i) => [`${it.tasks}`, `${it.rules}`, ms(i, "planned"), ms(i, "read")]),
  ];
  const ratio = (rules: number, what: keyof Times) => {
    const [small, large] = TASKS.map((tasks) =>
      cases.findIndex((it) => it.rules === rules && it.tasks === tasks)
    );
    return pairedRatio(of(large!, what), of(small!, what)).toFixed(1);
  };
  const ratios = [
    ["10,000/1,000 tasks", "plan", "with YAML"],
    ...RULES.map((it) => [`${it} rules`, ratio(it, "planned"), ratio(it, "read")]),
  ];
  const head = `medians of ${rounds} rounds, Deno ${Deno.version.deno}, V8 ${Deno.version.v8}\n`;
  const text = `${head}\n${textTable(out)}\n${textTable(ratios)}`;
  await Deno.stdout.write(new TextEncoder().encode(text));
}
