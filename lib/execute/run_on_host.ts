import type { Ending, ProcessProgram } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { allowedEnv, markOf } from "./child_pool.ts";
import { findLimits } from "./find_limits.ts";
import { placeRules } from "./place_rules.ts";
import type { ReadyScript } from "./run_script.ts";
import { tellLimits } from "./run_task.ts";
import { startProcess } from "./start_process.ts";

/** Where programs are looked for, as a Debian shell does. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What begins a command. It is given no variable of the author's that its loader could go by. */
const STARTER = "/bin/sh";

/**
 * Runs a script on the host, under the rules of its plan.
 *
 * A process begins as soon as it is started, and what it starts then has the limits that it has
 * then. So it begins as a shell that waits for its own program on standard input, which is written
 * once the limits are set: the variables, and to become the interpreter, with nothing to read.
 *
 * @throws {TypeError} When the plan has no rules: nothing would confine it.
 */
export async function runOnHost(
  program: ProcessProgram,
  { run, workspace, work, env, onLine }: ReadyScript,
): Promise<Ending> {
  const { plan } = run;
  if (plan.kernel === undefined) throw new TypeError("Cannot run a command: it has no rules");
  const rules = placeRules(plan.kernel, workspace.slot);
  const variables = {
    PATH,
    HOME: workspace.path,
    TMPDIR: workspace.path,
    ...allowedEnv(program.env, run.env),
    ...env,
  };
  const [interpreter = "", ...args] = work.command;
  const broken = Object.entries(variables).find(([name, value]) =>
    !/^[A-Za-z_]\w*$/.test(name) || value.includes("\0")
  );
  if (broken !== undefined) return notStarted(`variable "${broken[0]}" cannot be passed on`);
  const found = await findProgram(interpreter, variables.PATH, workspace.path);
  if (found === undefined) {
    return notStarted(
      interpreter.includes("/")
        ? `there is no program "${interpreter}"`
        : `there is no program "${interpreter}" in ${variables.PATH}`,
    );
  }
  for (const path of [STARTER, found]) {
    const real = await Deno.realPath(path).catch(() => path);
    if (rules.execute.some((it) => isWithin(it, real))) continue;
    return notStarted(`the policy does not let "${real}" be read, and so not be started`);
  }
  const { ending, hits } = await startProcess({
    argv: [STARTER, "-s", "--", found, ...args],
    spawn: run.launcher.under(rules),
    env: { PATH },
    cwd: workspace.path,
    stdin: starterOf(variables),
    mark: markOf(run.execution, run.id),
    limits: plan.limits,
    isRuntime: false,
    workspace: workspace.path,
    ...(plan.timeoutMs !== undefined && { timeoutMs: plan.timeoutMs }),
    signal: run.signal,
    onLine,
  });
  tellLimits(run, findLimits(ending, undefined, hits, plan.limits));
  return ending;
}

/** What the shell reads: in it nothing of the author's is anything but a quoted word. */
function starterOf(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) =>
    `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`
  );
  return `${lines.join("")}exec "$@" </dev/null\n`;
}

/** Finds a program as `execvp()` would, where it will be started. */
async function findProgram(
  name: string,
  path: string,
  directory: string,
): Promise<string | undefined> {
  if (name === "" || name.includes("\0")) return undefined;
  const places = name.includes("/")
    ? [name.startsWith("/") ? name : `${directory}/${name}`]
    : path.split(":").map((it) => `${it.startsWith("/") ? it : `${directory}/${it}`}/${name}`);
  for (const place of places) {
    const info = await Deno.stat(place).catch(() => undefined);
    if (info?.isFile && ((info.mode ?? 0) & 0o111) !== 0) return place;
  }
  return undefined;
}

function notStarted(reason: string): Ending {
  return { kind: "not-started", reason };
}
