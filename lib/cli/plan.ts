import { parseArgs } from "node:util";
import type { Plan } from "../model/mod.ts";
import { makeStyle, planJson, planText, renderDiagnostics } from "../report/mod.ts";
import { type Command, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { COMMON_HELP, COMMON_OPTIONS, questionOf } from "./common_options.ts";
import { prepare } from "./prepare.ts";

/** `plan`: what would run, and why so. Nothing runs. */
export const plan: Command = {
  name: "plan",
  usage: `Usage: bulkhead plan FLOW… [options]

  --json              one JSON document
${COMMON_HELP}
Examples:
  bulkhead plan examples/demo.yaml -p policies/worker-isolation.yaml
  bulkhead plan flows/*.yaml -p policies/edge.yaml --json
`,
  async run(argv, io) {
    const { positionals, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { ...COMMON_OPTIONS, json: { type: "boolean", default: false } },
    });
    if (positionals.length === 0) throw new UsageError("Cannot plan: no flow given");
    const { plan, hints } = await prepare(io, questionOf(values, positionals));
    io.out(values.json ? planJson(plan) : planText(plan, makeStyle(io.colour.out)));
    io.err(
      renderDiagnostics(
        [...plan.policy.warnings, ...plan.flows.flatMap((it) => it.diagnostics), ...hints],
        io.texts,
        makeStyle(io.colour.err),
      ),
    );
    return refusalCode(plan);
  },
};

/** 0 when everything may run; what the machine lacks and nothing else is the host's fault. */
export function refusalCode({ flows }: Plan): number {
  const refusals = flows.flatMap((it) => [
    ...it.flow.refusals,
    ...it.tasks.flatMap((task) => task.refusal ?? []),
  ]);
  if (refusals.length === 0) return ExitCode.ok;
  return refusals.every((it) => it.by === "host") ? ExitCode.host : ExitCode.refused;
}
