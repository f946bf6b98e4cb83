import { openLauncher } from "../../lib/execute/launcher.ts";
import { readKernel } from "../../lib/kernel/mod.ts";
import {
  type ChildJob,
  type ChildPlace,
  evalJob,
  logJob,
  planChildren,
  runFresh,
  runJob,
  startWaiting,
} from "./children.ts";
import type { LeftOut } from "./comparison.ts";

/** One of our ways to run an in-process task. */
export interface Way {
  readonly id: string;
  readonly name: string;
  /** What it keeps a task from, in a few words. */
  readonly about: string;
  /**
   * Gets what may be ready before a task begins, outside of what is measured.
   *
   * @returns Runs one task to its end, and throws when it did not say what it should.
   */
  readonly ready: () => Promise<() => Promise<void>>;
}

/** Our ways, open until disposed of. */
export interface OurWays extends Disposable {
  /** Each stands in every contest about tasks. */
  readonly ways: readonly Way[];
  readonly leftOut: readonly LeftOut[];
  /** What children are started with; absent where there are none to compare. */
  readonly place?: ChildPlace;
  /** Runs a fresh child, with the job that is given. */
  readonly runFresh: (job: ChildJob) => Promise<void>;
}

const ALL = "what the policy forbids: files, network, variables, processes; system calls";

/** Opens what our children are started with; where a layer is missing, there is nothing to compare. */
export async function openOurWays(directory: string): Promise<OurWays> {
  const kernel = readKernel();
  if (typeof kernel === "string") {
    const reason = `this machine has no kernel layer: ${kernel}`;
    return {
      ways: [],
      leftOut: [{ id: "log", name: "bulkhead", reason }],
      runFresh: () => Promise.reject(new Error(reason)),
      [Symbol.dispose]: () => {},
    };
  }
  const planned = await planChildren(directory);
  const launcher = openLauncher({ found: true, value: kernel });
  const place = { planned, directory, launcher };
  return {
    ways: waysOf(place),
    leftOut: [],
    place,
    runFresh: (job) => runFresh(place, job),
    [Symbol.dispose]: () => launcher[Symbol.dispose](),
  };
}

/** One more way to run a task is one more entry here. */
function waysOf(place: ChildPlace): readonly Way[] {
  const fresh = (job: ChildJob) => () => Promise.resolve(() => runFresh(place, job));
  const waiting = (job: ChildJob) => async () => {
    const child = Promise.resolve(await startWaiting(place, job));
    return () => runJob(child, place, job);
  };
  const [log, eval_] = [logJob("all"), evalJob("guarded", "all")];
  return [
    { id: "log", name: "bulkhead, fresh child: a Log", about: ALL, ready: fresh(log) },
    {
      id: "eval",
      name: "bulkhead, fresh child: an Eval",
      about: `${ALL}; threads`,
      ready: fresh(eval_),
    },
    {
      id: "log-waiting",
      name: "bulkhead, child that waited: a Log",
      about: "the same",
      ready: waiting(log),
    },
    {
      id: "eval-waiting",
      name: "bulkhead, child that waited: an Eval",
      about: "the same; threads",
      ready: waiting(eval_),
    },
  ];
}
