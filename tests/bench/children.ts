import type { Launcher } from "../../lib/execute/launcher.ts";
import { placeRules } from "../../lib/execute/place_rules.ts";
import { runChild, startChild, type StartedChild } from "../../lib/execute/run_child.ts";
import type { Job, KernelRules } from "../../lib/model/mod.ts";
import { command } from "../cli/bulkhead.ts";

export const LOG = "io.kestra.plugin.core.log.Log";
export const SLEEP = "io.kestra.plugin.core.flow.Sleep";
const EVAL = "io.kestra.plugin.graalvm.js.Eval";
const SPAWNING_EVAL = "io.kestra.plugin.scripts.nashorn.Eval";

/** Under which all children here are planned: one forbidden directory, one class that may spawn. */
export const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths: [/etc/]
      authorized-class-prefix: [io.kestra.plugin.core, ${SPAWNING_EVAL}]
`;

const SCRIPT = "const it = [1, 2, 3].map((x) => x * 2); it.length";

/** What a child is started with, as `bulkhead plan` shows it. */
export interface Planned {
  readonly argv: readonly string[];
  readonly kernel?: KernelRules;
}

/** A child of the plan, what it is told to do, and the outputs that it must have. */
export interface ChildJob {
  readonly program: "log" | "eval" | "guarded";
  readonly layers: "Deno" | "all";
  readonly job: Pick<Job, "work" | "task">;
  readonly outputs: unknown;
}

/** A Log of this message. */
export function logJob(layers: ChildJob["layers"], message = "it"): ChildJob {
  const job = { work: { kind: "built-in", type: LOG }, task: { message } } as const;
  return { program: "log", layers, job, outputs: {} };
}

/** A task of one of our own classes that waits this long. */
export function sleepJob(duration: string): ChildJob {
  const job = { work: { kind: "built-in", type: SLEEP }, task: { duration } } as const;
  return { program: "log", layers: "all", job, outputs: {} };
}

/** An Eval of a class that may spawn, or of one that is guarded against threads. */
export function evalJob(
  program: "eval" | "guarded",
  layers: ChildJob["layers"],
  before = "",
): ChildJob {
  const job = {
    work: { kind: "eval" },
    task: { script: `${before}${SCRIPT}` },
  } as const;
  return { program, layers, job, outputs: { result: 3, outputs: {} } };
}

/**
 * What `bulkhead plan` would start a Log and two Evals with, by {@linkcode ChildJob.program}.
 *
 * @param directory The workspace of all of them; the flow and the policy are written there.
 */
export async function planChildren(directory: string): Promise<ReadonlyMap<string, Planned>> {
  const flow = `${directory}/flow.yaml`;
  const policy = `${directory}/policy.yaml`;
  await Deno.writeTextFile(policy, POLICY);
  await Deno.writeTextFile(
    flow,
    JSON.stringify({
      id: "it",
      namespace: "bench",
      tasks: [
        { id: "log", type: LOG, message: "it" },
        { id: "eval", type: SPAWNING_EVAL, script: SCRIPT },
        { id: "guarded", type: EVAL, script: SCRIPT },
      ],
    }),
  );
  const [file, ...before] = command();
  const { stdout, stderr } = await new Deno.Command(file, {
    args: [...before, "plan", flow, "-p", policy, "--json"],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  const [{ tasks }] = JSON.parse(text).flows;
  return new Map(
    tasks.map(({ id, argv, kernel }: { id: string; argv: string[]; kernel?: KernelRules }) => [
      id,
      {
        argv: argv.map((it) => it.replaceAll("<workspace>", directory)),
        ...(kernel && { kernel: placeRules(kernel, directory) }),
      },
    ]),
  );
}

/** What children of ours are started with. */
export interface ChildPlace {
  readonly planned: ReadonlyMap<string, Planned>;
  /** The workspace of all of them. */
  readonly directory: string;
  readonly launcher: Launcher;
}

/** Starts the child of a job, which then waits for it. */
export function startFor(
  { planned, directory, launcher }: ChildPlace,
  { program, layers, job }: ChildJob,
): Promise<StartedChild> {
  const { argv, kernel } = planned.get(program)!;
  return startChild({
    argv,
    spawn: launcher.under(layers === "all" ? kernel : undefined),
    env: {},
    cwd: directory,
    preparation: {
      spawn: program !== "guarded",
      expressions: JSON.stringify(job.task).includes("{{"),
    },
  });
}

/** Has a child do its job, to its end. */
export async function runJob(
  child: Promise<StartedChild>,
  { directory }: ChildPlace,
  { job, outputs }: ChildJob,
): Promise<void> {
  const { result } = await runChild(child, {
    job: { v: 1, variables: { flow: { id: "it" } }, secrets: {}, workspace: directory, ...job },
    signal: new AbortController().signal,
    onLog: () => {},
    onMetric: () => {},
    onDenied: () => {},
  });
  const said = result?.state === "success" ? result.outputs : undefined;
  if (JSON.stringify(said) !== JSON.stringify(outputs)) {
    throw new Error(`it said ${JSON.stringify(result)}`);
  }
}

/** Runs one fresh child to its end. */
export async function runFresh(place: ChildPlace, job: ChildJob): Promise<void> {
  await runJob(startFor(place, job), place, job);
}

/** A child that waits for this job by now. */
export async function startWaiting(place: ChildPlace, job: ChildJob): Promise<StartedChild> {
  const child = await startFor(place, job);
  for (let left = 500; !isWaiting(child.process.pid); left--) {
    if (left === 0) throw new Error("a child does not come to wait for its job");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return child;
}

/** Whether a process reads from a pipe that has nothing (`/proc/PID/syscall`: call 0, descriptor 0). */
function isWaiting(pid: number): boolean {
  const read = Deno.build.arch === "x86_64" ? "0" : "63";
  return Deno.readTextFileSync(`/proc/${pid}/syscall`).startsWith(`${read} 0x0 `);
}
