import { runChild, startChild } from "../../lib/execute/run_child.ts";
import { placeRules } from "../../lib/execute/place_rules.ts";
import { openLauncher, type Start } from "../../lib/execute/launcher.ts";
import { readKernel } from "../../lib/kernel/mod.ts";
import type { Event, KernelRules } from "../../lib/model/mod.ts";
import { runHarness } from "./harness.ts";
import type { Technique } from "./techniques/mod.ts";
import { CLASSES, GRANTED, type Leg, makeWorld, SECRET, type World } from "./world.ts";

/** Which layers stand between a technique and what it is after. */
export type Mode = "none" | "deno" | "kernel" | Whole;
/** The real harness, with children that waited for their tasks or with fresh ones. */
type Whole = "all" | "all, fresh";

/** What a leg of a technique came to. */
export interface Told {
  readonly result?: string;
  readonly error?: string;
  /** It got at the secret, or its twin at what is granted. */
  readonly reached: boolean;
}

/** What the techniques came to in one mode. */
export interface Trial {
  readonly attack: readonly (Told | undefined)[];
  readonly control: readonly (Told | undefined)[];
  /** All that came out of it which no technique gave back. */
  readonly rest: string;
  /** Whether anything forbidden is another than before that no technique is meant to change. */
  readonly changed: boolean;
}

/** What was said by one process, an attempt at a time, and everything else. */
interface Said {
  readonly told: ReadonlyMap<string, { readonly result?: string; readonly error?: string }>;
  readonly rest: string;
}

/** Attempts that share a process. */
interface Batch {
  readonly leg: Leg;
  readonly class: keyof typeof CLASSES;
  readonly techniques: readonly number[];
}

/** Whether a technique can be tried by this user. */
export function canTry({ superuser }: Technique): boolean {
  return !superuser || Deno.uid() === 0;
}

/** Tries all techniques and their twins in one mode; without layers the attacks alone. */
export async function tryAll(techniques: readonly Technique[], mode: Mode): Promise<Trial> {
  await using world = await makeWorld(techniques);
  const legs: readonly Leg[] = mode === "none" ? ["attack"] : ["attack", "control"];
  const before = await changes(world, techniques);
  const forbidden = JSON.stringify(await world.forbidden());
  const batches = legs.flatMap((leg) => batchesOf(techniques, leg));
  const said = mode === "all" || mode === "all, fresh"
    ? await runAll(world, techniques, batches, mode)
    : await runLayer(world, techniques, batches, mode);
  const after = await changes(world, techniques);
  const told = (leg: Leg) =>
    techniques.map((it, i): Told | undefined => {
      if (!canTry(it) || !legs.includes(leg)) return undefined;
      const told = said.told.get(idOf(i, leg)) ?? (it.alone && { error: "it ended its process" });
      if (!told) throw new Error(`"${it.name}" told nothing:\n${said.rest}`);
      const word = leg === "attack" ? SECRET : GRANTED;
      const reached = it.changes
        ? JSON.stringify(before[leg][i]) !== JSON.stringify(after[leg][i])
        : `${told.result ?? ""}${leg === "attack" && mode !== "none" ? told.error : ""}`
          .includes(word);
      return { ...told, reached };
    });
  const changed = forbidden !== JSON.stringify(await world.forbidden());
  return { attack: told("attack"), control: told("control"), rest: said.rest, changed };
}

async function changes(world: World, techniques: readonly Technique[]) {
  const of = (leg: Leg) =>
    Promise.all(techniques.map((it, i) => it.changes ? world.changes(i, leg) : []));
  return { attack: await of("attack"), control: await of("control") };
}

function idOf(technique: number, leg: Leg): string {
  return `${leg}_${technique}`;
}

function batchesOf(techniques: readonly Technique[], leg: Leg): readonly Batch[] {
  const batches: Batch[] = [];
  const together = { open: [] as number[], closed: [] as number[] };
  for (const [i, it] of techniques.entries()) {
    if (!canTry(it)) continue;
    const spawns = it.spawns || (leg === "control" && it.controlSpawns);
    const class_ = spawns ? "open" : "closed";
    if (it.alone) batches.push({ leg, class: class_, techniques: [i] });
    else together[class_].push(i);
  }
  for (const it of ["closed", "open"] as const) {
    batches.push({ leg, class: it, techniques: together[it] });
  }
  return batches;
}

function attemptsOf(world: World, techniques: readonly Technique[], batch: Batch): string {
  const { leg } = batch;
  const attempts = batch.techniques.map((i) => {
    const { code, control = code, module } = techniques[i]!;
    const text = module
      ? `return (await import("file://${world.moduleOf(i, leg)}/it.mjs")).default.run().word;`
      : leg === "attack"
      ? code
      : control;
    return { id: idOf(i, leg), code: text, given: world.given(i, leg) };
  });
  return encodeURIComponent(JSON.stringify(attempts)); // no expression of ours to render
}

/** The job of each class, as the planner has it. */
interface Planned {
  readonly argv: readonly string[];
  readonly kernel?: KernelRules;
}

async function planned(world: World): Promise<Readonly<Record<keyof typeof CLASSES, Planned>>> {
  const flow = await world.box.write("plan.yaml", flowOf(Object.entries(CLASSES)));
  const { stdout, stderr } = await runHarness(
    ["plan", flow, "--json", "-p", world.policy, "--plugins", world.plugins],
    { env: { ...world.env, TMPDIR: world.workspaces } },
  );
  if (!stdout.startsWith("{")) throw new Error(`there is no plan:\n${stderr}`);
  const [open, closed] = JSON.parse(stdout).flows[0].tasks as [Planned, Planned];
  return { open, closed };
}

function flowOf(tasks: readonly (readonly [id: string, type: string, properties?: object])[]) {
  return JSON.stringify({
    id: "attempts",
    namespace: "boundary",
    tasks: tasks.map(([id, type, properties]) => ({ id, type, allowFailure: true, ...properties })),
  });
}

/** One layer, with the environment not cleared: that is the harness's doing, not a layer's. */
async function runLayer(
  world: World,
  techniques: readonly Technique[],
  batches: readonly Batch[],
  mode: "none" | "deno" | "kernel",
): Promise<Said> {
  const plan = await planned(world);
  const kernel = readKernel();
  if (typeof kernel === "string") throw new Error(kernel);
  using launcher = openLauncher({ found: true, value: kernel });
  const lines: string[] = [];
  for (const [number, batch] of batches.entries()) {
    const slot = `${world.workspaces}/bulkhead-${Deno.uid() ?? 0}/attempts-${number}`;
    const workspace = `${slot}/it`;
    await Deno.mkdir(workspace, { recursive: true });
    const { argv, kernel: rules } = plan[batch.class];
    const own = argv.map((it) => it.replaceAll("<workspace>", workspace));
    const plugin = `${world.plugins}/${batch.class}.ts`;
    const task = { attempts: attemptsOf(world, techniques, batch) };
    const inherited = `${world.box.root}/deno`;
    if (rules === undefined) throw new Error("the plan has no rules for the kernel");
    const start = launcher.under(mode === "kernel" ? placeRules(rules, slot) : undefined);
    const spawn: Start = (it, how) => {
      const command = mode === "deno" ? it : { ...it, env: { ...it.env, DENO_DIR: inherited } };
      return start(command, how);
    };
    const child = startChild({
      argv: mode === "deno" ? own : withAll(own, plugin),
      spawn,
      env: world.env,
      cwd: workspace,
      preparation: { spawn: batch.class === "open", expressions: false },
    });
    const { ending, result } = await runChild(child, {
      job: {
        v: 1,
        work: { kind: "plugin", module: plugin },
        task,
        variables: {},
        secrets: {},
        workspace,
      },
      timeoutMs: 120_000,
      signal: new AbortController().signal,
      onLog: (_, message) => lines.push(message),
      onMetric: () => {},
      onDenied: () => {},
    });
    if (result?.state !== "success") lines.push(JSON.stringify([batch.leg, ending, result]));
  }
  return saidIn(lines);
}

/** The same runtime with the same settings, all permissions, and the attempts as its program. */
function withAll(argv: readonly string[], program: string): readonly string[] {
  const settings = argv.slice(0, -1).filter((it) => !/^--(?:allow|deny|import-map)/.test(it));
  return [...settings, "-A", program];
}

function saidIn(lines: readonly string[]): Said {
  const told = new Map<string, { result?: string; error?: string }>();
  const rest: string[] = [];
  for (const it of lines) {
    const id = /^\{"id":"([^"]+)"/.exec(it)?.[1];
    if (id === undefined) rest.push(it);
    else told.set(id, JSON.parse(it));
  }
  return { told, rest: rest.join("\n") };
}

/** The real harness. */
async function runAll(
  world: World,
  techniques: readonly Technique[],
  batches: readonly Batch[],
  mode: Whole,
): Promise<Said> {
  const args = ["--json", "-p", world.policy, "--workspace", world.workspaces];
  if (mode === "all, fresh") args.push("--no-prestart");
  const bodies = batches.map((it) => ({
    ...it,
    techniques: it.techniques.filter((i) => !techniques[i]!.module),
  })).filter((it) => it.techniques.length > 0);
  const flow = await world.box.write(
    "flow.yaml",
    flowOf(bodies.map((it, i) => [
      `batch_${i}`,
      CLASSES[it.class],
      { attempts: attemptsOf(world, techniques, it) },
    ])),
  );
  const run = await runHarness(["run", flow, "--plugins", world.plugins, ...args], world);
  const lines = run.events.flatMap((it) => it.type === "task.log" ? [it.message] : []);
  const others = run.events.filter((it) => it.type !== "task.log").map((it) => JSON.stringify(it));
  checkOrigins(run.events, mode);
  const said = saidIn(lines);
  const modules = await Promise.all(
    techniques.flatMap((it, i) =>
      it.module ? (["attack", "control"] as const).map((leg) => runModule(world, i, leg, args)) : []
    ),
  );
  return {
    told: new Map([...said.told, ...modules]),
    rest: [said.rest, ...others, run.stderr].join("\n"),
  };
}

/** Fails unless every task but the first, which nothing runs before, had the child that is meant. */
function checkOrigins(events: readonly Event[], mode: Whole): void {
  const origins = events.flatMap((it) => it.type === "task.started" ? [it.child] : []);
  const meant = mode === "all" ? "pre-started" : "fresh";
  const wrong = origins.slice(1).filter((it) => it !== meant);
  if (origins.length < 2 || wrong.length > 0) {
    throw new Error(`${wrong.length} of ${origins.length} children are not ${meant}`);
  }
}

/** A technique that is a module is a plugin of its own: the harness loads it before it runs it. */
async function runModule(world: World, i: number, leg: Leg, args: readonly string[]) {
  const said = await withModule(world, i, leg, ["run", ...args]);
  const told = said.code === 0 ? { result: said.stdout } : { error: said.stdout + said.stderr };
  return [idOf(i, leg), told] as const;
}

async function withModule(world: World, i: number, leg: Leg, args: readonly string[]) {
  const type = `com.example.closed.Static${i}`;
  const flow = await world.box.write(`static-${i}-${leg}.yaml`, flowOf([["it", type]]));
  return await runHarness([...args, flow, "--plugins", world.moduleOf(i, leg)], world);
}

/** Whether a plan refuses a technique because of what its text says, before anything of it runs. */
export async function refusedBeforeRun(
  techniques: readonly Technique[],
): Promise<readonly boolean[]> {
  await using world = await makeWorld(techniques);
  const args = ["plan", "--json", "-p", world.policy];
  const refused = async (i: number, leg: Leg) => {
    const { stdout, stderr } = await withModule(world, i, leg, args);
    return /\bpreflight\/[a-z-]+/.test(stdout + stderr);
  };
  return await Promise.all(techniques.map(async ({ module, name }, i) => {
    if (!module) return false; // what a body does is not in its module's text
    if (await refused(i, "control")) throw new Error(`"${name}" is refused where it is allowed`);
    return await refused(i, "attack");
  }));
}
