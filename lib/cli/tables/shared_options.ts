import type { OptionTable } from "../command_table.ts";

/** Options of every command. */
export const EVERYWHERE = {
  "log-format": {
    value: "FORMAT",
    choices: ["text", "json"],
    about: "what is said on stderr: text, or json as JSON Lines",
  },
  quiet: {
    short: "q",
    about: "no notes on stderr; warnings and errors stay",
  },
  help: { short: "h", about: "show this: options, exit codes and examples" },
} as const satisfies Record<string, OptionTable>;

/** Options of commands that read policies. */
export const POLICY = {
  policy: {
    short: "p",
    value: "PATH",
    multiple: true,
    about: "a policy file, or a directory of them; repeat it, outermost first",
    completes: "file",
  },
} as const satisfies Record<string, OptionTable>;

/** Options of commands that start children. */
export const MACHINE = {
  runtime: {
    value: "PATH",
    about: "the Deno that runs the tasks (also BULKHEAD_RUNTIME)",
    completes: "file",
  },
  workspace: {
    value: "DIR",
    about: "where workspaces are made (default: a directory in the system's own)",
    completes: "directory",
  },
} as const satisfies Record<string, OptionTable>;

/** Options of commands that take what they need from a bundle. */
export const BUNDLE = {
  bundle: {
    value: "FILE",
    about: "a signed bundle of policies, flows and plugins; FLOW is one of its flows",
    completes: "file",
  },
  trust: {
    value: "PATH",
    multiple: true,
    about: "a key that signs, or a directory of *.pub (also BULKHEAD_TRUST); repeat it",
    completes: "file",
  },
} as const satisfies Record<string, OptionTable>;

/** Options of commands that look at flows which start others. */
export const FLOWS = {
  flows: {
    value: "DIR",
    multiple: true,
    about: "flows that tasks may start: files, or directories of them; repeat it",
    completes: "directory",
  },
} as const satisfies Record<string, OptionTable>;

/** Options of commands that give an execution its inputs. */
export const INPUTS = {
  input: {
    short: "i",
    value: "K=V",
    multiple: true,
    about: "a value for an input, of a FILE K=@PATH; repeat it",
  },
  inputs: { value: "FILE", about: "values for inputs, as YAML or JSON", completes: "file" },
} as const satisfies Record<string, OptionTable>;

/** Options of commands that look at what tasks are made of. */
export const TASKS = {
  plugins: {
    value: "DIR",
    multiple: true,
    about: "modules that implement classes; repeat it",
    completes: "directory",
  },
  "namespace-files": {
    value: "DIR",
    about: "the files of namespaces, a directory for each: DIR/company.team/…",
    completes: "directory",
  },
} as const satisfies Record<string, OptionTable>;

/** Options of commands that look at flows under policies, down to the machine. */
export const QUESTION = {
  ...POLICY,
  ...TASKS,
  ...FLOWS,
  mock: {
    value: "FILE",
    about: "what stands in for tasks, as the fixtures of a unit test; FILE#CASE is a test's own",
    completes: "file",
  },
  ...BUNDLE,
  ...MACHINE,
} as const satisfies Record<string, OptionTable>;
