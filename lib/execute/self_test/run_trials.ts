import * as z from "zod/mini";
import type { SelfTest, SelfTestPlan, Trial } from "../../model/mod.ts";
import type { Launcher } from "../launcher.ts";
import { CHILD_ENV } from "../run_child.ts";
import { startProcess } from "../start_process.ts";
import { randomId } from "../workspace.ts";
import { attemptHere } from "./attempt_here.ts";
import { judgeTrial } from "./judge_trial.ts";
import main from "./main.mjs" with { type: "text" };
import { makeProps } from "./make_props.ts";

/** A child that takes longer has not proved anything. */
const PATIENCE_MS = 10_000;

const Outcomes = z.array(z.string());

/**
 * Proves the layers of children: one child of the real runtime, started like that of a task, tries
 * what its layers must refuse and what they must not.
 *
 * @param plan Its directory exists and is empty.
 * @returns What came of every trial. A child that does not answer is a failure with its reason,
 * never an error.
 */
export async function runTrials(
  plan: SelfTestPlan,
  launcher: Launcher,
  signal: AbortSignal,
): Promise<SelfTest> {
  try {
    makeProps([...plan.props, { path: plan.main, text: String(main) }]);
  } catch (error) {
    return { results: [], broken: `its files cannot be made: ${(error as Error).message}` };
  }
  const by = (who: Trial["by"]) => plan.trials.filter((it) => it.by === who);
  const spawn = launcher.under(plan.kernel);
  const here = by("harness").map(async (it) => judgeTrial(it, await attemptHere(it.attempt)));
  const beside = by("beside").map(async (it) =>
    judgeTrial(it, await attemptHere(it.attempt, spawn))
  );
  const [answer, ...around] = await Promise.all([
    askChild(plan, by("child"), launcher, signal),
    ...here,
    ...beside,
  ]);
  if ("broken" in answer) return { results: [], broken: answer.broken };
  const results = by("child").map((it, i) => judgeTrial(it, answer.outcomes[i]));
  return { results: inOrder(plan.trials, [...results, ...around]) };
}

async function askChild(
  { argv, env, kernel, directory }: SelfTestPlan,
  trials: readonly Trial[],
  launcher: Launcher,
  signal: AbortSignal,
): Promise<{ readonly outcomes: readonly string[] } | { readonly broken: string }> {
  const said = { stdout: "", stderr: "" };
  const { ending } = await startProcess({
    // Not on standard input, whose streams would be half of the cost.
    argv: [...argv, JSON.stringify(trials.map((it) => it.attempt))],
    spawn: launcher.under(kernel),
    env: { ...env, ...CHILD_ENV, TMPDIR: directory },
    cwd: directory,
    stdin: "",
    mark: randomId(),
    limits: {},
    timeoutMs: PATIENCE_MS,
    signal,
    onLine: (from, { text }) => {
      if (said[from].length < 10_000) said[from] += `${text}\n`;
    },
  });
  try {
    return { outcomes: Outcomes.parse(JSON.parse(said.stdout)) };
  } catch {
    const detail = ending.kind === "exited"
      ? `it ended with ${ending.code}`
      : ending.kind === "not-started"
      ? ending.reason
      : ending.kind;
    const [line] = said.stderr.trim().split("\n");
    return { broken: `its child gave no answer: ${detail}${line ? `: ${line}` : ""}` };
  }
}

/** The results in the order of the trials. */
function inOrder(trials: readonly Trial[], results: SelfTest["results"]): SelfTest["results"] {
  return trials.flatMap((trial) =>
    results.filter((it) =>
      it.layer === trial.layer && it.kind === trial.kind && it.what === trial.what
    )
  );
}
