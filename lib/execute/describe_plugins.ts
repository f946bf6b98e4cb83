import * as z from "zod/mini";
import "../source/say_in_english.ts";
import { type Diagnostic, type HarnessChild, type PluginModule, StageError } from "../model/mod.ts";
import type { Launcher } from "./launcher.ts";
import { runChild, startChild } from "./run_child.ts";

/** A module that may be a plugin. */
export interface PluginFile {
  readonly module: string;
  readonly directory: string;
}

/** A module that does not answer in this time is no plugin. */
const PATIENCE_MS = 10_000;
/** Nothing is known of it yet, so no policy says what it may use up. */
const LIMITS = { outputBytes: 2 ** 20, memoryBytes: 2 ** 29, processes: 64 };

const Description = z.object({
  type: z.string().check(
    z.regex(/^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)+$/, "its type is no dotted name"),
  ),
  properties: z.optional(z.array(z.string())),
});

/**
 * Asks modules what class they implement, each in a child of its own that may read its module
 * and do nothing else.
 *
 * @param files The modules.
 * @param childFor That child.
 * @param known Whether bulkhead itself has a class of that name.
 * @throws {StageError} When one is no plugin, or two implement one class.
 */
export async function describePlugins(
  files: readonly PluginFile[],
  childFor: (file: PluginFile) => HarnessChild,
  known: (type: string) => boolean,
  launcher: Launcher,
  signal: AbortSignal,
): Promise<readonly PluginModule[]> {
  const problems: Diagnostic[] = [];
  const found: PluginModule[] = [];
  for (const file of files) {
    const answer = await ask(file, childFor(file), launcher, signal);
    const twin = found.find((it) => typeof answer !== "string" && it.type === answer.type);
    const fact = typeof answer === "string"
      ? answer
      : twin !== undefined
      ? `class "${answer.type}" is implemented by "${twin.module}" as well`
      : known(answer.type)
      ? `class "${answer.type}" is part of bulkhead`
      : undefined;
    if (fact === undefined) found.push(answer as PluginModule);
    else {
      problems.push({
        code: "plugin/unusable",
        severity: "error",
        message: `Cannot use plugin "${file.module}": ${fact.split("\n")[0]}`,
        help: "A plugin's default export is { type, properties?, run }",
      });
    }
  }
  if (problems.length > 0) throw new StageError(problems);
  return found;
}

async function ask(
  file: PluginFile,
  { argv, kernel }: HarnessChild,
  launcher: Launcher,
  signal: AbortSignal,
): Promise<PluginModule | string> {
  const child = startChild({
    argv,
    spawn: launcher.under(kernel),
    limits: LIMITS,
    env: {},
    cwd: "/",
    preparation: { spawn: false, expressions: false },
  });
  const { ending, result } = await runChild(child, {
    job: {
      v: 1,
      work: { kind: "describe", module: file.module },
      task: {},
      variables: {},
      secrets: {},
    },
    timeoutMs: PATIENCE_MS,
    signal,
    onLog: () => {},
    onMetric: () => {},
    onDenied: () => {},
  });
  if (result?.state === "failed") return result.message;
  if (result?.state !== "success") return `it gave no answer (${ending.kind})`;
  const parsed = Description.safeParse(result.outputs);
  if (!parsed.success) return parsed.error.issues[0]!.message;
  const { type, properties } = parsed.data;
  return { ...file, type, ...(properties && { properties }) };
}
