import type { Resumer } from "../execute/mod.ts";
import {
  type Diagnostic,
  type FlowPlan,
  type Pause,
  StageError,
  type TaskPlan,
} from "../model/mod.ts";
import { printable } from "../report/mod.ts";
import { nearest } from "../source/mod.ts";
import { UsageError } from "./command.ts";
import type { Prompt } from "./prompt.ts";

/** What a command line says about pauses. */
export interface PauseOptions {
  readonly yes: boolean;
  /** `NAME=TEXT`, the last of each name. */
  readonly onResume: readonly string[];
}

/**
 * Whoever lets pauses go on: `--yes`, else whoever sits at the terminal, else nobody.
 *
 * @param prompt Absent where nobody can be asked.
 */
export function resumerOf(
  { yes, onResume }: PauseOptions,
  prompt: (() => Promise<Prompt>) | undefined,
): Resumer | undefined {
  const given = pairsOf(onResume);
  if (yes) {
    return { by: "--yes", answers: false, given, decide: () => Promise.resolve("resume") };
  }
  if (prompt === undefined) return undefined;
  // Pauses side by side are asked about one after the other.
  let before: Promise<unknown> = Promise.resolve();
  return {
    by: "terminal",
    answers: true,
    given,
    decide(question, signal) {
      const answer = before.then(async () =>
        signal.aborted ? undefined : await ask(question, await prompt())
      );
      before = answer;
      return answer;
    },
  };
}

async function ask(
  { task, flow }: { readonly task: string; readonly flow: string },
  prompt: Prompt,
): Promise<"resume" | "kill"> {
  for (;;) {
    const line = await prompt.line(
      printable(`paused at "${task}" of ${flow}: Enter resumes, k kills `),
      "shown",
    );
    // Ctrl-D: nobody is going to say anything any more.
    if (line === undefined || line.trim().toLowerCase() === "k") return "kill";
    if (line.trim() === "") return "resume";
  }
}

function pairsOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError(`Cannot use "${pair}" for a pause: expected name=value`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  }));
}

/**
 * Says before anything runs which pauses nobody could end.
 *
 * @param plans Of the flow, and of those that it is known to start.
 * @throws {StageError} Fault `usage`.
 */
export function checkPauses(
  plans: readonly FlowPlan[],
  resumer: Resumer | undefined,
  { onResume }: Pick<PauseOptions, "onResume">,
): void {
  const pauses = pausesOf(plans);
  const problems = pauses.flatMap(([plan, pause]) => problemsOf(plan, pause, resumer));
  const known = pauses.flatMap(([, it]) => it.onResume.map(({ id }) => id));
  for (const name of Object.keys(pairsOf(onResume))) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    problems.push({
      code: "usage/unknown-input",
      severity: "error",
      message: `Cannot use "${name}" for a pause: ${
        known.length === 0 ? "no pause asks for anything" : `they ask for ${known.join(", ")}`
      }`,
      ...(near !== undefined && { help: `Did you mean "${near}"?` }),
    });
  }
  if (problems.length > 0) throw new StageError(problems, "usage");
}

/** Whether somebody at the terminal may be asked while the run goes on. */
export function mayAsk(plans: readonly FlowPlan[], resumer: Resumer | undefined): boolean {
  return resumer?.answers === true &&
    pausesOf(plans).some(([, it]) => it.pauseDuration === undefined);
}

function pausesOf(plans: readonly FlowPlan[]): readonly (readonly [TaskPlan, Pause])[] {
  return plans.flatMap((it) => it.tasks).flatMap((it): [TaskPlan, Pause][] =>
    it.task.flowable?.kind === "Pause" && !it.task.disabled &&
      it.mocks?.some((mock) => mock.value === undefined) !== true
      ? [[it, it.task.flowable]]
      : []
  );
}

function problemsOf(
  { task }: TaskPlan,
  { pauseDuration, onResume }: Pause,
  resumer: Resumer | undefined,
): Diagnostic[] {
  if (pauseDuration !== undefined) return [];
  if (resumer === undefined) {
    if (task.timeoutMs !== undefined) return [];
    return [{
      code: "usage/pause",
      severity: "error",
      message: `Cannot run task "${task.id}": it waits for somebody, and there is nobody to ask`,
      at: task.type.source,
      help: "Say --yes to let every pause go on, or run it on a terminal",
    }];
  }
  if (resumer.answers) return [];
  return onResume.flatMap(({ id, type, required, defaults, source }): Diagnostic[] =>
    !required || defaults !== undefined || Object.hasOwn(resumer.given, id) ? [] : [{
      code: "usage/missing-input",
      severity: "error",
      message: `Cannot run task "${task.id}": "${id}" (${type}), which it asks for, has no value`,
      at: source,
      help: `Give it with --on-resume ${id}=…`,
    }]
  );
}
