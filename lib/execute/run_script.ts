import type { Ending, Job, Program } from "../model/mod.ts";
import type { UsedEngine } from "./clear_left_overs.ts";
import { hideCut } from "./mask_secrets.ts";
import { readProtocolLine } from "./read_protocol_line.ts";
import { runChild } from "./run_child.ts";
import { runContainer } from "./run_container.ts";
import {
  markOf,
  outcomeOf,
  type Reports,
  type TaskOutcome,
  type TaskRun,
  tellLimits,
} from "./run_task.ts";

type Container = Extract<Program, { kind: "container" }>;

/** What an image reference may be; above all it cannot be taken for an option. */
const IMAGE = /^[a-z0-9][A-Za-z0-9._\-/:@]{0,511}$/;

/**
 * Runs a script task in a container.
 *
 * Its expressions are rendered by a child without permissions; the governed values are looked
 * at again afterwards. The state is the exit code's; outputs of a failed script are kept.
 */
export async function runScript(
  run: TaskRun,
  program: Container,
  reports: Reports,
): Promise<TaskOutcome> {
  await using workspace = await run.root.workspace(run.id);
  const outputDir = `${workspace.path}/output`;
  const rendered = await render(run, program, { workingDir: workspace.path, outputDir });
  if ("outcome" in rendered) return rendered.outcome;
  const { argv, env } = rendered;
  const image = argv[program.image]!;
  if (!IMAGE.test(image)) return notStarted(`"${image}" is not the name of an image`);
  const broken = Object.entries(env).find(([, value]) => /[\n\r\0]/.test(value));
  if (broken !== undefined) {
    return notStarted(`variable "${broken[0]}" holds a line break, which cannot be passed on`);
  }

  await Deno.mkdir(outputDir, { mode: 0o700 });
  if (program.owner !== undefined && Deno.uid() === 0) {
    const { uid, gid } = program.owner;
    for (const path of [workspace.path, outputDir]) await Deno.chown(path, uid, gid);
  }
  const lines = Object.entries({ ...env, WORKING_DIR: workspace.path, OUTPUT_DIR: outputDir });
  const envFile = await run.root.privateFile(
    `${run.id}.env`,
    lines.map(([key, value]) => `${key}=${value}\n`).join(""),
  );
  const used: UsedEngine = { client: argv[0]!, host: program.engine };
  await run.root.privateFile(`${run.id}.engine`, JSON.stringify(used));
  const name = `bulkhead-${run.id}`;
  const places: Readonly<Record<string, string>> = {
    "<workspace>": workspace.path,
    "<container>": name,
    "<env-file>": envFile,
    "<execution>": run.execution,
    "<task-run>": run.id,
  };
  let vars: Record<string, unknown> = {};
  const { workspaceBytes, outputBytes } = run.plan.limits;
  const ending = await runContainer({
    // What the author wrote stands from the image on, and is not filled in.
    argv: argv.map((it, i) => i < program.image ? fill(it, places) : it),
    name,
    mark: markOf(run),
    workspace: workspace.path,
    ...(workspaceBytes !== undefined && { workspaceBytes }),
    ...(outputBytes !== undefined && { outputBytes }),
    engine: program.engine,
    clientEnv: clientEnv(run.env),
    ...(run.plan.timeoutMs !== undefined && { timeoutMs: run.plan.timeoutMs }),
    signal: run.signal,
    onLine: (from, it) => {
      const text = hideCut(it, Object.values(run.secrets));
      const line = readProtocolLine(text);
      if (line.kind === "text") return reports.onLog(from === "stdout" ? "INFO" : "ERROR", text);
      if (line.kind === "bad") {
        return reports.onLog("WARN", `Invalid outputs "${text}": ${line.reason}`);
      }
      vars = { ...vars, ...line.outputs };
      line.metrics.forEach(reports.onMetric);
      line.logs.forEach((it) => reports.onLog(it.level, it.message));
    },
  });
  if (ending.kind === "limited") tellLimits(run, [ending.limit]);
  return scriptOutcome(ending, vars);
}

/** Every text of the author's, rendered where it can reach nothing. */
async function render(
  run: TaskRun,
  { templated, env }: Container,
  places: Readonly<Record<string, string>>,
): Promise<
  | { readonly outcome: TaskOutcome }
  | { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> }
> {
  const { plan } = run;
  const texts = [...templated.map((i) => plan.argv[i]!), ...Object.values(env)];
  if (!texts.some((it) => it.includes("{")) && plan.task.runIf === undefined) {
    return { argv: plan.argv, env };
  }
  const job: Job = {
    v: 1,
    work: { kind: "render", texts },
    task: {},
    variables: { ...run.variables, ...places },
    secrets: run.secrets,
    ...(plan.task.runIf && { runIf: plan.task.runIf.value }),
    spawn: true,
  };
  const { ending, result } = await runChild({
    argv: run.renderChild.argv,
    spawn: run.launcher.under(run.renderChild.kernel),
    env: {},
    cwd: "/",
    job,
    ...(plan.timeoutMs !== undefined && { timeoutMs: plan.timeoutMs }),
    signal: run.signal,
    onLog: () => {},
    onMetric: () => {},
    onDenied: () => {},
  });
  if (result?.state !== "success") return { outcome: outcomeOf(ending, result) };
  const { outputs } = result;
  if (!Array.isArray(outputs) || outputs.length !== texts.length) {
    return { outcome: notStarted("its expressions could not be rendered") };
  }
  const argv = [...plan.argv];
  templated.forEach((at, i) => argv[at] = String(outputs[i]));
  const values = outputs.slice(templated.length).map(String);
  return {
    argv,
    env: Object.fromEntries(Object.keys(env).map((key, i) => [key, values[i]!])),
  };
}

function scriptOutcome(ending: Ending, vars: Record<string, unknown>): TaskOutcome {
  if (ending.kind !== "exited") return { ...outcomeOf(ending, undefined), outputs: { vars } };
  const outputs = { vars, exitCode: ending.code };
  return ending.code === 0
    ? { state: "SUCCESS", ending, outputs }
    : { state: "FAILED", ending, error: `Command failed with exit code ${ending.code}`, outputs };
}

function notStarted(reason: string): TaskOutcome {
  return outcomeOf({ kind: "not-started", reason }, undefined);
}

function fill(text: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((it, [place, value]) => it.replaceAll(place, value), text);
}

/** What the client needs to find the credentials of registries. */
function clientEnv(env: TaskRun["env"]): Record<string, string> {
  return Object.fromEntries(
    ["HOME", "DOCKER_CONFIG"].flatMap((name) => {
      const value = env(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
