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

/** The task after defaults, without what the first line says already; each value with its place. */
function effectiveLines({ task, provenance }: TaskPlan, style: Style): string[] {
  const { id: _, type: _t, ...rest } = toPlain(task.effective);
  const at = new Map(provenance.map((it) => [it.path, it]));
  const place = (path: string) => {
    const found = at.get(path);
    if (found === undefined) return "";
    const from = found.from === "flow" ? "" : ` (${found.from})`;
    return `  ${style.dim(printable(`${placeOf(found.source)}${from}`))}`;
  };
  const lines = (value: unknown, path: string, indent: string): string[] => {
    if (Array.isArray(value) && value.length > 0) {
      return value.flatMap((it, i) => nested(it, `${path}[${i}]`, indent, "-"));
    }
    if (isMap(value)) {
      return Object.entries(value).flatMap(([key, it]) =>
        nested(it, path === "" ? key : `${path}.${key}`, indent, `${printable(key)}:`)
      );
    }
    return [];
  };
  const nested = (value: unknown, path: string, indent: string, head: string): string[] => {
    if ((Array.isArray(value) && value.length > 0) || isMap(value)) {
      return [`${indent}${head}`, ...lines(value, path, `${indent}  `)];
    }
    if (typeof value === "string" && value.includes("\n")) {
      const text = value.trimEnd().split("\n").map((it) => `${indent}  ${printable(it)}`);
      return [`${indent}${head} |${place(path)}`, ...text];
    }
    const shown = typeof value === "string" ? printable(value) : JSON.stringify(value);
    return [`${indent}${head} ${shown}${place(path)}`];
  };
  const shown = lines(rest, "", "           ");
  return shown.length === 0 ? [] : [`         ${style.dim("effective")}`, ...shown];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.keys(value).length > 0;
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
