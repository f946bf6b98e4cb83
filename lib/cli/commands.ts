import type { Command } from "./command.ts";
import type { CommandTable } from "./command_table.ts";

/**
 * A command by its name. Its table is loaded when somebody asks for its options, and what it does
 * when it is called: what nobody asks for costs no start-up time.
 */
export interface CommandEntry {
  readonly name: string;
  /** One line, no period. */
  readonly summary: string;
  readonly table: () => Promise<CommandTable>;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "run",
    summary: "Run a flow, every task isolated as the policies say",
    table: async () => (await import("./tables/run.ts")).RUN,
    load: async () => (await import("./run.ts")).run,
  },
  {
    name: "plan",
    summary: "Show for every task what would run, and which line of which policy says so",
    table: async () => (await import("./tables/plan.ts")).PLAN,
    load: async () => (await import("./plan.ts")).plan,
  },
  {
    name: "check",
    summary: "Say what is wrong with policies and flows, without running anything",
    table: async () => (await import("./tables/check.ts")).CHECK,
    load: async () => (await import("./check.ts")).check,
  },
  {
    name: "explain",
    summary: "Say whether a task may do something, which lines decide, and what would change it",
    table: async () => (await import("./tables/explain.ts")).EXPLAIN,
    load: async () => (await import("./explain.ts")).explain,
  },
  {
    name: "what-if",
    summary: "Replay recorded runs against another policy, without running anything",
    table: async () => (await import("./tables/what_if.ts")).WHAT_IF,
    load: async () => (await import("./what_if.ts")).whatIf,
  },
  {
    name: "test",
    summary: "Run unit tests of flows, and judge policies by the tests beside and in them",
    table: async () => (await import("./tables/test.ts")).TEST,
    load: async () => (await import("./test.ts")).test,
  },
  {
    name: "diff",
    summary: "Say what one policy lets tasks do and another does not",
    table: async () => (await import("./tables/diff.ts")).DIFF,
    load: async () => (await import("./diff.ts")).diff,
  },
  {
    name: "score",
    summary: "Say in one number what a policy leaves open, and in a sentence each by what",
    table: async () => (await import("./tables/score.ts")).SCORE,
    load: async () => (await import("./score.ts")).score,
  },
  {
    name: "learn",
    summary: "Run a flow, watch it, propose the smallest policy for it, and prove that",
    table: async () => (await import("./tables/learn.ts")).LEARN,
    load: async () => (await import("./learn.ts")).learn,
  },
  {
    name: "keygen",
    summary: "Make a pair of keys, to sign bundles and to trust them",
    table: async () => (await import("./tables/keygen.ts")).KEYGEN,
    load: async () => (await import("./keygen.ts")).keygen,
  },
  {
    name: "pack",
    summary: "Put policies, flows and plugins into one signed file",
    table: async () => (await import("./tables/pack.ts")).PACK,
    load: async () => (await import("./pack.ts")).pack,
  },
  {
    name: "doctor",
    summary: "Say what this machine offers, and prove every layer by probes and controls",
    table: async () => (await import("./tables/doctor.ts")).DOCTOR,
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    name: "schema",
    summary: "Print the JSON Schema of policies or flows, for editors",
    table: async () => (await import("./tables/schema.ts")).SCHEMA,
    load: async () => (await import("./schema.ts")).schema,
  },
  {
    name: "completions",
    summary: "Print a script that completes commands and options in a shell",
    table: async () => (await import("./tables/completions.ts")).COMPLETIONS,
    load: async () => (await import("./completions.ts")).completions,
  },
  {
    name: "man",
    summary: "Print the manual page, as roff",
    table: async () => (await import("./tables/man.ts")).MAN,
    load: async () => (await import("./man.ts")).man,
  },
];
