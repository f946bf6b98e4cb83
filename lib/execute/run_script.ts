import type { Ending, ScriptWork } from "../model/mod.ts";
import { OUTPUT_DIRECTORY } from "./files/check_file_name.ts";
import { FileRefusal } from "./files/file_refusal.ts";
import type { FilePatterns } from "./files/read_patterns.ts";
import { readScriptOutput } from "./read_script_output.ts";
import { type RenderedScript, renderScript } from "./render_script.ts";
import { runInChild } from "./run_in_child.ts";
import { runInContainer } from "./containers/run_in_container.ts";
import { runOnHost } from "./run_on_host.ts";
import {
  outcomeOf,
  type Reports,
  type ScriptProgram,
  type TaskOutcome,
  type TaskRun,
} from "./run_task.ts";
import type { Line } from "./split_lines.ts";
import { removeTree, type Workspace } from "./workspace.ts";

/** A script that is ready to run: its texts are rendered, its files are laid. */
export interface ReadyScript {
  readonly run: TaskRun;
  readonly workspace: Workspace;
  readonly work: ScriptWork;
  /** The task's own variables, and where it works. */
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (from: "stdout" | "stderr", line: Line) => void;
}

/**
 * Runs a script task: renders its texts, lays its files, runs it where its plan says, and stores
 * what it leaves.
 *
 * The state is the exit code's; outputs of a failed script are kept. A file that may not be laid, or a
 * pattern that cannot be read, is told before anything runs.
 */
export async function runScript(
  run: TaskRun,
  program: ScriptProgram,
  reports: Reports,
): Promise<TaskOutcome> {
  await using own = run.shared === undefined ? await run.root.workspace(run.id) : undefined;
  const workspace = (run.shared ?? own)!;
  const outputDir = `${workspace.path}/${OUTPUT_DIRECTORY}`;
  // What a task before has left there was its own.
  if (run.shared !== undefined) await removeTree(outputDir);
  const rendered = await renderScript(run, program, { workingDir: workspace.path, outputDir });
  if ("outcome" in rendered) return rendered.outcome;
  const prepared = await prepare(run, rendered.work, workspace, reports);
  if ("reason" in prepared) {
    return outcomeOf({ kind: "not-started", reason: prepared.reason }, undefined);
  }
  const { work, patterns } = prepared;
  const output = readScriptOutput(reports, [
    ...Object.values(run.secrets),
    ...run.hidden ?? [],
  ]);
  const ending = await runProgram(program, rendered, {
    run,
    workspace,
    work,
    env: { ...work.env, WORKING_DIR: workspace.path, OUTPUT_DIR: outputDir },
    onLine: output.onLine,
  });
  return scriptOutcome(ending, {
    vars: output.vars(),
    outputFiles: await collect(run, ending, work, patterns, workspace, reports),
  });
}

/** Runs a script that is ready, where its plan says. */
async function runProgram(
  program: ScriptProgram,
  { container }: RenderedScript,
  ready: ReadyScript,
): Promise<Ending> {
  switch (program.kind) {
    case "container":
      return await runInContainer(program, container!, ready);
    case "process":
      return await runOnHost(program, ready);
    case "script":
      return await runInChild(program, ready);
  }
}

/** Lays the files of a script; what is wrong with them is a reason not to run it. */
async function prepare(
  run: TaskRun,
  work: ScriptWork,
  { path }: Workspace,
  { onLog }: Reports,
): Promise<
  | { readonly work: ScriptWork; readonly patterns?: FilePatterns }
  | { readonly reason: string }
> {
  try {
    const { layFiles } = await import("./files/lay_files.ts");
    const laid = await layFiles(
      work,
      path,
      { ...run.files, localFiles: work.localFiles ?? [] },
      onLog,
    );
    if (work.outputFiles.length === 0) return { work: laid };
    const { readPatterns } = await import("./files/read_patterns.ts");
    return { work: laid, patterns: await readPatterns(work.outputFiles, path) };
  } catch (error) {
    if (error instanceof FileRefusal) return { reason: error.message };
    throw error;
  }
}

/** Stores the files that a script has left; where it went over what its workspace may hold, none. */
async function collect(
  { plan, id, files }: TaskRun,
  ending: Ending,
  { outputDirectory }: ScriptWork,
  patterns: FilePatterns | undefined,
  { path }: Workspace,
  { onLog }: Reports,
): Promise<Readonly<Record<string, string>>> {
  if (patterns === undefined && !outputDirectory) return {};
  const isTooMuch = ending.kind === "limited" && ending.limit === "workspace";
  if (ending.kind === "not-started" || isTooMuch) return {};
  const { collectFiles } = await import("./files/collect_files.ts");
  return await collectFiles(
    path,
    { ...(patterns && { patterns }), outputDirectory },
    files.store,
    { task: plan.task.id, taskRun: id },
    (message) => onLog("WARN", message),
  );
}

/** What a script leaves, whatever its exit code is. */
interface Left {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly outputFiles: Readonly<Record<string, string>>;
}

function scriptOutcome(ending: Ending, { vars, outputFiles }: Left): TaskOutcome {
  if (ending.kind !== "exited") {
    return { ...outcomeOf(ending, undefined), outputs: { vars, outputFiles } };
  }
  const outputs = { vars, exitCode: ending.code, outputFiles };
  return ending.code === 0
    ? { state: "SUCCESS", ending, outputs }
    : { state: "FAILED", ending, error: `Command failed with exit code ${ending.code}`, outputs };
}
