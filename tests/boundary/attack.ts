import type { Event } from "../../lib/model/mod.ts";
import { denied, finished, runHarness, type Said, type Surroundings } from "./harness.ts";

/** Code of an author's, tried in one of the three legs. */
export interface Attempt {
  /** Id of its task. */
  readonly id: string;
  /** Class of its task; an Eval unless it is said otherwise. */
  readonly type?: string;
  /** The body of an async function that gives back what it reached. */
  readonly code: string;
  /** What the code finds as constants. */
  readonly given: Readonly<Record<string, string>>;
}

/** What one row came to in its three legs. */
export interface Legs {
  /** The attack where nothing confines it. */
  readonly unconfined: Unconfined;
  /** Its allowed twin, confined. */
  readonly control: Finished;
  /** The attack, confined. */
  readonly attack: Finished;
  /** What was told of a denial of the attack. */
  readonly denial: Denied | undefined;
}

/** What an attempt came to where nothing confines it. */
export interface Unconfined {
  readonly id: string;
  readonly result?: string;
  readonly error?: string;
}

type Finished = Extract<Event, { readonly type: "task.finished" }>;
type Denied = Extract<Event, { readonly type: "task.denied" }>;

/** A class that policies of these tests do not let spawn. */
export const EVAL = "io.kestra.plugin.graalvm.js.Eval";
/** Another, that they may let spawn. */
export const SPAWNING_EVAL = "io.kestra.plugin.scripts.nashorn.Eval";

/** Stands in `given` for a directory of the attempt's own: the workspace of its task run. */
export const SCRATCH = "<scratch>";

/**
 * Makes attempts in one run of the harness, one task after the other, whatever becomes of them.
 *
 * @param flow Where to put the flow.
 */
export async function confined(
  attempts: readonly Attempt[],
  flow: string,
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Said> {
  await Deno.writeTextFile(flow, flowOf(attempts));
  return await runHarness(["run", flow, "--json", ...args], surroundings);
}

/**
 * Makes attempts in one `deno run -A`, one after the other.
 *
 * @param scratch An existing directory; each attempt has a directory of its own below it.
 */
export async function unconfined(
  attempts: readonly Attempt[],
  scratch: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, Unconfined>> {
  const input = attempts.map(({ id, code, given }) => ({
    id,
    scratch: `${scratch}/${id}`,
    code: `${constants(given, "this.scratch")}\n${code}`,
  }));
  const program = new URL("./unconfined.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "--quiet", program],
    cwd: scratch,
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(input)));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const lines = new TextDecoder().decode(stdout).split("\n").filter((it) => it.startsWith('{"id"'));
  if (lines.length < attempts.length) {
    const said = new TextDecoder().decode(stderr);
    throw new Error(`Only ${lines.length} of ${attempts.length} attempts were made:\n${said}`);
  }
  return new Map(lines.map((it) => JSON.parse(it) as Unconfined).map((it) => [it.id, it]));
}

/** Ids of the attack and of the control of a row. */
export function idsOf(row: number): { readonly attack: string; readonly control: string } {
  return { attack: `attack_${row}`, control: `control_${row}` };
}

/** Puts together what became of one row. */
export function legsOf(row: number, free: ReadonlyMap<string, Unconfined>, said: Said): Legs {
  const { attack, control } = idsOf(row);
  return {
    unconfined: free.get(attack)!,
    control: finished(said, control),
    attack: finished(said, attack),
    denial: denied(said, attack),
  };
}

/** The text of a plugin module whose class does what the task's `code` says. */
export function pluginOf(type: string): string {
  return `const AsyncFunction = (async () => {}).constructor;
export default {
  type: ${JSON.stringify(type)},
  run: async ({ code }, context) => ({
    result: await new AsyncFunction("runContext", code)(context),
  }),
};
`;
}

function flowOf(attempts: readonly Attempt[]): string {
  return JSON.stringify({
    id: "attempts",
    namespace: "boundary",
    tasks: attempts.map(({ id, type = EVAL, code, given }) => ({
      id,
      type,
      allowFailure: true,
      ...bodyOf(type, `${constants(given, "runContext.workspace")}\n${code}`),
    })),
  });
}

function bodyOf(type: string, code: string) {
  return type.endsWith(".Eval") ? { script: `await (async () => {\n${code}\n})()` } : { code };
}

function constants(given: Readonly<Record<string, string>>, scratch: string): string {
  return Object.entries(given).map(([name, value]) =>
    `const ${name} = ${value === SCRATCH ? scratch : JSON.stringify(value)};`
  ).join("\n");
}
