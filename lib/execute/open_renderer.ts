import type { Ending, HarnessChild, Job, Rendering, Result } from "../model/mod.ts";
import { answerAsks } from "./answers/answer_asks.ts";
import { type OnAsk, refuseAll } from "./answers/mod.ts";
import { isNestedDeeper, MAX_LEVELS } from "./is_nested_deeper.ts";
import type { Launcher } from "./launcher.ts";
import { readRecord } from "./read_record.ts";
import type { Rendered, Renderer, RenderScope } from "./renderer.ts";
import { startChild } from "./run_child.ts";
import { runProcess, type Say } from "./start_process.ts";
import { outcomeOf } from "./run_task.ts";

/** What a renderer needs. */
export interface RendererNeeds {
  /** A child that may do nothing. */
  readonly child: HarnessChild;
  readonly launcher: Pick<Launcher, "under">;
  /** Answers what expressions ask, as `kv()` does; without it every question is refused. */
  readonly onAsk?: OnAsk;
  /** Of one rendering, in milliseconds, counted from when its turn comes; 10 s. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 10_000;
/** The start of a process comes on top of the first rendering's time. */
const START_MS = 30_000;

/**
 * Opens a renderer: one process, started when it is first needed, and anew when it has ended.
 *
 * It renders one value after the other. A rendering over its deadline ends the process, and fails; the
 * next one has a fresh process.
 */
export function openRenderer(needs: RendererNeeds): Renderer {
  let session: Session | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  const renderNow = async (value: unknown, scope: RenderScope): Promise<Rendered> => {
    if (isClosed) return { ok: false, message: "Cannot render: the execution has ended" };
    if (session === undefined || session.hasEnded()) session = openSession(needs);
    return await session.render(value, scope);
  };
  return {
    async render(value, scope) {
      if (isNestedDeeper(value)) {
        const message = `Cannot render: the value is nested deeper than ${MAX_LEVELS} levels`;
        return { ok: false, message };
      }
      if (!holdsExpression(value)) return { ok: true, value };
      const rendering = last.then(() => renderNow(value, scope));
      last = rendering;
      return await rendering;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await session?.end();
      await last;
    },
  };
}

/** Whether any text, keys of maps as well, has to be rendered. */
export function holdsExpression(value: unknown): boolean {
  if (typeof value === "string") return /\{[{%#]/.test(value);
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsExpression);
  return Object.entries(value).some(([key, it]) => holdsExpression(key) || holdsExpression(it));
}

/** One process, as long as it lives. */
interface Session {
  render(value: unknown, scope: RenderScope): Promise<Rendered>;
  hasEnded(): boolean;
  /** Ends the process; resolves when it has ended. */
  end(): Promise<void>;
}

const JOB: Job = { v: 1, work: { kind: "renderer" }, task: {}, variables: {}, secrets: {} };

function openSession(
  { child, launcher, onAsk = refuseAll, deadlineMs = DEADLINE_MS }: RendererNeeds,
): Session {
  const asks = answerAsks(onAsk);
  const stop = new AbortController();
  const isOpen = Promise.withResolvers<Say>();
  let ended: Ending | undefined;
  let told: ((result: Result) => void) | undefined;
  const starting = startChild({
    argv: child.argv,
    spawn: launcher.under(child.kernel),
    env: {},
    cwd: "/",
    // No code of an author's is run: there is nobody to guard against.
    preparation: { spawn: true, expressions: true },
  });
  const running = runProcess(starting.then((it) => it.process), {
    stdin: `${JSON.stringify(JOB)}\n`,
    onOpen: (say) => {
      asks.onOpen(say);
      isOpen.resolve(say);
    },
    limits: {},
    signal: stop.signal,
    onLine: (from, line) => {
      if (line.kind === "dropped") return stop.abort();
      const record = line.kind === "record" && from === "stdout"
        ? readRecord(line.text)
        : undefined;
      if (record?.type === "ask") asks.take(record.question);
      else if (record?.type === "result") told?.(record);
    },
  }).then(({ ending }) => ended = ending);
  return {
    async render(value, { variables, secrets, files }) {
      const rendering: Rendering = { value, variables, secrets, ...(files && { files }) };
      const line = `${JSON.stringify(rendering)}\n`;
      const answer = Promise.withResolvers<Result>();
      told = answer.resolve;
      const say = await within(START_MS, Promise.race([isOpen.promise, running]));
      if (typeof say !== "function") return await fails(say);
      say(line);
      const result = await within(deadlineMs, Promise.race([answer.promise, running]));
      told = undefined;
      return result !== undefined && "state" in result ? renderedOf(result) : await fails(result);
    },
    hasEnded: () => ended !== undefined || stop.signal.aborted,
    async end() {
      stop.abort();
      await running;
    },
  };

  /** @param ending Absent where the deadline came first. */
  async function fails(ending: Ending | undefined): Promise<Rendered> {
    stop.abort();
    await running;
    if (ending === undefined) {
      return { ok: false, message: `Cannot render: it takes longer than ${deadlineMs} ms` };
    }
    return {
      ok: false,
      message: `Cannot render: the renderer ${outcomeOf(ending, undefined).error}`,
    };
  }
}

function renderedOf(result: Result): Rendered {
  switch (result.state) {
    case "success":
      return isNestedDeeper(result.outputs)
        ? {
          ok: false,
          message: `Cannot render: the result is nested deeper than ${MAX_LEVELS} levels`,
        }
        : { ok: true, value: result.outputs };
    case "skipped":
      return { ok: false, message: "Cannot render: nothing was said" };
    case "failed":
      return { ok: false, message: result.message, ...(result.at && { at: result.at }) };
  }
}

/** `undefined` where the time is over first. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const over = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => over.resolve(undefined), ms);
  try {
    return await Promise.race([promise, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
