import type { CommandTable, OptionTable } from "./command_table.ts";
import type { CommandEntry } from "./commands.ts";
import { EXIT_MEANINGS, ExitCode } from "./exit_code.ts";

/** Lines of a help are no longer than this. */
const WIDTH = 90;

/** What stands in front of an option's description: `-p, --policy PATH`. */
export function optionHead(long: string, { short, value }: OptionTable): string {
  return `${short === undefined ? "" : `-${short}, `}--${long}${
    value === undefined ? "" : ` ${value}`
  }`;
}

/** The codes a command ends with, each with its meaning. */
export function exitsOf({ exits }: CommandTable): readonly (readonly [number, string])[] {
  return exits.map((it) =>
    typeof it === "string"
      ? [ExitCode[it], EXIT_MEANINGS[it]] as const
      : [ExitCode[it[0]], it[1]] as const
  );
}

/** `bulkhead COMMAND --help`. */
export function helpText(
  { name, summary }: Pick<CommandEntry, "name" | "summary">,
  table: CommandTable,
): string {
  const rows = Object.entries(table.options).map(([long, it]) =>
    [optionHead(long, it), it.about] as const
  );
  const width = Math.max(...rows.map(([head]) => head.length)) + 3;
  const options = rows.map(([head, about]) => `  ${head.padEnd(width)}${about}\n`).join("");
  const notes = (table.notes ?? []).map((it) => `${wrap(it)}\n`).join("");
  const exits = exitsOf(table).map(([code, it]) => `  ${String(code).padEnd(4)} ${it}\n`).join("");
  const examples = table.examples.map((it) => `  ${it}\n`).join("");
  return `${summary}.\n\nUsage: bulkhead ${name} ${table.synopsis}\n\n${options}\n${notes}Exit codes:\n${exits}\n` +
    `Examples:\n${examples}`;
}

/** `bulkhead --help`. */
export function overviewText(
  commands: readonly Pick<CommandEntry, "name" | "summary">[],
): string {
  const width = Math.max(...commands.map((it) => it.name.length)) + 2;
  const list = commands.map((it) => `  ${it.name.padEnd(width)}${it.summary}\n`).join("");
  return `bulkhead runs workflow tasks under worker-isolation policies.

Usage: bulkhead COMMAND [options]

${list}
  bulkhead COMMAND --help   its options, with examples
  bulkhead --version
`;
}

/** A paragraph in lines of `WIDTH`, with an empty line behind it. */
function wrap(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return `${lines.join("\n")}\n`;
}
