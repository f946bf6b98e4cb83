import { markdownTable } from "../markdown_table.ts";
import type { Markers } from "../marked_text.ts";
import type { Technique } from "./techniques/mod.ts";

/** Which single layers stop a technique, and whether all together do. */
export interface Stopped {
  readonly preflight: boolean;
  readonly deno: boolean;
  readonly kernel: boolean;
  readonly all: boolean;
}

/** Where the README has it. */
export const LAYERS: Markers = {
  begin: "<!-- layers: made from a run, see tests/boundary/layers_test.ts -->",
  end: "<!-- layers end -->",
};

/**
 * The table of what each layer stops: a row for each class of problems and each way it ends.
 *
 * @param techniques Those that were tried.
 * @param stopped One for each of them.
 * @returns Markdown, as `deno fmt` writes it.
 */
export function layersTable(
  techniques: readonly Technique[],
  stopped: readonly Stopped[],
): string {
  const rows = new Map<string, { head: string; marks: readonly string[]; count: number }>();
  for (const [i, { row }] of techniques.entries()) {
    const { preflight, deno, kernel, all } = stopped[i]!;
    const marks = [
      ...[preflight, deno, kernel].map((it) => it ? "stopped" : "–"),
      all ? "stopped" : "**reached**",
    ];
    const key = JSON.stringify([row, marks]);
    const { count } = rows.get(key) ?? { count: 0 };
    rows.set(key, { head: row, marks, count: count + 1 });
  }
  const head = ["what is tried", "ways", "pre-flight alone", "Deno alone", "kernel alone", "all"];
  const lines = [...rows.values()].map(({ head, marks, count }) => [head, `${count}`, ...marks]);
  return markdownTable([head, ...lines]);
}
