import type { Workspace } from "./workspace.ts";
import { FileRefusal } from "./files/file_refusal.ts";
import type { TaskOutcome, TaskRun } from "./run_task.ts";

/** Makes files in the workspace that tasks share, and stores some of it. */
export const LOCAL_FILES = "io.kestra.plugin.core.storage.LocalFiles";

/**
 * Does the work of `io.kestra.plugin.core.storage.LocalFiles`: lays `inputs` in the workspace of the
 * `WorkingDirectory` around it, and stores what the patterns of `outputs` find there, as `uris`. Kestra has
 * deprecated the class; outside of a `WorkingDirectory` its files would be gone when it ends.
 *
 * Only the harness reaches a workspace: the task's child has rendered the properties, and no more.
 *
 * @param outcome Of the child; its outputs are the properties, rendered.
 */
export async function runLocalFiles(run: TaskRun, outcome: TaskOutcome): Promise<TaskOutcome> {
  if (outcome.state !== "SUCCESS") return outcome;
  const { inputs, outputs } = outcome.outputs as {
    readonly inputs: Readonly<Record<string, string | null>>;
    readonly outputs: readonly string[];
  };
  const own = run.shared === undefined ? await run.root.workspace(run.id) : undefined;
  await using _own = own;
  const workspace = run.shared ?? own!;
  try {
    await layInputs(run, inputs, workspace);
    const uris = await storeOutputs(run, outputs, workspace);
    return { ...outcome, outputs: { uris } };
  } catch (error) {
    if (!(error instanceof FileRefusal)) throw error;
    return { ...outcome, state: "FAILED", error: error.message, outputs: {} };
  }
}

async function layInputs(
  { files }: TaskRun,
  inputs: Readonly<Record<string, string | null>>,
  { path }: Workspace,
): Promise<void> {
  const { openTree } = await import("./files/open_tree.ts");
  const { checkFileName } = await import("./files/check_file_name.ts");
  const { isFileUri, openUri } = await import("./files/file_sources.ts");
  const tree = openTree(path);
  for (const [given, content] of Object.entries(inputs)) {
    const checked = checkFileName(given);
    if (!checked.ok) throw new FileRefusal(`Cannot lay file "${given}": ${checked.fact}`);
    if (content?.startsWith("file://")) {
      throw new FileRefusal(`Cannot use file "${content}": LocalFiles lays stored files only`);
    }
    await tree.write(
      checked.name,
      content !== null && isFileUri(content)
        ? await openUri(content, { ...files, localFiles: [] })
        : content ?? "",
    );
  }
}

async function storeOutputs(
  { files, emit, plan, id }: TaskRun,
  outputs: readonly string[],
  { path }: Workspace,
): Promise<Readonly<Record<string, string>>> {
  if (outputs.length === 0) return {};
  const { readPatterns } = await import("./files/read_patterns.ts");
  const { collectFiles } = await import("./files/collect_files.ts");
  return await collectFiles(
    path,
    { patterns: await readPatterns(outputs, path), outputDirectory: false },
    files.store,
    { task: plan.task.id, taskRun: id },
    (message) => emit({ type: "task.log", level: "WARN", message }),
  );
}
