import { childrenOf } from "../../lib/execute/proc.ts";
import { command } from "../cli/bulkhead.ts";
import { type ChildJob, evalJob, POLICY, SLEEP, sleepJob } from "./children.ts";
import type { Contest, Contestant } from "./comparison.ts";
import { type Memory, memoryOf, memoryOfCommand } from "./memory.ts";
import type { OurWays } from "./our_ways.ts";
import { PLAIN, plainArgv } from "./plain.ts";
import type { Field } from "./task_contests.ts";

interface Held extends Omit<Contestant, "take"> {
  readonly take: () => Promise<Memory>;
}

/** How long a task of ours lasts, and when it is looked at: it has long been at work by then. */
const LASTS_MS = 900;
const LOOK_AFTER_MS = 500;

/** For an Eval to be looked at while it runs. */
const BUSY = `const end = Date.now() + ${LASTS_MS}; while (Date.now() < end); `;
const DURATION = `PT${LASTS_MS / 1000}S`;

/** What one task holds while it runs: in its largest process, and in all of them. */
export async function memoryContests(field: Field): Promise<readonly Contest[]> {
  const { ground, ours, peers, leftOut } = field;
  const cwd = ground.directory;
  const word = "hello\n";
  const all: readonly Held[] = [
    {
      ...PLAIN,
      about: "the process",
      take: () => memoryOfCommand(plainArgv(ground, "hold"), { cwd, word }),
    },
    ...(ours.ways.length > 0 ? await ourTasks(ours, cwd) : []),
    ...peers.map(({ id, name, argv, elsewhere }): Held => ({
      id,
      name,
      about: elsewhere === undefined
        ? "all that it starts"
        : "the client, the shim and the container",
      side: "other",
      take: () => memoryOfCommand(argv("hold"), { cwd, word, ...(elsewhere && { elsewhere }) }),
    })),
  ];
  const contest = (id: string, title: string, of: keyof Memory): Contest => ({
    id,
    title,
    charted: of === "largestPeak",
    unit: "MB",
    aboutHead: "what is counted",
    oneOf: 8,
    cases: all.map(({ take, ...it }) => ({ ...it, take: async () => (await take())[of] })),
    leftOut: [...ours.leftOut, ...leftOut],
  });
  return [
    contest("memory", "Memory: the largest process, at most", "largestPeak"),
    contest("memory-all", "Memory: all processes, without what is of files", "together"),
  ];
}

async function ourTasks(ours: OurWays, cwd: string): Promise<readonly Held[]> {
  const [flow, policy] = [`${cwd}/hold.yaml`, `${cwd}/hold-policy.yaml`];
  const tasks = [{ id: "it", type: SLEEP, duration: DURATION }];
  await Deno.writeTextFile(flow, JSON.stringify({ id: "hold", namespace: "bench", tasks }));
  await Deno.writeTextFile(policy, POLICY);
  const run = [...command(), "run", flow, "-p", policy, "--json"];
  return [
    {
      id: "log",
      name: "bulkhead, fresh child: a built-in task",
      about: "the child",
      side: "ours",
      take: () => memoryOfChild(ours, sleepJob(DURATION)),
    },
    {
      id: "eval",
      name: "bulkhead, fresh child: an Eval",
      about: "the child, with the guard against threads",
      side: "ours",
      take: () => memoryOfChild(ours, evalJob("guarded", "all", BUSY)),
    },
    {
      id: "run",
      name: "bulkhead run",
      about: "the harness and one child",
      side: "ours",
      take: () =>
        memoryOfCommand(run, {
          cwd,
          word: '"type":"task.started"',
          settleMs: LOOK_AFTER_MS,
        }),
    },
  ];
}

/** Looks at a child of ours when it has been at work for a while. */
async function memoryOfChild(ours: OurWays, job: ChildJob): Promise<Memory> {
  const before = new Set(childrenOf(Deno.pid));
  const look = async () => {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AFTER_MS));
    const roots = childrenOf(Deno.pid).filter((it) => !before.has(it));
    if (roots.length !== 1) throw new Error(`there are ${roots.length} new children`);
    return await memoryOf(roots);
  };
  const [memory] = await Promise.all([look(), ours.runFresh(job)]);
  return memory;
}
