/**
 * How long a child takes, beside a plain `deno run`.
 *
 *     deno run -A tests/bench/child_bench.ts [ROUNDS]
 *
 * Each round starts one child of every case, so that what else the machine does falls on all
 * alike. The command lines are those that `bulkhead plan` shows.
 *
 * @module
 */
import { runChild } from "../../lib/execute/run_child.ts";
import { spawnHere } from "../../lib/kernel/mod.ts";
import type { Job } from "../../lib/model/mod.ts";
import { command } from "../cli/bulkhead.ts";

const ROUNDS = 40;
const WARM_UP = 2;

const LOG = "io.kestra.plugin.core.log.Log";
const EVAL = "io.kestra.plugin.graalvm.js.Eval";
const SPAWNING_EVAL = "io.kestra.plugin.scripts.nashorn.Eval";

const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths: [/etc/]
      authorized-class-prefix: [io.kestra.plugin.core, ${SPAWNING_EVAL}]
`;

const SCRIPT = "const it = [1, 2, 3].map((x) => x * 2); it.length";

interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  readonly job: Pick<Job, "work" | "task" | "spawn">;
  /** What the child gives when it did its work; `undefined` where it has no job. */
  readonly outputs: unknown;
}

/** The command line of each task of a flow, by id, as it would run. */
async function planned(directory: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const flow = `${directory}/flow.yaml`;
  const policy = `${directory}/policy.yaml`;
  await Deno.writeTextFile(policy, POLICY);
  await Deno.writeTextFile(
    flow,
    JSON.stringify({
      id: "it",
      namespace: "bench",
      tasks: [
        { id: "log", type: LOG, message: "it" },
        { id: "eval", type: SPAWNING_EVAL, script: SCRIPT },
        { id: "guarded", type: EVAL, script: SCRIPT },
      ],
    }),
  );
  const [file, ...before] = command();
  const { stdout, stderr } = await new Deno.Command(file, {
    args: [...before, "plan", flow, "-p", policy, "--json"],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  const [{ tasks }] = JSON.parse(text).flows;
  return new Map(
    tasks.map(({ id, argv }: { id: string; argv: string[] }) => [
      id,
      argv.map((it) => it.replaceAll("<workspace>", directory)),
    ]),
  );
}

async function allCases(directory: string): Promise<readonly Case[]> {
  const argv = await planned(directory);
  const hello = `${directory}/hello.js`;
  await Deno.writeTextFile(hello, 'console.log("hello");\n');
  const flags = argv.get("eval")!.slice(0, -1);
  const plain = {
    job: { work: { kind: "eval" }, task: {}, spawn: true },
    outputs: undefined,
  } as const;
  const task = { script: SCRIPT };
  const evaluated = { result: 3, outputs: {} };
  return [
    { name: "plain deno run hello.js", argv: [flags[0]!, "run", hello], ...plain },
    { name: "the same, with our flags", argv: [...flags, hello], ...plain },
    {
      name: "our child, a Log",
      argv: argv.get("log")!,
      job: { work: { kind: "built-in", type: LOG }, task: { message: "it" }, spawn: true },
      outputs: {},
    },
    {
      name: "our child, a Log with an expression",
      argv: argv.get("log")!,
      job: {
        work: { kind: "built-in", type: LOG },
        task: { message: "{{ flow.id }}" },
        spawn: true,
      },
      outputs: {},
    },
    {
      name: "our child, an Eval",
      argv: argv.get("eval")!,
      job: { work: { kind: "eval" }, task, spawn: true },
      outputs: evaluated,
    },
    {
      name: "our child, an Eval with the guard",
      argv: argv.get("guarded")!,
      job: { work: { kind: "eval" }, task, spawn: false },
      outputs: evaluated,
    },
    {
      name: "the same, and it touches process",
      argv: argv.get("guarded")!,
      job: {
        work: { kind: "eval" },
        task: { script: `typeof process.pid; ${SCRIPT}` },
        spawn: false,
      },
      outputs: evaluated,
    },
  ];
}

/** Milliseconds from starting a child to its end; what it says is checked. */
async function timed({ name, argv, job, outputs }: Case, directory: string): Promise<number> {
  const start = performance.now();
  const { result } = await runChild({
    argv,
    env: {},
    cwd: directory,
    job: { v: 1, variables: { flow: { id: "it" } }, secrets: {}, workspace: directory, ...job },
    signal: new AbortController().signal,
    onLog: () => {},
    onMetric: () => {},
    onDenied: () => {},
    spawn: (command) => Promise.resolve(spawnHere(command)),
  });
  const elapsed = performance.now() - start;
  const said = result?.state === "success" ? result.outputs : undefined;
  if (JSON.stringify(said) !== JSON.stringify(outputs)) {
    throw new Error(`Cannot measure "${name}": it said ${JSON.stringify(result)}`);
  }
  return elapsed;
}

function quantile(list: readonly number[], share: number): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length * share)]!;
}

if (import.meta.main) {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "child_bench_" }));
  try {
    const cases = await allCases(directory);
    const times = cases.map((): number[] => []);
    for (let round = -WARM_UP; round < rounds; round++) {
      for (const [i, it] of cases.entries()) {
        const ms = await timed(it, directory);
        if (round >= 0) times[i]!.push(ms);
      }
    }
    const base = quantile(times[0]!, 0.5);
    const lines = cases.map(({ name }, i) => {
      const [half, most] = [quantile(times[i]!, 0.5), quantile(times[i]!, 0.95)];
      const figures = [half.toFixed(1), most.toFixed(1), (half / base).toFixed(2)];
      return `${name.padEnd(40)}${figures.map((it) => it.padStart(8)).join("")}\n`;
    });
    const head = `${`ms, ${rounds} rounds`.padEnd(40)}  median     p95   ratio\n`;
    await Deno.stdout.write(new TextEncoder().encode(head + lines.join("")));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
