import type { Event } from "../../lib/model/mod.ts";
import type { Contest, Contestant, LeftOut } from "./comparison.ts";
import { runHello } from "./hello.ts";
import { elapsed } from "./measure.ts";
import { LOG, POLICY } from "./children.ts";
import { openFlow } from "./open_flow.ts";
import type { OurWays, Way } from "./our_ways.ts";
import type { Ground, Peer } from "./peers.ts";
import { PLAIN, plainArgv } from "./plain.ts";

/** What the contests about tasks are held with. */
export interface Field {
  readonly ground: Ground;
  readonly ours: OurWays;
  readonly peers: readonly Peer[];
  /** Peers that are not there. */
  readonly leftOut: readonly LeftOut[];
}

const ABOUT = "what it keeps out";

/** One trivial task, from its start to its end. */
export function taskContest(
  { ground, ours, peers, leftOut }: Field,
  container: Contestant | LeftOut,
): Contest {
  const { directory } = ground;
  const isThere = "take" in container;
  return {
    id: "task",
    title: "One task",
    charted: true,
    unit: "ms",
    aboutHead: ABOUT,
    cases: [
      { ...PLAIN, take: () => elapsed(() => runHello(plainArgv(ground, "hello"), directory)) },
      ...ours.ways.map(({ ready, ...it }): Contestant => ({
        ...it,
        side: "ours",
        take: async () => await elapsed(await ready()),
      })),
      ...peers.map(({ id, name, about, argv }): Contestant => ({
        ...{ id, name, about },
        side: "other",
        take: () => elapsed(() => runHello(argv("hello"), directory)),
      })),
      ...(isThere ? [container] : []),
    ],
    leftOut: [...ours.leftOut, ...leftOut, ...(isThere ? [] : [container])],
  };
}

const TASKS = 100;
const AT_ONCE = 2;

/**
 * A hundred tasks, two at a time.
 *
 * Of children that waited there are as many as tasks: that is what a burst comes to. What flows come
 * to that go on and on is in the last rows: there a child starts for each task, sooner or later.
 */
export async function throughputContest({ ground, ours }: Field): Promise<Contest> {
  const many = (ready: Way["ready"]) => async () => {
    const tasks: (() => Promise<void>)[] = [];
    for (let i = 0; i < TASKS; i++) tasks.push(await ready());
    const work = async () => {
      for (let run; (run = tasks.pop()) !== undefined;) await run();
    };
    return TASKS / (await elapsed(() => Promise.all(Array.from({ length: AT_ONCE }, work))) / 1000);
  };
  const plain = () => runHello(plainArgv(ground, "hello"), ground.directory);
  return {
    id: "throughput",
    title: `${TASKS} tasks, ${AT_ONCE} at a time`,
    charted: true,
    unit: "tasks/s",
    aboutHead: ABOUT,
    oneOf: 8,
    cases: [
      { ...PLAIN, take: many(() => Promise.resolve(plain)) },
      ...ours.ways.map(({ ready, ...it }): Contestant => ({
        ...it,
        side: "ours",
        take: many(ready),
      })),
      ...(ours.ways.length > 0 ? await flowsOf(ground.directory) : []),
    ],
    leftOut: ours.leftOut,
  };
}

/** Whole flows, side by side: workspaces, events and all. */
async function flowsOf(directory: string): Promise<readonly Contestant[]> {
  const count = TASKS / AT_ONCE;
  const run = await logsIn(directory, "side-by-side", count);
  const take = (prestart: boolean) => async () => {
    const all = Array.from({ length: AT_ONCE }, () => run(prestart));
    return TASKS / (await elapsed(() => Promise.all(all)) / 1000);
  };
  return startedEitherWay(`${AT_ONCE} flows of ${count} Logs`, take);
}

/** Tasks one after the other, as a flow has them. */
export async function sequenceContest({ ground, ours }: Field): Promise<Contest> {
  const count = 20;
  const cases: Contestant[] = [];
  if (ours.ways.length > 0) {
    const run = await logsIn(ground.directory, "in-sequence", count);
    const take = (prestart: boolean) => async () => await elapsed(() => run(prestart));
    cases.push(...startedEitherWay(`a flow of ${count} Logs`, take).toReversed());
  }
  return {
    id: "sequence",
    title: `A flow of ${count} tasks, one after the other`,
    charted: false,
    unit: "ms",
    aboutHead: "when its children start",
    oneOf: 2,
    cases,
    leftOut: ours.leftOut,
  };
}

function startedEitherWay(
  what: string,
  take: (prestart: boolean) => () => Promise<number>,
): readonly Contestant[] {
  const row = (id: string, prestart: boolean, name: string, about: string): Contestant => ({
    ...{ id, name, about },
    side: "ours",
    take: take(prestart),
  });
  return [
    row("flows", true, `bulkhead, ${what}`, "children start while others work"),
    row(
      "flows-fresh",
      false,
      `bulkhead, ${what}, --no-prestart`,
      "each child starts with its task",
    ),
  ];
}

/** Runs a flow of Logs, and throws unless all of them were told. */
async function logsIn(directory: string, id: string, count: number) {
  const tasks = Array.from({ length: count }, (_, i) => ({
    id: `log${i}`,
    type: LOG,
    message: "it",
  }));
  const flow = await openFlow(directory, { id, tasks }, POLICY);
  if (typeof flow === "string") throw new Error(flow);
  return async (prestart: boolean) => {
    let said = 0;
    const emit = (event: Event) => {
      if (event.type === "task.log" && event.message === "it") said++;
    };
    const state = await flow.run({ prestart, emit });
    if (state !== "SUCCESS" || said !== count) throw new Error(`${state}, ${said} Logs`);
  };
}
