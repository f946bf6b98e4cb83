import type { Because } from "../model/mod.ts";
import { printable } from "./printable.ts";
import { placeOf } from "./render_diagnostics.ts";
import type { Style } from "./style.ts";

/** One difference, as it is shown. */
interface Shown {
  readonly direction: "allowed" | "denied" | "changed";
  readonly what: string;
  readonly old: Because;
  readonly new: Because;
  readonly unsure?: string;
}

/** What two policies come to, as it is shown. */
export interface ShownDiff {
  readonly oldName: string;
  readonly newName: string;
  readonly widened: boolean;
  readonly differences: readonly (Shown & {
    readonly subject: string;
    readonly example: string;
  })[];
  /** Absent where no flow was given. */
  readonly tasks?: readonly (Shown & { readonly flow: string; readonly task: string })[];
}

/** A difference of policies for a person: what is newly allowed first, each with both lines. */
export function diffText(diff: ShownDiff, style: Style): string {
  const { oldName, newName, differences, tasks = [], widened } = diff;
  const all: readonly (Shown & { readonly label: string; readonly example?: string })[] = [
    ...differences.map((it) => ({ ...it, label: it.subject })),
    ...tasks.map((it) => ({ ...it, label: `task "${it.task}" of ${it.flow}` })),
  ];
  const groups = [
    ["allowed", `${newName} allows what ${oldName} did not`, style.red],
    ["denied", `${newName} denies what ${oldName} allowed`, style.green],
    ["changed", "Otherwise", style.yellow],
  ] as const;
  const shown = groups.flatMap(([direction, title, tint]) => {
    const them = all.filter((it) => it.direction === direction);
    if (them.length === 0) return [];
    return [
      `${style.bold(printable(title))}\n`,
      ...them.map(({ label, what, example, unsure, ...it }) =>
        `  ${tint(`${SIGNS[direction]} ${printable(label)}`)}  ${printable(what)}\n` +
        (example === undefined || what.includes(example)
          ? ""
          : `      for example ${printable(example)}\n`) +
        (unsure === undefined ? "" : `      not sure: ${printable(unsure)}\n`) +
        `      old: ${reason(it.old)}\n      new: ${reason(it.new)}\n`
      ),
      "\n",
    ];
  });
  const count = (direction: Shown["direction"]) =>
    all.filter((it) => it.direction === direction).length;
  const end = all.length === 0
    ? "no difference"
    : `${count("allowed")} newly allowed, ${count("denied")} newly denied, ${
      count("changed")
    } otherwise`;
  return `${shown.join("")}${end}${widened ? style.red(": widened") : ""}\n`;
}

const SIGNS = { allowed: "+", denied: "-", changed: "~" } as const;

function reason({ effect, rule, source }: Because): string {
  const place = source === "built-in" ? "built-in" : placeOf(source);
  return `${printable(effect)} (${printable(rule)}) ${printable(place)}`;
}

/** The same as one JSON document, `v: 1`; its shape is part of the interface. */
export function diffJson({ oldName, newName, widened, differences, tasks }: ShownDiff): string {
  return `${
    JSON.stringify({ v: 1, old: oldName, new: newName, widened, differences, tasks }, null, 2)
  }\n`;
}
