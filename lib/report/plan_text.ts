import { stringify } from "yaml";
import type { Because, FlowPlan, Layers, Plan, TaskPlan } from "../model/mod.ts";
import { toPlain } from "../source/to_plain.ts";
import { printable } from "./printable.ts";
import { placeOf } from "./render_diagnostics.ts";
import type { Style } from "./style.ts";

/** The plan for a person: each task with its command line and the reasons. */
export function planText(plan: Plan, style: Style): string {
  const head = [
    `${style.bold("policy")}  ${plan.policy.files.map((it) => it.file).join(", ")}`,
    `        ${style.dim(plan.policy.digest)}`,
    ...layerLines(plan.layers, style),
  ];
  return [...head, "", ...plan.flows.flatMap((it) => flowLines(it, style))]
    .map((it) => `${it}\n`).join("");
}

function layerLines(layers: Layers, style: Style): string[] {
  return Object.entries(layers).map(([name, layer]) =>
    `${style.bold("layer".padEnd(6))}  ${name.padEnd(9)} ${
      layer.active ? style.green(printable(layer.enforces)) : style.dim(printable(layer.why))
    }`
  );
}

function flowLines({ flow, tasks }: FlowPlan, style: Style): string[] {
  return [
    `${style.bold("flow")}    ${printable(`${flow.namespace}/${flow.id}`)}  ${
      style.dim(printable(flow.file))
    }`,
    "",
    ...tasks.flatMap((it) => [...taskLines(it, style), ""]),
  ];
}

function taskLines(plan: TaskPlan, style: Style): string[] {
  const { task, kind, verdict, refusal, argv, spawn, because } = plan;
  const mark = verdict === "run" ? style.green("run   ") : style.red("refuse");
  const lines = [
    `  ${mark} ${style.bold(printable(task.id))}  ${printable(task.type.value)}  ${
      style.dim(`${kind}, spawn ${spawn}, ${task.path}`)
    }`,
  ];
  if (refusal) lines.push(`         ${style.red(printable(refusal.message))}`);
  if (argv.length > 0) lines.push(...argvLines(argv, style));
  return [...lines, ...effectiveLines(plan, style), ...becauseLines(because, style)];
}

/** The task after defaults, as YAML, without what the first line says already. */
function effectiveLines({ task }: TaskPlan, style: Style): string[] {
  const { id: _, type: _t, ...rest } = toPlain(task.effective);
  const text = Object.keys(rest).length === 0 ? "{}" : stringify(rest, { lineWidth: 0 }).trimEnd();
  return [
    `         ${style.dim("effective")}`,
    ...text.split("\n").map((it) => `           ${printable(it)}`),
  ];
}

/** One option a line; what a shell would take apart stands in quotes. */
function argvLines(argv: readonly string[], style: Style): string[] {
  return argv.map((it, i) => `         ${i === 0 ? style.dim("$") : " "} ${quoted(it)}`);
}

function quoted(text: string): string {
  const shown = printable(text).replace(/\n/g, "\\n");
  return /^[\w@%+=:,./<>-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}

function becauseLines(because: readonly Because[], style: Style): string[] {
  return because.map(({ effect, rule, source }) =>
    `         ${style.dim("because")} ${printable(effect)}  ${style.dim(printable(rule))}  ${
      source === "built-in" ? style.dim("built-in") : printable(placeOf(source))
    }`
  );
}
