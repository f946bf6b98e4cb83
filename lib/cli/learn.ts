import { decideAccess } from "../access/mod.ts";
import {
  type CarriedRules,
  type LearnedTask,
  type Proposal,
  proposePolicy,
} from "../check/learn/propose_policy.ts";
import {
  type Because,
  type Event,
  type FlowPlan,
  type Policy,
  StageError,
  type TaskPlan,
} from "../model/mod.ts";
import { learnJson } from "../report/mod.ts";
import { findLocated, parseYaml, toPlain } from "../source/mod.ts";
import { type CommandIo, defineCommand, UsageError } from "./command.ts";
import type { Args } from "./command_table.ts";
import { ExitCode } from "./exit_code.ts";
import { prepare, questionOf } from "./prepare.ts";
import { LEARN } from "./tables/learn.ts";
import { type WatchedRun, watchRun } from "./watch_run.ts";
import { writeResult } from "./write_result.ts";

/** How often a proposal is tried. */
const ROUNDS = 3;

type Values = Args<typeof LEARN>["values"];

/** `learn`: the smallest policy for a flow, from what it is seen to do, and proved by running it again. */
export const learn = defineCommand(LEARN, async ({ positionals, values }, io) => {
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError("Cannot learn: no flow given");
  if (more.length > 0) {
    throw new UsageError(`Cannot learn from "${more[0]}" as well: one flow at a time`);
  }
  await agree(io, values);
  const { plan, policy: given } = await prepare(io, questionOf(values, [file]));
  // Before anything is run: what cannot be proposed is not tried.
  const rules = rulesOf(io, given);
  const name = `${plan.flows[0]!.flow.namespace}/${plan.flows[0]!.flow.id}`;
  const propose = (tasks: readonly LearnedTask[]) => proposePolicy(tasks, given, name, rules);
  const first = await watchRun(io, argvOf(file, values, values.policy));
  // Nothing was begun: why was said.
  if (first.state === undefined) return first.code;
  if (io.signal.aborted) return first.code;
  const seen = learned(plan.flows, first.events);
  const proved = values["no-prove"]
    ? {
      proposal: propose(seen),
      rounds: 0,
      isProved: false,
      denied: [],
    }
    : await prove(io, { file, values, propose, seen, first });
  await tell(io, values, { ...proved, name, first });
  if (io.signal.aborted) return first.code;
  return values["no-prove"] || proved.isProved && first.code === ExitCode.ok
    ? ExitCode.ok
    : ExitCode.failed;
});

/** A flow that runs twice does twice what it does. */
async function agree(io: CommandIo, values: Values): Promise<void> {
  if (values.yes || values["no-prove"]) return;
  const what = "the flow is run at least twice, with all that it does";
  if (io.prompt === undefined) {
    throw new UsageError(`Cannot learn without being told to: ${what}`, "Say --yes, or --no-prove");
  }
  const prompt = await io.prompt();
  const answer = await prompt.line(`To prove what is proposed ${what}. Go on? [y/N] `, "shown");
  if (!/^y(es)?$/i.test(answer?.trim() ?? "")) {
    throw new UsageError("Cannot learn: it was not agreed to", "Say --yes, or --no-prove");
  }
}

function argvOf(file: string, values: Values, policies: readonly string[]): readonly string[] {
  const each = (name: string, list: readonly string[]) => list.flatMap((it) => [`--${name}`, it]);
  const one = (name: string, it: string | undefined) => it === undefined ? [] : [`--${name}`, it];
  return [
    file,
    ...each("policy", policies),
    ...each("input", values.input),
    ...one("inputs", values.inputs),
    ...each("plugins", values.plugins),
    ...each("flows", values.flows),
    ...one("namespace-files", values["namespace-files"]),
    ...one("runtime", values.runtime),
    ...one("workspace", values.workspace),
    "--yes",
  ];
}

/** What each task was seen to do. */
function learned(flows: readonly FlowPlan[], events: readonly Event[]): LearnedTask[] {
  const byTask = Map.groupBy(
    events.flatMap((it) => it.type === "task.accessed" || it.type === "task.denied" ? [it] : []),
    (it) => `${it.flow} ${it.task}`,
  );
  return flows.flatMap(({ flow, tasks }) =>
    tasks.map((plan): LearnedTask => {
      const its = byTask.get(`${flow.namespace}/${flow.id} ${plan.task.id}`) ?? [];
      return {
        plan,
        accessed: its.filter((it) => it.type === "task.accessed"),
        denied: its.filter((it) => it.type === "task.denied"),
        spawned: false,
      };
    })
  );
}

/** What a proof needs. */
interface ToProve {
  readonly file: string;
  readonly values: Values;
  readonly propose: (tasks: readonly LearnedTask[]) => Proposal;
  readonly seen: readonly LearnedTask[];
  readonly first: WatchedRun;
}

/** What came of a proof. */
interface Proof {
  readonly proposal: Proposal;
  readonly rounds: number;
  readonly isProved: boolean;
  /** What was denied under the last proposal, and not before. */
  readonly denied: readonly Denied[];
  /** How the flow ended under it. */
  readonly state?: string;
}

interface Denied {
  readonly task: string;
  readonly permission: string;
  readonly value?: string;
  readonly because: Because;
}

async function prove(io: CommandIo, { seen, first, propose, ...asked }: ToProve): Promise<Proof> {
  let tasks = seen;
  for (let rounds = 1;; rounds++) {
    const proposal = propose(tasks);
    const again = await tryProposal(io, proposal, asked);
    const denied = newlyDenied(first.events, again.events);
    const isProved = denied.length === 0 && again.state === first.state;
    const state = again.state;
    const proof = { proposal, rounds, isProved, denied, ...(state !== undefined && { state }) };
    if (isProved || rounds === ROUNDS || io.signal.aborted) return proof;
    const widened = tasks.map((it) => widen(it, denied));
    if (widened.every((it, i) => it === tasks[i])) return proof;
    tasks = widened;
  }
}

async function tryProposal(
  io: CommandIo,
  { text }: Proposal,
  { file, values }: Pick<ToProve, "file" | "values">,
): Promise<WatchedRun> {
  const directory = await Deno.makeTempDir({ prefix: "bulkhead-learn-" });
  try {
    const path = `${directory}/proposed.yaml`;
    await Deno.writeTextFile(path, text);
    return await watchRun(io, argvOf(file, values, [path]));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/**
 * The rules of Kestra 2.0 in the given files.
 *
 * @throws {StageError} When several files have some: they would have to be made one.
 */
function rulesOf(io: CommandIo, { files }: Policy): CarriedRules | undefined {
  const found = files.flatMap(({ file }) => {
    const root = parseYaml(io.texts.get(file) ?? "", file);
    const value = root && findLocated(root, ["kestra", "policies"]);
    return value === undefined ? [] : [{ value: toPlain(value), source: value.source }];
  });
  const [first, second] = found;
  if (second === undefined) return first;
  throw new StageError([{
    code: "run/learn-rules",
    severity: "error",
    message: "Cannot propose one policy: two files of the chain have rules of Kestra 2.0",
    at: second.source,
    related: [{ message: "the first ones", at: first!.source }],
    help: "Put them into one file",
  }]);
}

function newlyDenied(first: readonly Event[], again: readonly Event[]): readonly Denied[] {
  const key = (
    it: { readonly task: string; readonly permission: string; readonly value?: string },
  ) => `${it.task} ${it.permission} ${it.value ?? ""}`;
  const before = new Set(first.flatMap((it) => it.type === "task.denied" ? [key(it)] : []));
  const after = again.flatMap((it) =>
    it.type === "task.denied" && !before.has(key(it)) ? [it] : []
  );
  return [...new Map(after.map((it) => [key(it), it])).values()];
}

/** Gives a task what it was denied under a proposal, where the given policy gives it. */
function widen(task: LearnedTask, denied: readonly Denied[]): LearnedTask {
  const its = denied.filter((it) => it.task === task.plan.task.id);
  const spawned = task.spawned ||
    its.some((it) => it.permission === "run") && task.plan.spawn === "allowed";
  const known = new Set(task.accessed.map((it) => `${it.permission} ${it.value ?? ""}`));
  const more = its.filter((it) =>
    !known.has(`${it.permission} ${it.value ?? ""}`) && isGiven(task.plan, it)
  );
  if (spawned === task.spawned && more.length === 0) return task;
  return { ...task, spawned, accessed: [...task.accessed, ...more] };
}

function isGiven(plan: TaskPlan, { permission, value }: Denied): boolean {
  const kind = (["read", "write", "net", "env"] as const).find((it) => it === permission);
  return kind !== undefined && value !== undefined &&
    decideAccess(plan, { kind, value }).verdict === "allowed";
}

async function tell(
  io: CommandIo,
  values: Values,
  told: Proof & { readonly name: string; readonly first: WatchedRun },
): Promise<void> {
  const { proposal, isProved, denied, rounds, name, first, state } = told;
  if (values.json) {
    io.out(learnJson({
      flow: name,
      policy: proposal.text,
      proved: isProved,
      rounds,
      state: first.state!,
      ...(state !== undefined && { stateUnderProposal: state }),
      denied,
    }));
  } else if (values.out === undefined) io.out(proposal.text);
  if (values.out !== undefined) {
    await writeResult(values.out, new TextEncoder().encode(proposal.text), 0o644);
  }
  if (values["no-prove"]) {
    io.log.note("run/learned", "not proved: the flow was run once, and not under the proposal");
  } else if (isProved) {
    io.log.note(
      "run/learned",
      `proved: ${name} ends with ${first.state} under it as well, and nothing more is denied ` +
        `(${rounds === 1 ? "at once" : `in round ${rounds}`})`,
    );
  } else {
    io.log.tell([{
      code: "run/not-proved",
      severity: "warning",
      message:
        `Cannot prove the proposal: ${name} ends with ${
          state ?? "no state"
        } under it, and with ${first.state} without` +
        (denied.length === 0
          ? ""
          : `; denied are ${
            denied.slice(0, 5).map((it) => `${it.permission} ${it.value ?? ""} of "${it.task}"`)
              .join(", ")
          }`),
      help: "What a task starts is not seen: look at what it needs, and open it by hand",
    }]);
  }
}
