import type { Denial, Ending, Job, ScriptModuleProgram } from "../model/mod.ts";
import { openAccessLog } from "./access_log.ts";
import { allowedEnv, markOf } from "./child_pool.ts";
import { findLimits } from "./find_limits.ts";
import { placeRules } from "./place_rules.ts";
import { readRecord } from "./read_record.ts";
import { startChild } from "./run_child.ts";
import type { ReadyScript } from "./run_script.ts";
import { accessTeller, tellLimits } from "./run_task.ts";
import { runProcess } from "./start_process.ts";

/**
 * Runs a script in a Deno child of its own, which ends as the script does.
 *
 * Its lines are a script's. What it is refused it says in records, as every child does; the others
 * are none of a script's, and taken for what they are: lines.
 */
export async function runInChild(
  program: ScriptModuleProgram,
  { run, workspace, env, onLine }: ReadyScript,
): Promise<Ending> {
  const { plan } = run;
  const { path, slot } = workspace;
  const log = run.watches ? await openAccessLog(run.root, run.id, workspace) : undefined;
  const child = startChild({
    argv: plan.argv.map((it) => it.replaceAll("<workspace>", path)),
    spawn: run.launcher.under(plan.kernel && placeRules(plan.kernel, slot)),
    mark: markOf(run.execution, run.id),
    limits: plan.limits,
    env: { ...allowedEnv(program.env, run.env), ...log?.env },
    cwd: path,
    preparation: { spawn: plan.spawn === "allowed", expressions: false },
  });
  const job: Job = {
    v: 1,
    work: {
      kind: "script",
      file: program.work.scriptFile.name,
      form: program.form,
      env: { HOME: path, TMPDIR: path, ...env },
    },
    task: {},
    variables: {},
    secrets: {},
    workspace: path,
  };
  const { denied: tell, accessed } = accessTeller(run, path);
  const { ending, hits } = await runProcess(child.then((it) => it.process), {
    stdin: `${JSON.stringify(job)}\n`,
    limits: plan.limits,
    workspace: path,
    ...(plan.timeoutMs !== undefined && { timeoutMs: plan.timeoutMs }),
    signal: run.signal,
    onLine: (from, line) => {
      const denial = from === "stdout" && line.kind === "record" ? denialIn(line.text) : undefined;
      if (denial === undefined) onLine(from, line);
      else tell(denial);
    },
  });
  await accessed(log);
  tellLimits(run, findLimits(ending, undefined, hits, plan.limits));
  return ending;
}

function denialIn(text: string): Denial | undefined {
  const record = readRecord(text);
  return record?.type === "denied" ? record.denial : undefined;
}
