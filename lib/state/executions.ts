import { holdFile, makeHeldFile } from "../kernel/mod.ts";
import { type Begun, type Journal, StageError, type State } from "../model/mod.ts";
import { nearest } from "../source/mod.ts";
import {
  beginJournal,
  JOURNAL,
  type JournalPlace,
  type ReadJournal,
  readProgress,
  resumeJournal,
} from "./journal.ts";
import { GONE, removeExecution, removeGone } from "./remove_execution.ts";

/** After so long an execution that nobody has resumed is forgotten. */
export const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
/** So many executions are kept, the newest. */
export const KEPT_EXECUTIONS = 50;

/** What every journal of one harness needs. */
export type JournalNeeds = Pick<JournalPlace, "now" | "cannotWrite" | "onBroken" | "keep">;

/** An execution that was found, and is held until it goes on or is let go. */
export interface Held extends Disposable {
  readonly begun: Begun;
  /** What it need not do again. */
  readonly finished: Journal["finished"];
  /** Goes on with its journal, which lets it go at its end. */
  resume(needs: JournalNeeds): Journal;
}

/** An execution that can be resumed. */
interface Resumable {
  readonly id: string;
  readonly flow: string;
  /** How it ended; absent where its harness was killed. */
  readonly state?: State;
}

/** The executions of one state directory, a directory for each. */
export interface Executions {
  /** @throws What `cannotWrite` makes of it, when it cannot be written. */
  begin(begun: Begun, needs: JournalNeeds): Journal;
  /**
   * Finds one that has not ended well, and holds it.
   *
   * @throws {StageError} `usage` where there is none of that name, its harness is at work, or it ended
   * well; `host` where its journal is damaged.
   */
  hold(id: string): Held;
  /**
   * Forgets executions that are too old or too many. What a harness is at work on, and what is to be
   * kept, stays.
   *
   * @returns How many.
   */
  clear(now: Date): number;
}

const LOCK = "lock";
/** What the lock's file says of an execution that is to be kept. */
const KEEP = "keep";

/** @param root The state directory: absolute, this user's alone. */
export function openExecutions(root: string): Executions {
  const all = `${root}/executions`;
  return {
    begin(begun, needs) {
      const directory = `${all}/${begun.execution}`;
      let lock: Disposable;
      try {
        Deno.mkdirSync(all, { recursive: true, mode: 0o700 });
        Deno.mkdirSync(directory, { mode: 0o700 });
      } catch (cause) {
        throw needs.cannotWrite(directory, cause);
      }
      try {
        try {
          lock = makeHeldFile(`${directory}/${LOCK}`, needs.keep ? KEEP : "");
        } catch (cause) {
          throw needs.cannotWrite(directory, cause);
        }
        return beginJournal({ ...needs, directory, lock }, begun);
      } catch (error) {
        Deno.removeSync(directory, { recursive: true });
        throw error;
      }
    },
    hold(id) {
      // Looked up, never made a path of: it comes from the command line.
      if (!namesIn(all).includes(id)) throw unknown(id, all);
      const directory = `${all}/${id}`;
      const lock = holdFile(`${directory}/${LOCK}`);
      if (lock === "missing") throw unknown(id, all);
      if (lock === "held") {
        throw cannotResume("running", id, "it is running: another harness is at work on it");
      }
      let read: ReadJournal | undefined;
      try {
        read = readOf(directory);
        if (read === undefined) throw unknown(id, all);
        if (isDone(read)) {
          throw cannotResume("done", id, `it has ended well, with ${read.ended}`);
        }
      } catch (error) {
        lock[Symbol.dispose]();
        throw error;
      }
      const found = read;
      const kept = Deno.readTextFileSync(`${directory}/${LOCK}`) === KEEP;
      return {
        begun: found.begun,
        finished: found.finished,
        resume: (needs) =>
          resumeJournal({ ...needs, keep: needs.keep || kept, directory, lock }, found),
        [Symbol.dispose]: () => lock[Symbol.dispose](),
      };
    },
    clear(now) {
      let cleared = 0;
      const byAge = namesIn(all).map((name) => ({ name, at: changedAt(`${all}/${name}`) }))
        .toSorted((a, b) => b.at - a.at);
      for (const [i, { name, at }] of byAge.entries()) {
        const directory = `${all}/${name}`;
        if (name.endsWith(GONE)) {
          removeGone(directory);
          continue;
        }
        if (i < KEPT_EXECUTIONS && now.getTime() - at < KEPT_MS) continue;
        const lock = holdFile(`${directory}/${LOCK}`);
        // Without a lock: its harness was ended as it made it, or is just making it.
        if (lock === "held" || (lock === "missing" && now.getTime() - at < KEPT_MS)) continue;
        using _held = lock === "missing" ? undefined : lock;
        if (lock !== "missing" && Deno.readTextFileSync(`${directory}/${LOCK}`) === KEEP) continue;
        removeExecution(directory);
        cleared++;
      }
      return cleared;
    },
  };
}

function isDone({ ended }: ReadJournal): boolean {
  return ended === "SUCCESS" || ended === "WARNING";
}

function readOf(directory: string): ReadJournal | undefined {
  try {
    return readProgress(directory);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return [...Deno.readDirSync(directory)].filter((it) => it.isDirectory).map((it) => it.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** When something was last written to its journal, in milliseconds since 1970. */
function changedAt(directory: string): number {
  for (const path of [`${directory}/${JOURNAL}`, directory]) {
    try {
      return Deno.lstatSync(path).mtime?.getTime() ?? 0;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return 0;
}

function unknown(id: string, all: string): StageError {
  const resumable = namesIn(all).toSorted((a, b) =>
    changedAt(`${all}/${b}`) - changedAt(`${all}/${a}`)
  )
    .flatMap((name) => resumableOf(all, name));
  const near = nearest(id, resumable.map((it) => it.id));
  const listed = resumable.slice(0, 5).map(({ id, flow, state }) =>
    `${id} (${flow}, ${state ?? "killed"})`
  );
  return new StageError([{
    code: "run/resume-unknown",
    severity: "error",
    message: `Cannot resume execution "${id}": ${
      resumable.length === 0 ? "none is kept" : "no such execution is kept"
    }`,
    ...(near !== undefined
      ? { help: `Did you mean "${near}"?` }
      : listed.length > 0 && { help: `These can be resumed: ${listed.join(", ")}` }),
  }], "usage");
}

function resumableOf(all: string, name: string): readonly Resumable[] {
  const lock = holdFile(`${all}/${name}/${LOCK}`);
  if (lock === "held" || lock === "missing") return [];
  using _held = lock;
  try {
    const read = readOf(`${all}/${name}`);
    if (read === undefined || isDone(read)) return [];
    const { begun: { namespace, flowId }, ended } = read;
    return [{ id: name, flow: `${namespace}/${flowId}`, ...(ended && { state: ended }) }];
  } catch (error) {
    if (error instanceof StageError) return [];
    throw error;
  }
}

function cannotResume(what: string, id: string, fact: string): StageError {
  return new StageError([{
    code: `run/resume-${what}`,
    severity: "error",
    message: `Cannot resume execution "${id}": ${fact}`,
  }], "usage");
}
