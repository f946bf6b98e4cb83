import type { Plan } from "../model/mod.ts";
import { makeStyle, planJson, planText } from "../report/mod.ts";
import { ask } from "./ask.ts";
import { defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { loadFixtures } from "./load_fixtures.ts";
import { prepare } from "./prepare.ts";
import { PLAN } from "./tables/plan.ts";

/** `plan`: what would run, and why so. Nothing runs. */
export const plan = defineCommand(PLAN, async ({ positionals, values }, io) => {
  if (positionals.length === 0 && values.bundle === undefined) {
    throw new UsageError("Cannot plan: no flow given");
  }
  const asked = await ask(io, values, positionals, { unnamed: "all", remember: false });
  const { tasks: mocks } = await loadFixtures(io, values.mock);
  const { plan, hints } = await prepare(asked.io, { ...asked.question, mocks });
  io.out(values.json ? planJson(plan) : planText(plan, makeStyle(io.colour.out)));
  io.log.tell([
    ...plan.policy.warnings,
    ...plan.flows.flatMap((it) => it.diagnostics),
    ...hints,
  ]);
  return refusalCode(plan);
});

/** 0 when everything may run; what the machine lacks and nothing else is the host's fault. */
export function refusalCode({ flows }: Plan): number {
  const refusals = flows.flatMap((it) => [
    ...it.flow.refusals,
    ...it.tasks.flatMap((task) => task.refusal ?? []),
  ]);
  if (refusals.length === 0) return ExitCode.ok;
  return refusals.every((it) => it.by === "host") ? ExitCode.host : ExitCode.refused;
}
