import type { ContainerTestPlan, SelfTest } from "../../model/mod.ts";
import { runContainer } from "../containers/run_container.ts";
import { judgeTrial } from "./judge_trial.ts";
import { makeProps } from "./make_props.ts";

const PATIENCE_MS = 60_000;

/** What a container engine is reached with. */
export interface EngineAccess {
  /** Where it answers: `unix:///…`. */
  readonly host: string;
  /** What its client may see of the environment. */
  readonly clientEnv: Readonly<Record<string, string>>;
}

/**
 * Proves the container layer: a container like that of a task tries what it must not be able to,
 * and what it must.
 *
 * @param plan Its directory exists and is empty.
 * @returns What came of every trial; what kept the container from answering is a reason in words.
 */
export async function runContainerTrials(
  plan: ContainerTestPlan,
  { host, clientEnv }: EngineAccess,
  signal: AbortSignal,
): Promise<SelfTest> {
  try {
    makeProps(plan.props);
    const { uid, gid } = plan.owner;
    if (Deno.uid() === 0) { for (const it of plan.owned) await Deno.chown(it, uid, gid); }
  } catch (error) {
    return { results: [], broken: `its files cannot be made: ${(error as Error).message}` };
  }
  const said: Record<"stdout" | "stderr", string[]> = { stdout: [], stderr: [] };
  const ending = await runContainer({
    argv: plan.argv,
    kind: "docker",
    name: plan.name,
    mark: plan.name,
    engine: host,
    clientEnv,
    timeoutMs: PATIENCE_MS,
    signal,
    onLine: (from, { text }) => {
      if (said[from].length < 100) said[from].push(text);
    },
  });
  if (said.stdout.length !== plan.trials.length) {
    const detail = ending.kind === "exited"
      ? `it ended with ${ending.code}`
      : "reason" in ending
      ? ending.reason
      : ending.kind;
    const line = said.stderr.find((it) => it.trim() !== "");
    return {
      results: [],
      broken: `its container gave no answer: ${detail}${line ? `: ${line}` : ""}`,
    };
  }
  return { results: plan.trials.map((it, i) => judgeTrial(it, said.stdout[i])) };
}
