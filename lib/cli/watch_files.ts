import { posix } from "node:path";
import { StageError } from "../model/mod.ts";

/** So long nothing may change before what changed is told: editors write a file in several steps. */
const QUIET_MS = 100;

/**
 * Waits until one of some files, or something in some directories, is changed, made or removed, and
 * nothing more happens for a moment.
 *
 * A file is watched by its directory: editors put a new one in its place.
 *
 * @param paths Files, and directories with all below them. What is not there is waited for where the
 * directory around it is.
 * @param signal Ends the waiting.
 * @param hasChanged Asked when the watching has begun: what happened before that is told by nobody else.
 * @returns The paths that changed, absolute; none where the signal ended it.
 */
export async function nextChange(
  paths: readonly string[],
  signal: AbortSignal,
  hasChanged: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const watched = await Promise.all(paths.map(whatToWatch));
  const places = (how: Watched["how"]) => [
    ...new Set(watched.flatMap((it) => it.how === how ? [it.directory] : [])),
  ];
  const [deep, flat] = [places("deep"), places("flat")];
  if (signal.aborted || deep.length + flat.length === 0) return [];
  const watchers = [watch(deep, true), watch(flat, false)].flatMap((it) => it ?? []);
  const close = () => watchers.forEach((it) => it.close());
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (watcher: Deno.FsWatcher) => {
    for await (const { kind, paths } of watcher) {
      if (!["create", "modify", "remove", "rename"].includes(kind)) continue;
      const known = paths.filter((path) => watched.some((it) => it.covers(path)));
      if (known.length === 0) continue;
      for (const it of known) changed.add(it);
      clearTimeout(timer);
      timer = setTimeout(close, QUIET_MS);
    }
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    const before = await hasChanged();
    for (const it of before) changed.add(it);
    if (before.length > 0) close();
    await Promise.all(watchers.map(look));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", close);
  }
  return signal.aborted ? [] : [...changed].toSorted();
}

function watch(directories: readonly string[], recursive: boolean): Deno.FsWatcher | undefined {
  if (directories.length === 0) return undefined;
  try {
    return Deno.watchFs([...directories], { recursive });
  } catch (cause) {
    const fact = (cause as Error).message.replace(/ \(os error \d+\).*$/s, "");
    throw new StageError(
      [{
        code: "test/watch",
        severity: "error",
        message: `Cannot watch ${directories.map((it) => `"${it}"`).join(", ")}: ${fact}`,
        help: "Linux watches as many directories as fs.inotify.max_user_watches says",
      }],
      "host",
      { cause },
    );
  }
}

interface Watched {
  readonly directory: string;
  /** `deep`: with all below it. `flat`: it holds a file that is meant, and may hold the whole machine. */
  readonly how: "deep" | "flat" | "not";
  readonly covers: (path: string) => boolean;
}

async function whatToWatch(path: string): Promise<Watched> {
  const real = await Deno.realPath(path).catch(() => undefined);
  const info = real === undefined ? undefined : await Deno.stat(real).catch(() => undefined);
  if (real !== undefined && info?.isDirectory) {
    // Of a directory its YAML files are meant.
    const covers = (it: string) => it.startsWith(`${real}/`) && /\.ya?ml$/.test(it);
    return { directory: real, how: "deep", covers };
  }
  const around = await Deno.realPath(posix.dirname(posix.resolve(path))).catch(() => undefined);
  if (around === undefined) return { directory: "", how: "not", covers: () => false };
  const file = posix.join(around, posix.basename(path));
  return { directory: around, how: "flat", covers: (it) => it === file || it === real };
}
