import type { Ending, LimitName } from "../../model/mod.ts";
import { meterOf } from "../read_output.ts";
import type { Line } from "../split_lines.ts";
import { watchTreeSize } from "../watch_tree_size.ts";
import { type ContainerHandle, EngineFailure, type Output } from "./container_handle.ts";

/** What bounds a container beside what the engine is told. */
export interface Bounds {
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  readonly killGraceMs: number;
  readonly outputBytes?: number;
  /** A directory of the host that the container writes, and how large it may become. */
  readonly workspace?: { readonly path: string; readonly bytes: number };
}

/** What is told while it runs. */
export interface Ears {
  readonly onLine: (from: "stdout" | "stderr", line: Line) => void;
  /** What is worth a word and changes nothing. */
  readonly onWarning: (text: string) => void;
}

/** The steps between making a container and its exit code; `signal` fires when it is to stop. */
export type Steps = (
  container: ContainerHandle,
  output: Output,
  signal: AbortSignal,
) => Promise<Ending>;

/**
 * Takes a container through its steps, and ends it at its deadline, when it is interrupted, or when
 * it goes over a limit.
 *
 * Whatever comes of it, it is gone afterwards; where the engine did not answer when it was to be
 * removed, that is told.
 */
export async function followContainer(
  container: ContainerHandle,
  steps: Steps,
  bounds: Bounds,
  { onLine, onWarning }: Ears,
): Promise<Ending> {
  if (bounds.signal.aborted) return { kind: "interrupted" };
  const stopped = new AbortController();
  let cut: Ending | undefined;
  let removal: Promise<void> | undefined;
  const remove = (graceMs: number) =>
    removal ??= container.end(graceMs).catch((error) =>
      onWarning(`its container may still be there: ${(error as Error).message}`)
    );
  const stop = (ending: Ending) => {
    cut ??= ending;
    stopped.abort();
    // Who says or writes too much is not asked to go on a little.
    remove(ending.kind === "limited" ? 0 : bounds.killGraceMs);
  };
  const over = (limit: LimitName, value: number) => stop({ kind: "limited", limit, value });
  const interrupt = () => stop({ kind: "interrupted" });
  bounds.signal.addEventListener("abort", interrupt);
  const { timeoutMs, workspace } = bounds;
  const timer = timeoutMs === undefined
    ? undefined
    : setTimeout(() => stop({ kind: "timed-out", afterMs: timeoutMs }), timeoutMs);
  const meter = meterOf(bounds.outputBytes, (most) => over("output", most));
  const watch = workspace &&
    watchTreeSize(workspace.path, workspace.bytes, () => over("workspace", workspace.bytes));
  try {
    const ending = await steps(container, { meter, onLine }, stopped.signal);
    await watch?.stop();
    return cut ?? ending;
  } catch (error) {
    if (cut !== undefined) return cut;
    remove(0);
    if (!(error instanceof EngineFailure)) throw error;
    return { kind: error.kind === "lost" ? "lost" : "not-started", reason: error.message };
  } finally {
    await watch?.stop();
    clearTimeout(timer);
    bounds.signal.removeEventListener("abort", interrupt);
    if (container.stays) remove(0);
    await removal;
  }
}
