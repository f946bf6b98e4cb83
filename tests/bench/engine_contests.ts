import { type Event } from "../../lib/model/mod.ts";
import { command } from "../cli/bulkhead.ts";
import { type ChildPlace, LOG, logJob, POLICY, runJob, startFor } from "./children.ts";
import type { Contest, Contestant } from "./comparison.ts";
import { elapsed } from "./measure.ts";
import { memoryOfCommand } from "./memory.ts";
import { openFlow } from "./open_flow.ts";
import type { OurWays } from "./our_ways.ts";

const TASKS = 1_000;
/** How many task runs go on at a time where they may. */
const AT_ONCE = 2;
/** How many children of tasks to come are started before, as by the engine. */
const AHEAD = 2;

const MEASURE = "the same processes, started the same way, and no engine";
const FOR_EACH = "io.kestra.plugin.core.flow.ForEach";

/** What the engine costs beside the processes of its tasks, and what it holds. */
export async function engineContests(
  ours: OurWays,
  directory: string,
): Promise<readonly Contest[]> {
  if (ours.place === undefined) return [];
  const { place } = ours;
  const messages = Array.from({ length: TASKS }, () => ({ type: LOG, message: "it" }));
  const sequence = {
    id: "engine-sequence",
    tasks: messages.map((it, i) => ({ id: `t${i}`, ...it })),
  };
  const each = {
    id: "engine-each",
    tasks: [{
      id: "each",
      type: FOR_EACH,
      values: Array.from({ length: TASKS }, (_, i) => i),
      concurrencyLimit: 0,
      tasks: [{ id: "log", type: LOG, message: "it" }],
    }],
  };
  const contest = async (
    id: string,
    title: string,
    flow: typeof sequence | typeof each,
    atOnce: number,
  ): Promise<Contest> => ({
    id,
    title,
    charted: false,
    unit: "ms",
    aboutHead: "what is measured",
    oneOf: 8,
    cases: [
      {
        id: "children",
        name: `${TASKS} children of a Log, ${atOnce} at a time`,
        about: MEASURE,
        side: "other",
        take: () => elapsed(() => runChildren(place, atOnce)),
      },
      await flowCase(directory, flow, atOnce),
    ],
    leftOut: [],
  });
  return [
    await contest("engine", `A flow of ${TASKS} tasks, one after the other`, sequence, 1),
    await contest("engine-each", `A ForEach over ${TASKS} values`, each, AT_ONCE),
    memoryContest(directory),
  ];
}

/** Runs children one after the other, `atOnce` rows of them, while the next ones start. */
async function runChildren(place: ChildPlace, atOnce: number): Promise<void> {
  const job = logJob("all");
  let left = TASKS;
  let toStart = TASKS;
  const waiting: ReturnType<typeof startFor>[] = [];
  const fill = () => {
    while (waiting.length < AHEAD && toStart > 0) {
      toStart--;
      waiting.push(startFor(place, job));
    }
  };
  const row = async () => {
    while (left > 0) {
      left--;
      fill();
      const child = waiting.shift()!;
      fill();
      await runJob(child, place, job);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, row));
}

async function flowCase(
  directory: string,
  flow: { readonly id: string; readonly tasks: readonly object[] },
  concurrency: number,
): Promise<Contestant> {
  const open = await openFlow(directory, flow, POLICY);
  if (typeof open === "string") throw new Error(open);
  return {
    id: "flow",
    name: "bulkhead's engine",
    about: "the same, with workspaces, events and states",
    side: "ours",
    take: () =>
      elapsed(async () => {
        let said = 0;
        const emit = (event: Event) => {
          if (event.type === "task.log" && event.message === "it") said++;
        };
        const state = await open.run({ prestart: true, concurrency, emit });
        if (state !== "SUCCESS" || said !== TASKS) throw new Error(`${state}, ${said} Logs`);
      }),
  };
}

/** What the harness has held at most, when all of its task runs have ended. */
function memoryContest(directory: string): Contest {
  const row = (runs: number): Contestant => ({
    id: `runs-${runs}`,
    name: `bulkhead run, ${runs} task runs`,
    about: "the harness",
    side: "ours",
    take: async () => {
      const [flow, policy] = [`${directory}/held-${runs}.yaml`, `${directory}/held-policy.yaml`];
      await Deno.writeTextFile(policy, POLICY);
      await Deno.writeTextFile(
        flow,
        JSON.stringify({
          id: "held",
          namespace: "bench",
          tasks: [
            {
              id: "each",
              type: FOR_EACH,
              values: Array.from({ length: runs }, (_, i) => i),
              concurrencyLimit: 0,
              tasks: [{ id: "log", type: LOG, message: "{{ taskrun.value }}" }],
            },
            { id: "last", type: "io.kestra.plugin.core.flow.Sleep", duration: "PT1S" },
          ],
        }),
      );
      const run = [
        ...command(),
        "run",
        flow,
        "-p",
        policy,
        "--json",
        "--concurrency",
        `${AT_ONCE}`,
      ];
      const word = '"task":"last","taskRun"';
      return (await memoryOfCommand(run, { cwd: directory, word, settleMs: 300 })).largestPeak;
    },
  });
  return {
    id: "engine-memory",
    title: "Memory of the harness, by task runs",
    charted: false,
    unit: "MB",
    aboutHead: "what is counted",
    oneOf: 20,
    cases: [row(100), row(10_000)],
    leftOut: [],
  };
}
