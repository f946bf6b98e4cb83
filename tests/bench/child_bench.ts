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
import { openLauncher } from "../../lib/execute/launcher.ts";
import { placeRules } from "../../lib/execute/place_rules.ts";
import { runChild } from "../../lib/execute/run_child.ts";
import { readKernel } from "../../lib/kernel/mod.ts";
import type { Found, Job, Kernel, KernelRules } from "../../lib/model/mod.ts";
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
  /** Milliseconds from starting a child to its end; what it says is checked. */
  readonly time: () => Promise<number>;
}

interface Planned {
  readonly argv: readonly string[];
  readonly kernel?: KernelRules;
}

/** What each task of a flow would be started with, by id. */
async function planned(directory: string): Promise<ReadonlyMap<string, Planned>> {
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
    tasks.map(({ id, argv, kernel }: { id: string; argv: string[]; kernel?: KernelRules }) => [
      id,
      {
        argv: argv.map((it) => it.replaceAll("<workspace>", directory)),
        ...(kernel && { kernel: placeRules(kernel, directory) }),
      },
    ]),
  );
}

async function plain(argv: readonly string[], directory: string): Promise<number> {
  const start = performance.now();
  const { success } = await new Deno.Command(argv[0]!, {
    args: argv.slice(1),
    cwd: directory,
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot measure ${argv.join(" ")}: it failed`);
  return performance.now() - start;
}

async function allCases(
  directory: string,
  launcher: ReturnType<typeof openLauncher>,
): Promise<readonly Case[]> {
  const plans = await planned(directory);
  const hello = `${directory}/hello.js`;
  await Deno.writeTextFile(hello, 'console.log("hello");\n');
  const flags = plans.get("eval")!.argv.slice(0, -1);
  const child = (
    name: string,
    id: string,
    layers: "Deno" | "all",
    job: Pick<Job, "work" | "task" | "spawn">,
    outputs: unknown,
  ): Case => ({
    name: `${name}, ${layers === "all" ? "all layers" : "without the kernel"}`,
    time: async () => {
      const { argv, kernel } = plans.get(id)!;
      const start = performance.now();
      const { result } = await runChild({
        argv,
        spawn: launcher.under(layers === "all" ? kernel : undefined),
        env: {},
        cwd: directory,
        job: { v: 1, variables: { flow: { id: "it" } }, secrets: {}, workspace: directory, ...job },
        signal: new AbortController().signal,
        onLog: () => {},
        onMetric: () => {},
        onDenied: () => {},
      });
      const elapsed = performance.now() - start;
      const said = result?.state === "success" ? result.outputs : undefined;
      if (JSON.stringify(said) !== JSON.stringify(outputs)) {
        throw new Error(`Cannot measure "${name}": it said ${JSON.stringify(result)}`);
      }
      return elapsed;
    },
  });
  const log = (message: string) =>
    ({ work: { kind: "built-in", type: LOG }, task: { message }, spawn: true }) as const;
  const script = (text: string, spawn: boolean) =>
    ({ work: { kind: "eval" }, task: { script: text }, spawn }) as const;
  const evaluated = { result: 3, outputs: {} };
  return [
    { name: "plain deno run hello.js", time: () => plain([flags[0]!, "run", hello], directory) },
    { name: "the same, with our flags", time: () => plain([...flags, hello], directory) },
    child("a Log", "log", "Deno", log("it"), {}),
    child("a Log", "log", "all", log("it"), {}),
    child("a Log with an expression", "log", "all", log("{{ flow.id }}"), {}),
    child("an Eval that may spawn", "eval", "all", script(SCRIPT, true), evaluated),
    child("an Eval with the guard", "guarded", "Deno", script(SCRIPT, false), evaluated),
    child("an Eval with the guard", "guarded", "all", script(SCRIPT, false), evaluated),
    child(
      "the same, touching process",
      "guarded",
      "all",
      script(`typeof process.pid; ${SCRIPT}`, false),
      evaluated,
    ),
  ];
}

function quantile(list: readonly number[], share: number): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length * share)]!;
}

if (import.meta.main) {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "child_bench_" }));
  try {
    const kernel = readKernel();
    const found: Found<Kernel> = typeof kernel === "string"
      ? { found: false, problem: { code: "host/kernel", severity: "error", message: kernel } }
      : { found: true, value: kernel };
    using launcher = openLauncher(found);
    const cases = await allCases(directory, launcher);
    const times = cases.map((): number[] => []);
    for (let round = -WARM_UP; round < rounds; round++) {
      for (const [i, it] of cases.entries()) {
        const ms = await it.time();
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
