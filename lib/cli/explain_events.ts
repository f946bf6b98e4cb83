import type { Because, ExplainedDenial, TaskPlan } from "../model/mod.ts";
import { explainEventsJson, explainEventsText, makeStyle } from "../report/mod.ts";
import { ask } from "./ask.ts";
import { chooseTasks, nameOf } from "./choose_tasks.ts";
import { codeOfAbort } from "./code_of_abort.ts";
import type { CommandIo } from "./command.ts";
import type { Args } from "./command_table.ts";
import { makeExplainer } from "./explainer.ts";
import { ExitCode } from "./exit_code.ts";
import { flowsBelow } from "./flows_below.ts";
import { type Asked, prepare } from "./prepare.ts";
import { readEvents } from "./read_events.ts";
import { readText } from "./read_text.ts";
import { recordedAccess } from "./recorded_access.ts";
import type { EXPLAIN } from "./tables/explain.ts";

/** Denials of other kinds than these are counted, and not kept: memory is bounded. */
const MOST = 10_000;
/** Complaints about lines that are told one by one. */
const TOLD = 20;

/** `explain --events`: every denial of a recorded run, alike ones together. */
export async function explainEvents(
  io: CommandIo,
  values: Args<typeof EXPLAIN>["values"],
  names: readonly string[],
): Promise<number> {
  const file = values.events!;
  const flows = [...names, ...await flowsBelow(io, values.flows)];
  const planned = flows.length > 0 || values.bundle !== undefined
    ? await planFlows(io, values, flows)
    : undefined;
  if (planned === undefined && values.policy.length > 0) {
    io.log.note(
      "run/no-flow",
      "no flow given: what was recorded is told, and not what the policy says now",
    );
  }
  const groups = new Map<string, ExplainedDenial>();
  let [damaged, unlisted] = [0, 0];
  for await (const line of readEvents(file)) {
    if ("problem" in line) {
      if (++damaged <= TOLD) io.log.tell([line.problem]);
      continue;
    }
    const { event } = line;
    if (event.type === "execution.started" && planned !== undefined) planned.note(event.policy);
    if (event.type !== "task.denied") continue;
    const { flow, task, permission, layer, because } = event;
    const value = recordedAccess(event)?.value ?? event.value;
    const key = JSON.stringify([flow, task, permission, value, layer, because]);
    const known = groups.get(key);
    if (known === undefined && groups.size >= MOST) unlisted++;
    else {
      groups.set(key, {
        ...known ?? {
          flow,
          task,
          permission,
          ...(value !== undefined && { value }),
          layer,
          because,
          count: 0,
        },
        count: (known?.count ?? 0) + 1,
      });
    }
  }
  if (damaged > TOLD) {
    io.log.note("run/damaged-event", `${damaged - TOLD} more lines cannot be read`);
  }
  const denials: ExplainedDenial[] = [];
  for (const it of groups.values()) {
    const stopped = codeOfAbort(io);
    if (stopped !== undefined) return stopped;
    const now = await planned?.explain(it);
    denials.push({ ...it, ...(now && { now }) });
  }
  await readFrames(io, denials.map((it) => it.because));
  io.out(
    values.json
      ? explainEventsJson(denials, { damaged, unlisted }, io.texts)
      : explainEventsText(denials, { damaged, unlisted }, io.texts, makeStyle(io.colour.out)),
  );
  if (denials.length > 0) return ExitCode.refused;
  return damaged > 0 ? ExitCode.unreadable : ExitCode.ok;
}

async function planFlows(
  io: CommandIo,
  values: Args<typeof EXPLAIN>["values"],
  names: readonly string[],
) {
  const files = [...new Set(names.map((it) => nameOf(it).flow))];
  const asked: Asked = await ask(io, values, files, { unnamed: "all", remember: false });
  const { plan, policy, host } = await prepare(asked.io, asked.question);
  const explainer = makeExplainer(asked, { policy, host }, { brief: values.brief });
  const tasks = new Map<string, { readonly plan: TaskPlan; readonly file: string }>();
  for (const flow of plan.flows) {
    for (const task of chooseTasks(flow, undefined)) {
      const key = `${flow.flow.namespace}/${flow.flow.id}#${task.task.id}`;
      tasks.set(key, { plan: task, file: flow.flow.file });
    }
  }
  const told = new Set<string>();
  return {
    /** Says once that a run was recorded under another policy. */
    note(digest: string) {
      if (digest === policy.digest || told.has(digest)) return;
      told.add(digest);
      io.log.note(
        "run/another-policy",
        `recorded under another policy (${digest}): what is said of it now may differ`,
      );
    },
    explain(denial: ExplainedDenial) {
      const found = tasks.get(`${denial.flow}#${denial.task}`);
      const access = recordedAccess(denial);
      if (found === undefined || access === undefined) return undefined;
      const place = { file: found.file, path: found.plan.task.path };
      return explainer.explain(place, found.plan, access);
    },
  };
}

/** Reads the files that reasons point into, where they are still there. */
async function readFrames(io: CommandIo, because: readonly Because[]): Promise<void> {
  const files = new Set(because.flatMap((it) => it.source === "built-in" ? [] : it.source.file));
  for (const file of files) {
    if (io.texts.has(file) || file === "-" || file.startsWith("built-in")) continue;
    // A reason without its frame is still a reason.
    await readText(io, file, "file").catch(() => {});
  }
}
