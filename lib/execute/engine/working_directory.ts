import type { ScriptWork, SharedWorkspace } from "../../model/mod.ts";
import { FileRefusal } from "../files/file_refusal.ts";
import { failedFor, type FlowableRun, type RunFlowable, type Went } from "./execution.ts";

/**
 * `WorkingDirectory`: its tasks one after the other, all in one workspace. Each still has its own process
 * under its own rules; nothing else is shared.
 *
 * Its output is `outputFiles`: URIs by names, of what its patterns find when the tasks have ended.
 */
export const runShared: RunFlowable<SharedWorkspace> = async (flowable, run) => {
  const { execution, taskRun } = run;
  await using workspace = await execution.root.workspace(taskRun);
  const { inputFiles, outputFiles, namespaceFiles } = flowable;
  const answer = await run.render({
    // Names are texts as well; both come back as they are where they hold no expression.
    inputFiles,
    outputFiles,
    ...(namespaceFiles && { namespaceFiles }),
  });
  if (!answer.ok) return failedFor(answer.message);
  const work = {
    command: [],
    env: {},
    outputDirectory: false,
    ...answer.value as Pick<ScriptWork, "inputFiles" | "outputFiles" | "namespaceFiles">,
  };
  try {
    await layAll(work, workspace.path, run);
    const went = await run.runTasks(flowable.tasks, { shared: workspace });
    return await collectAll(work, workspace.path, run, went);
  } catch (error) {
    if (error instanceof FileRefusal) return failedFor(error.message);
    throw error;
  }
};

/** Lays what the tasks find in their workspace. */
async function layAll(work: ScriptWork, directory: string, run: FlowableRun): Promise<void> {
  const isNone = typeof work.inputFiles !== "string" && Object.keys(work.inputFiles).length === 0;
  if (isNone && work.namespaceFiles === undefined) return;
  const { layFiles } = await import("../files/lay_files.ts");
  const sources = { ...run.execution.files, localFiles: [] };
  await layFiles(work, directory, sources, (level, message) => run.log(level, message));
}

/** Stores what the tasks have left in their workspace. */
async function collectAll(
  { outputFiles }: ScriptWork,
  directory: string,
  run: FlowableRun,
  went: Went,
): Promise<Went> {
  if (outputFiles.length === 0) return went;
  const { readPatterns } = await import("../files/read_patterns.ts");
  const { collectFiles } = await import("../files/collect_files.ts");
  const patterns = await readPatterns(outputFiles, directory);
  const kept = await collectFiles(
    directory,
    { patterns, outputDirectory: false },
    run.execution.files.store,
    { task: run.plan.task.id, taskRun: run.taskRun },
    (message) => run.log("WARN", message),
  );
  return { ...went, outputs: { outputFiles: kept } };
}
