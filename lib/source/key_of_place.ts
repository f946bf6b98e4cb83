import type { Source } from "../model/mod.ts";

/** A place as one text, to find again what was said of it. */
export function keyOfPlace({ file, line, column }: Source): string {
  return `${file}:${line}:${column}`;
}
