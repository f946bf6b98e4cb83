/**
 * How long a check takes from a cold start, by flows and by rules.
 *
 *     deno run -A tests/bench/check_bench.ts [ROUNDS]
 *
 * Flows of a dozen tasks, each a file, under one policy, and everything that is found written out. Each
 * round checks every case once: what else the machine does falls on all alike. Processor time is that of
 * all threads. Checks with the binary of `BULKHEAD_BIN`, else with the sources.
 *
 * @module
 */
import { command } from "../cli/bulkhead.ts";
import { flowText, policyText } from "./case.ts";
import { type Case, median, pairedRatio, takeTurns, textTable } from "./measure.ts";

const TASKS = 12;
const SIZES: readonly { readonly flows: number; readonly rules: number }[] = [
  ...[100, 300, 1_000, 3_000].map((flows) => ({ flows, rules: 100 })),
  ...[10, 1_000].map((rules) => ({ flows: 1_000, rules })),
];

/** Milliseconds. */
interface Times {
  readonly wall: number;
  readonly processor: number;
}

async function makeCase(root: string, flows: number, rules: number): Promise<Case<Times>> {
  const directory = `${root}/${flows}-${rules}`;
  await Deno.mkdir(`${directory}/flows`, { recursive: true });
  await Deno.writeTextFile(`${directory}/policy.yaml`, policyText(rules));
  for (let i = 0; i < flows; i++) {
    await Deno.writeTextFile(`${directory}/flows/flow${i}.yaml`, flowText(TASKS, `flow${i}`));
  }
  return { name: `${flows} flows, ${rules} rules`, take: () => checkOnce(directory, flows) };
}

/** The shell says what its child has used. */
const TIMED = `"$@"; code=$?; times >&2; exit $code`;

async function checkOnce(directory: string, flows: number): Promise<Times> {
  const start = performance.now();
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", TIMED, "sh", ...command(), "check", "-p", "policy.yaml", "flows"],
    cwd: directory,
    env: { NO_COLOR: "1" },
  }).output();
  const wall = performance.now() - start;
  const [said, used] = [stdout, stderr].map((it) => new TextDecoder().decode(it));
  const last = said!.trimEnd().split("\n").at(-1)!;
  // The policy may be told of as well.
  const [, checked] = /^(\d+) files, 0 errors, /.exec(last) ?? [];
  if (code !== 0 || ![flows, flows + 1].includes(Number(checked))) {
    throw new Error(`exit code ${code}, "${last}", ${used}`);
  }
  return { wall, processor: processorTime(used!) };
}

/** Of the last line of `times`, which is about children: user and system, as `0m1.250s`. */
function processorTime(said: string): number {
  const parts = [...said.trimEnd().split("\n").at(-1)!.matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error(`the shell says "${said}"`);
  return parts.reduce((all, [, m, s]) => all + Number(m) * 60_000 + Number(s) * 1_000, 0);
}

if (import.meta.main) {
  const rounds = Number(Deno.args[0] ?? 9);
  const root = await Deno.makeTempDir({ prefix: "bulkhead_bench_" });
  try {
    const cases = await Promise.all(SIZES.map((it) => makeCase(root, it.flows, it.rules)));
    const samples = await takeTurns(cases, { rounds, warmUp: 1 });
    const of = (i: number, what: keyof Times) => samples[i]!.map((it) => it[what]);
    const figure = (i: number, what: keyof Times) => median(of(i, what)).toFixed(0);
    const times = SIZES.map(({ flows, rules }, i) => [
      `${flows}`,
      `${rules}`,
      figure(i, "wall"),
      figure(i, "processor"),
    ]);
    const at = (flows: number, rules: number) =>
      SIZES.findIndex((it) => it.flows === flows && it.rules === rules);
    const ratio = (name: string, large: number, small: number) => [
      name,
      ...(["wall", "processor"] as const).map((it) =>
        pairedRatio(of(large, it), of(small, it)).toFixed(1)
      ),
    ];
    const ratios = [
      ratio("1,000/100 flows", at(1_000, 100), at(100, 100)),
      ratio("3,000/1,000 flows", at(3_000, 100), at(1_000, 100)),
      ratio("1,000/10 rules", at(1_000, 1_000), at(1_000, 10)),
    ];
    const head = `medians of ${rounds} rounds, ${navigator.hardwareConcurrency} processors\n`;
    const text = `${head}\n${textTable([["flows", "rules", "ms", "processor ms"], ...times])}\n${
      textTable([["", "ms", "processor"], ...ratios])
    }`;
    await Deno.stdout.write(new TextEncoder().encode(text));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
