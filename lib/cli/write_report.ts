import project from "../../deno.json" with { type: "json" };
import { writeWhole } from "../bundle/mod.ts";
import { type Event, type FlowPlan, StageError } from "../model/mod.ts";
import { collectReport, reportPage, type Texts } from "../report/mod.ts";
import { unwritableFact } from "./unwritable_fact.ts";

/** A report that is written while a flow runs. Disposing of it writes it for the last time. */
export interface ReportWriter extends AsyncDisposable {
  see(event: Event): void;
}

/** What a report is written from and to. */
export interface ReportTarget {
  readonly path: string;
  /** Of the flow, then of its subflows. */
  readonly plans: readonly FlowPlan[];
  readonly texts: Texts;
  readonly now: () => Date;
}

/** Between two of its states. */
const LEAST_MS = 2000;
/** Writing it takes no larger part of the time than one of so many. */
const SHARE = 20;

/**
 * Opens a report: the file is there, with a page in it, before anything runs.
 *
 * Whatever ends the run, the last page that was written is whole: each is written beside its place and
 * renamed into it.
 *
 * @throws {StageError} `host`, when the file cannot be written, now or at the end.
 */
export async function openReport(
  { path, plans, texts, now }: ReportTarget,
): Promise<ReportWriter> {
  if (texts.has(path)) {
    throw unwritable(path, "the flow or the policy is read from it");
  }
  const { data, see } = collectReport(plans);
  const page = () =>
    new TextEncoder().encode(
      reportPage(data, { at: now().toISOString(), texts, version: project.version }),
    );
  const write = async () => {
    try {
      await writeWhole(path, page(), 0o666);
    } catch (cause) {
      throw unwritable(path, unwritableFact(cause), cause);
    }
  };
  await write();
  let isOver = false;
  let writing: Promise<void> | undefined;
  let nextMs = 0;
  // What ends the harness at once leaves no time to wait for a disk.
  const atOnce = () => {
    if (!isOver && data.execution !== undefined) writeAtOnce(path, page());
  };
  addEventListener("unload", atOnce);
  return {
    see(event) {
      see(event);
      const nowMs = performance.now();
      if (writing !== undefined || nowMs < nextMs) return;
      // A failure on the way is none yet: the last writing decides.
      writing = write().catch(() => {}).finally(() => {
        const tookMs = performance.now() - nowMs;
        nextMs = performance.now() + Math.max(LEAST_MS, tookMs * SHARE);
        writing = undefined;
      });
    },
    async [Symbol.asyncDispose]() {
      await writing;
      try {
        await write();
      } finally {
        isOver = true;
        removeEventListener("unload", atOnce);
      }
    },
  };
}

function writeAtOnce(path: string, bytes: Uint8Array): void {
  const fresh = `${path}.${crypto.randomUUID()}`;
  try {
    Deno.writeFileSync(fresh, bytes, { createNew: true });
    Deno.renameSync(fresh, path);
  } catch {
    // The page of before is still there, and says when it was written.
    try {
      Deno.removeSync(fresh);
    } catch { /* it was never there */ }
  }
}

function unwritable(path: string, fact: string, cause?: unknown): StageError {
  return new StageError(
    [{
      code: "run/report",
      severity: "error",
      message: `Cannot write the report "${path}": ${fact}`,
    }],
    "host",
    { cause },
  );
}
