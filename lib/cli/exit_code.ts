/** Exit codes, pinned by `tests/cli`. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreadable: 3,
  refused: 4,
  timedOut: 124,
  host: 125,
  interrupted: 130,
  terminated: 143,
} as const;
