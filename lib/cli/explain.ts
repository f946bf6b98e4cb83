import type { ExplainedTask, Explanation, Policy, TaskPlan } from "../model/mod.ts";
import { explainJson, explainText, makeStyle } from "../report/mod.ts";
import { accessesAsked, accessesWorthAsking } from "./accesses_asked.ts";
import { ask } from "./ask.ts";
import { chooseTasks, nameOf } from "./choose_tasks.ts";
import { codeOfAbort } from "./code_of_abort.ts";
import { defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { makeExplainer } from "./explainer.ts";
import { loadFixtures } from "./load_fixtures.ts";
import { decide } from "./policy_trial.ts";
import { type Asked, prepare } from "./prepare.ts";
import { EXPLAIN } from "./tables/explain.ts";

/** `explain`: may a task do that, and why. Nothing runs. */
export const explain = defineCommand(EXPLAIN, async ({ positionals, values }, io) => {
  const accesses = accessesAsked(values);
  if (values.events !== undefined) {
    if (accesses.length > 0) {
      throw new UsageError("Cannot use --events with a question: the denials are what is asked");
    }
    const { explainEvents } = await import("./explain_events.ts");
    return await explainEvents(io, values, positionals);
  }
  if (positionals.length === 0 && values.bundle === undefined) {
    throw new UsageError("Cannot explain: no flow given");
  }
  const named = positionals.map(nameOf);
  const files = [...new Set(named.map((it) => it.flow))];
  const given = await ask(io, values, files, { unnamed: "all", remember: false });
  const { tasks: mocks } = await loadFixtures(io, values.mock);
  const asked: Asked = { ...given, question: { ...given.question, mocks } };
  const { plan, policy, host } = await prepare(asked.io, asked.question);
  const explainer = makeExplainer(asked, { policy, host }, { brief: values.brief });
  const tasks: ExplainedTask[] = [];
  for (const [i, file] of asked.question.flows.entries()) {
    const flow = plan.flows.find((it) => it.flow.file === file);
    if (flow === undefined) continue;
    const of = named.filter((it) => it.flow === (files[i] ?? file));
    const wanted = of.length === 0 || of.some((it) => it.task === undefined)
      ? chooseTasks(flow, undefined)
      : [...new Set(of.flatMap((it) => chooseTasks(flow, it.task)))];
    for (const task of wanted) {
      const base = {
        file,
        flow: `${flow.flow.namespace}/${flow.flow.id}`,
        task: task.task.id,
        path: task.task.path,
        type: task.task.type.value,
        kind: task.kind,
        verdict: task.verdict,
        ...(task.refusal && { refusedBy: task.refusal.by }),
      };
      const place = { file, path: base.path };
      if (accesses.length > 0) {
        const answers: Explanation[] = [];
        for (const it of accesses) answers.push(await explainer.explain(place, task, it));
        tasks.push({ ...base, answers });
      } else if (task.refusal === undefined) {
        tasks.push({ ...base, ...await overviewOf(task, policy, io.env.HOME) });
      } else {
        tasks.push({ ...base, answers: [], refusal: await explainer.refusal(place, task) });
      }
    }
  }
  const stopped = codeOfAbort(io);
  if (stopped !== undefined) return stopped;
  io.out(
    values.json
      ? explainJson(plan.policy, tasks, asked.io.texts)
      : explainText(tasks, asked.io.texts, makeStyle(io.colour.out)),
  );
  io.log.tell(plan.policy.warnings);
  return codeOf(tasks);
});

async function overviewOf(plan: TaskPlan, policy: Policy, home: string | undefined) {
  const answers: Explanation[] = [];
  for (const access of accessesWorthAsking(policy, home)) {
    answers.push({ decision: await decide(plan, access) });
  }
  const limits = plan.because.filter(({ effect }) => /^(?:do not )?limit /.test(effect));
  return {
    answers,
    limits: [
      ...limits,
      ...(plan.timeoutMs !== undefined && !limits.some((it) => /^limit timeout/.test(it.effect))
        ? [{
          effect: `limit timeout to ${plan.timeoutMs} ms`,
          source: plan.task.timeoutMs?.source ?? "built-in" as const,
        }]
        : []),
    ],
  };
}

/** 4 where anything is denied; what the machine lacks and nothing else is the host's fault. */
function codeOf(tasks: readonly ExplainedTask[]): number {
  const refused = tasks.flatMap((it) => it.refusedBy ?? []);
  const isDenied = tasks.some((it) =>
    it.limits === undefined && it.refusal === undefined && it.verdict === "run" &&
    it.answers.some(({ decision }) => decision.verdict === "denied")
  );
  if (refused.length === 0 && !isDenied) return ExitCode.ok;
  return refused.every((it) => it === "host") && !isDenied ? ExitCode.host : ExitCode.refused;
}
