import type { Because } from "../model/mod.ts";
import { printable } from "./printable.ts";
import { placeOf } from "./render_diagnostics.ts";
import type { Style } from "./style.ts";

/** A score, as it is shown. */
export interface ShownScore {
  /** The policies, as they were named. */
  readonly name: string;
  readonly version: number;
  readonly score: number;
  readonly word: string;
  readonly items: readonly {
    readonly id: string;
    readonly weight: number;
    readonly exposure: number;
    readonly sentence: string;
    readonly because: Because;
  }[];
}

/** What a policy leaves open, for a person: what counts most first, the number in the last line. */
export function scoreText({ name, score, word, items }: ShownScore, style: Style): string {
  const width = Math.max(...items.map((it) => it.id.length));
  const total = items.reduce((sum, it) => sum + it.weight, 0);
  const lines = items.map(({ id, weight, exposure, sentence, because }) => {
    const points = weight * exposure / total * 10;
    const sign = exposure === 0 ? style.green("ok  ") : style.red(points.toFixed(1).padEnd(4));
    const place = because.source === "built-in" ? "" : `  ${style.dim(placeOf(because.source))}`;
    return `${sign}  ${id.padEnd(width)}  ${printable(sentence)}${printable(place)}\n`;
  });
  const tint = score < 5 ? style.green : score < 7 ? style.yellow : style.red;
  return `${lines.join("")}\nOverall exposure of ${printable(name)}: ${
    style.bold(tint(`${score.toFixed(1)} ${word}`))
  }\n`;
}

/** The same as one JSON document, `v: 1`; its shape is part of the interface. */
export function scoreJson({ name, version, score, word, items }: ShownScore): string {
  return `${
    JSON.stringify({ v: 1, scoreVersion: version, policy: name, score, word, items }, null, 2)
  }\n`;
}
