import type { RegistryCredentials, ScriptWork } from "../model/mod.ts";
import { isTrue } from "../source/is_true.ts";
import { handFiles } from "./files/hand_files.ts";
import { tellPlace } from "./locate_expression.ts";
import type { Rendered } from "./renderer.ts";
import type { ScriptProgram, TaskOutcome, TaskRun } from "./run_task.ts";

/** What only containers have of the author's texts, rendered. */
export interface RenderedContainer {
  readonly image: string;
  readonly credentials?: RegistryCredentials;
}

/** A script's texts as they are meant. */
export interface RenderedScript {
  readonly work: ScriptWork;
  /** Present for a container. */
  readonly container?: RenderedContainer;
}

/**
 * Renders every text of the author's, in a child that can reach nothing.
 *
 * @param places What expressions see beside the flow's variables: `workingDir`, `outputDir`. With them
 * comes `outputFiles`: where each output file that is no glob has to be written, by its name.
 * @returns Or the outcome, where the task is skipped or its expressions cannot be rendered.
 */
export async function renderScript(
  run: TaskRun,
  program: ScriptProgram,
  places: Readonly<{ workingDir: string; outputDir: string }>,
): Promise<RenderedScript | { readonly outcome: TaskOutcome }> {
  // Paths of the policy are no texts of the author's.
  const { localFiles, ...texted } = program.work;
  const { plan } = run;
  const runIf = plan.task.runIf?.value;
  const written = {
    ...(runIf !== undefined && { runIf }),
    work: texted,
    ...(program.kind === "container" && {
      container: {
        image: program.spec.image,
        ...(program.credentials && { credentials: program.credentials }),
      },
    }),
  };
  const scope = {
    variables: { ...run.variables, ...places, ...namedFiles(program.work, places.workingDir) },
    secrets: run.secrets,
    ...await handFiles(run, written),
  };
  if (runIf !== undefined) {
    const condition = await run.renderer.render(runIf, scope);
    if (!condition.ok) return { outcome: failedToRender(run, condition) };
    if (!isTrue(String(condition.value))) return { outcome: { state: "SKIPPED", outputs: {} } };
  }
  const rendered = await run.renderer.render({ ...written, runIf: undefined }, scope);
  if (!rendered.ok) return { outcome: failedToRender(run, rendered) };
  const { work, container } = rendered.value as typeof written;
  return {
    work: { ...work, ...(localFiles && { localFiles }) },
    ...(container && { container }),
  };
}

function failedToRender(
  { plan, textOf }: TaskRun,
  { message, at }: Rendered & { readonly ok: false },
): TaskOutcome {
  const error = tellPlace(message, at, plan.task.effective, textOf);
  return { state: "FAILED", error, outputs: {} };
}

/** Where the output files are that are named, as Kestra tells expressions of them. */
function namedFiles({ outputFiles }: ScriptWork, workingDir: string) {
  const named = outputFiles.filter((it) =>
    !isExpression(it) && !/[*?[\\]|^(?:regex|glob):/.test(it)
  );
  return named.length === 0
    ? {}
    : { outputFiles: Object.fromEntries(named.map((it) => [it, `${workingDir}/${it}`])) };
}

/** Whether a text has to be rendered. */
function isExpression(text: string): boolean {
  return text.includes("{");
}
