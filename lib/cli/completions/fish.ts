import type { Completion, OptionTable } from "../command_table.ts";
import type { Sheet } from "../load_sheets.ts";

/**
 * A completion script for fish.
 *
 * @returns Text to be read by `source`, or to be put into `~/.config/fish/completions/`.
 */
export function fishCompletions(sheets: readonly Sheet[]): string {
  const names = sheets.map((it) => it.name);
  const commands = sheets.map(({ name, summary }) => commandLine(name, summary)).join("");
  return `# Completions of bulkhead for fish: bulkhead completions fish | source
function __bulkhead_command
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test $words[2] = $argv[1]
end
function __bulkhead_no_command
    test (count (commandline -opc)) -eq 1
end
complete -c bulkhead -f
complete -c bulkhead -n __bulkhead_no_command -s h -l help -d 'every command'
complete -c bulkhead -n __bulkhead_no_command -s V -l version -d 'the version'
${commands}${commandLine("help", "Show the options of a command")}${
    line("help", `-a ${quoted(names.join(" "))}`)
  }${sheets.map((it) => linesOf(it, names)).join("")}`;
}

function commandLine(name: string, summary: string): string {
  return `complete -c bulkhead -n __bulkhead_no_command -a ${name} -d ${quoted(summary)}\n`;
}

function linesOf({ name, table }: Sheet, names: readonly string[]): string {
  const options = Object.entries(table.options).map(([long, it]) =>
    line(name, optionOf(long, it, names))
  );
  const operands = table.operands === undefined ? [] : [line(name, offer(table.operands, names))];
  return [...options, ...operands].join("");
}

function optionOf(long: string, option: OptionTable, names: readonly string[]): string {
  const { short, value, choices, completes, about } = option;
  const written = `${short === undefined ? "" : `-s ${short} `}-l ${long}`;
  const offered = value === undefined ? "" : ` -r ${offer(choices ?? completes, names)}`;
  return `${written}${offered} -d ${quoted(about)}`;
}

/** What follows: files, or words and no files. */
function offer(what: Completion | undefined, names: readonly string[]): string {
  if (what === undefined) return "-f";
  if (what === "file") return "-F";
  if (what === "directory") return "-f -a '(__fish_complete_directories)'";
  return `-f -a ${quoted((what === "command" ? names : what).join(" "))}`;
}

function line(command: string, rest: string): string {
  return `complete -c bulkhead -n '__bulkhead_command ${command}' ${rest}\n`;
}

/** A text as one word of fish, where a backslash escapes inside of quotes. */
function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
