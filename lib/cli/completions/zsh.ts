import type { Completion, OptionTable } from "../command_table.ts";
import type { Sheet } from "../load_sheets.ts";

/**
 * A completion script for zsh, in the words of its function `_arguments`.
 *
 * @returns Text to be read by `source` after `compinit`, or to be put into `$fpath` as `_bulkhead`.
 */
export function zshCompletions(sheets: readonly Sheet[]): string {
  const described = [
    ...sheets.map(({ name, summary }) => ({ name, summary })),
    { name: "help", summary: "Show the options of a command" },
  ].map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}\n`).join("");
  return `#compdef bulkhead
# Completions of bulkhead for zsh: source <(bulkhead completions zsh)
_bulkhead() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a commands=(
${described}  )
  _arguments -C \\
    '(- *)'{-h,--help}'[every command]' \\
    '(- *)'{-V,--version}'[the version]' \\
    '1:command:->command' \\
    '*::argument:->argument'
  case $state in
    command) _describe -t commands 'command' commands ;;
    argument)
      case $words[1] in
${sheets.map(caseOf).join("")}        help) _arguments '1:command:(${
    sheets.map((it) => it.name).join(" ")
  })' ;;
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _bulkhead ]]; then _bulkhead "$@"; else compdef _bulkhead bulkhead; fi
`;
}

function caseOf({ name, table }: Sheet, _: number, sheets: readonly Sheet[]): string {
  const names = sheets.map((it) => it.name);
  const options = Object.entries(table.options).map(([long, it]) => specOf(long, it, names));
  const operands = table.operands === undefined
    ? []
    : [quoted(`*:${wordOf(table.synopsis)}:${actionOf(table.operands, names)}`)];
  return `        ${name})
          _arguments -s \\
${[...options, ...operands].map((it) => `            ${it}`).join(" \\\n")}
          ;;
`;
}

function specOf(long: string, option: OptionTable, names: readonly string[]): string {
  const { short, value, choices, completes, multiple, about } = option;
  const action = value === undefined
    ? ""
    : `:${value.replaceAll(":", "\\:")}:${actionOf(choices ?? completes, names)}`;
  const tail = quoted(`[${about.replace(/[[\]:\\]/g, "\\$&")}]${action}`);
  const written = value === undefined ? `--${long}` : `--${long}=`;
  if (short === undefined) return `${multiple ? "'*'" : ""}${written}${tail}`;
  const others = multiple ? "'*'" : `'(-${short} --${long})'`;
  return `${others}{-${short}${value === undefined ? "" : "+"},${written}}${tail}`;
}

function actionOf(what: Completion | undefined, names: readonly string[]): string {
  if (what === undefined) return " ";
  if (what === "file") return "_files";
  if (what === "directory") return "_files -/";
  return `(${(what === "command" ? names : what).join(" ")})`;
}

/** What an operand is called: the first word of the synopsis. */
function wordOf(synopsis: string): string {
  return /[A-Za-z]+/.exec(synopsis)?.[0] ?? "argument";
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
