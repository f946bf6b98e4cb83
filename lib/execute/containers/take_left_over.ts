import { lockFile, openLibc } from "../../kernel/mod.ts";
import { clearExecution } from "../clear_left_overs.ts";
import { isExecutionId, LOCK } from "../workspace.ts";
import type { EngineClientCalls } from "./engine_client_calls.ts";
import { readResumeNotes, type ResumeNote } from "./resume_note.ts";

/** A container that a dead harness left, and that is this harness's now. */
export interface LeftOver extends AsyncDisposable {
  readonly note: ResumeNote;
}

/**
 * Takes up the container of the same task with the same work, where a dead harness left one.
 *
 * What is left of the same task with other work, and of a container that never started, is cleared:
 * it was spared only for this. Disposing of what was taken clears what is left of its execution.
 *
 * @param root Where executions have their directories.
 */
export async function takeLeftOver(
  root: string,
  { key, work }: Pick<ResumeNote, "key" | "work">,
  calls: EngineClientCalls,
): Promise<LeftOver | undefined> {
  const uid = Deno.uid();
  const libc = openLibc();
  let taken: LeftOver | undefined;
  for await (const { name, isDirectory } of Deno.readDir(root)) {
    const path = `${root}/${name}`;
    if (!isDirectory || !isExecutionId(name)) continue;
    const info = await Deno.lstat(path).catch(() => undefined);
    if (info === undefined || info.uid !== uid) continue;
    const lock = lockFile(libc, Deno.build.arch, `${path}/${LOCK}`);
    if (lock === "held" || lock === "missing") continue;
    const clear = async () => {
      await clearExecution(libc, path, name);
      lock[Symbol.dispose]();
    };
    const notes = await readResumeNotes(`${path}/private`).catch(() => []);
    const note = notes.find((it) => it.key === key);
    if (note === undefined) {
      lock[Symbol.dispose]();
    } else if (
      taken === undefined && note.work === work && await hasStarted(note.name, name, calls)
    ) {
      taken = {
        note,
        async [Symbol.asyncDispose]() {
          await clear();
          libc[Symbol.dispose]();
        },
      };
    } else await clear();
  }
  if (taken === undefined) libc[Symbol.dispose]();
  return taken;
}

async function hasStarted(
  name: string,
  execution: string,
  calls: EngineClientCalls,
): Promise<boolean> {
  const { code, stdout } = await calls.ask(["inspect", "--type=container", name]);
  if (code !== 0) return false;
  const [{ State, Config }] = JSON.parse(stdout);
  return Config?.Labels?.["bulkhead.execution"] === execution &&
    Number(String(State?.StartedAt).slice(0, 4)) >= 1971;
}
