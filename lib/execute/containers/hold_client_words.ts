import type { Line } from "../split_lines.ts";

type From = "stdout" | "stderr";
type OnLine = (from: From, line: Line) => void;

/** Lines that may be the client's own, kept back until it is known whose they are. */
export interface HeldWords {
  readonly onLine: OnLine;
  /** Passes on what is held: it was the task's. */
  release(): void;
  /** Takes what is held, or the last line of standard error: it was the client's. */
  take(): string;
}

/** How a client of an engine begins to complain. */
const CLIENT =
  /^(docker: |Error: |Error response from daemon: |WARNING: |Unable to find image |time=")/;
const MOST_LINES = 20;
/** A client that cannot start a container says so at once. */
const HOLD_MS = 2_000;

/**
 * Keeps back the first lines of standard error where they look like the client's, not the task's:
 * whoever reads the log of a task is not to find the engine's errors in it.
 *
 * Nothing is decided by them; a task can say the same.
 */
export function holdClientWords(onLine: OnLine): HeldWords {
  let held: Line[] | undefined = [];
  let last = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const release = () => {
    clearTimeout(timer);
    const lines = held ?? [];
    held = undefined;
    lines.forEach((it) => onLine("stderr", it));
  };
  return {
    release,
    onLine(from, line) {
      if (from === "stderr" && line.text.trim() !== "") last = line.text;
      if (held === undefined) return onLine(from, line);
      const isClients = from === "stderr" && (held.length > 0 || CLIENT.test(line.text));
      if (!isClients || held.length === MOST_LINES) {
        release();
        return onLine(from, line);
      }
      timer ??= setTimeout(release, HOLD_MS);
      held.push(line);
    },
    take() {
      clearTimeout(timer);
      const text = held?.map((it) => it.text).join("\n") ?? "";
      held = undefined;
      return text === "" ? last : text;
    },
  };
}
