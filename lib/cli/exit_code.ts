/** Exit codes. They are part of the interface: a number never changes its meaning. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreadable: 3,
  refused: 4,
  timedOut: 124,
  host: 125,
  interrupted: 130,
  closedPipe: 141,
  terminated: 143,
} as const;

/** The name of an exit code, as the tables of the commands use it. */
export type ExitName = keyof typeof ExitCode;

/** What each means, for help, manual and README; a command may say it more closely. */
export const EXIT_MEANINGS: Readonly<Record<ExitName, string>> = {
  ok: "fine",
  failed: "the execution failed, or there are findings",
  usage: "wrong usage",
  unreadable: "a policy, a flow or another file cannot be read",
  refused: "refused by policy, or not supported",
  timedOut: "timed out",
  host: "this machine lacks something, or the harness cannot go on",
  interrupted: "interrupted by Ctrl-C",
  closedPipe: "nobody reads the answer",
  terminated: "ended by SIGTERM",
};
