import { parseSize } from "../../../source/parse_size.ts";
import type { StoredWriter } from "../../storage.ts";
import { TaskFailure } from "../../task_failure.ts";
import type { BuiltIn, Properties } from "../mod.ts";
import { countOf, isAbsent, optionalTextOf, textOf } from "../properties.ts";
import { linesOf } from "./lines.ts";

/** How many files one may be split into. */
const MAX_FILES = 1_000;

const WAYS = ["bytes", "partitions", "rows", "regexPattern"] as const;

/**
 * `io.kestra.plugin.core.storage.Split`: stores the lines of a file in several, by `rows`, `bytes`,
 * `partitions` or by what `regexPattern` captures. Its output `uris` lists them.
 */
export const storageSplit: BuiltIn = (task, { storage }) => {
  const [way, ...more] = WAYS.filter((it) => !isAbsent(task[it]));
  if (way === undefined || more.length > 0) {
    throw new TaskFailure(`Cannot split: expected one of ${WAYS.join(", ")}`);
  }
  const from = textOf(task, "from");
  const separator = optionalTextOf(task, "separator") ?? "\n";
  const files = new Map<string, StoredWriter>();
  const fileFor = chooser(task, way);
  for (const line of linesOf(storage, from, separator)) {
    const text = `${line}${separator}`;
    const name = fileFor(text);
    if (name === undefined) continue;
    let file = files.get(name);
    if (file === undefined) {
      if (files.size >= MAX_FILES) {
        throw new TaskFailure(`Cannot split "${from}": it would make more than ${MAX_FILES} files`);
      }
      if (way === "rows" || way === "bytes") files.get(String(files.size - 1))?.close();
      files.set(name, file = storage.create(`split-${files.size}${extensionOf(from)}`));
    }
    file.write(text);
  }
  for (const it of files.values()) it.close();
  return { uris: [...files.values()].map((it) => it.uri) };
};

/** Gives for each line, with its separator, the file that it goes to; `undefined` for none. */
function chooser(
  task: Properties,
  way: typeof WAYS[number],
): (text: string) => string | undefined {
  let lines = 0;
  switch (way) {
    case "rows": {
      const rows = atLeastOne(task, "rows");
      return () => String(Math.floor(lines++ / rows));
    }
    case "partitions": {
      const partitions = atLeastOne(task, "partitions");
      return () => String(lines++ % partitions);
    }
    case "bytes": {
      const text = textOf(task, "bytes");
      const most = /^\d+$/.test(text) ? Number(text) : parseSize(text);
      if (most === undefined || most < 1) {
        throw new TaskFailure(`Cannot use "bytes" "${text}": expected a size such as "10MB"`);
      }
      let file = 0;
      let held = 0;
      return (line) => {
        const { length } = new TextEncoder().encode(line);
        if (held > 0 && held + length > most) {
          file++;
          held = 0;
        }
        held += length;
        return String(file);
      };
    }
    case "regexPattern": {
      const pattern = patternOf(textOf(task, "regexPattern"));
      return (line) => pattern.exec(line)?.[1];
    }
  }
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new TaskFailure(`Cannot use "regexPattern": ${(error as Error).message}`);
  }
}

function atLeastOne(task: Properties, name: string): number {
  const count = countOf(task, name);
  if (count !== undefined && count > 0) return count;
  throw new TaskFailure(`Cannot use "${name}": expected a whole number above 0`);
}

function extensionOf(uri: string): string {
  return /\.[A-Za-z0-9]{1,10}$/.exec(uri)?.[0] ?? "";
}
