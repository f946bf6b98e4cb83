import type { Completion } from "../command_table.ts";
import type { Sheet } from "../load_sheets.ts";

/**
 * A completion script for bash, without the functions of the package bash-completion.
 *
 * @returns Text to be read by `source`, or to be put where bash-completion looks.
 */
export function bashCompletions(sheets: readonly Sheet[]): string {
  const names = sheets.map((it) => it.name);
  return `# Completions of bulkhead for bash: source <(bulkhead completions bash)
_bulkhead() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local kind= options= operands= line
  # "=" is a word of its own to bash.
  if [[ $current == = ]]; then current=
  elif [[ $previous == = && $COMP_CWORD -ge 2 ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    kind=${quoted(`words ${[...names, "help", "--help", "--version"].join(" ")}`)}
  else
    case \${COMP_WORDS[1]} in
${sheets.map((it) => caseOf(it, names)).join("")}      help) operands=${
    quoted(`words ${names.join(" ")}`)
  } ;;
    esac
    if [[ -z $kind ]]; then
      if [[ $current == -* ]]; then kind="words $options"; else kind=$operands; fi
    fi
  fi
  case $kind in
    words*) line=$(compgen -W "\${kind#words}" -- "$current") ;;
    file) line=$(compgen -f -- "$current"); compopt -o filenames 2>/dev/null ;;
    directory) line=$(compgen -d -- "$current"); compopt -o filenames 2>/dev/null ;;
  esac
  [[ -z $line ]] && return
  local IFS=$'\\n'
  local restore=$(shopt -po noglob)
  set -o noglob
  COMPREPLY=($line)
  eval "$restore"
}
complete -F _bulkhead bulkhead
`;
}

function caseOf({ name, table }: Sheet, names: readonly string[]): string {
  const withValue = Object.entries(table.options).filter(([, it]) => it.value !== undefined);
  const values = withValue.map(([long, { short, choices, completes }]) => {
    const pattern = short === undefined ? `--${long}` : `-${short}|--${long}`;
    return `          ${pattern}) kind=${quoted(kindOf(choices ?? completes, names))} ;;\n`;
  });
  const options = Object.keys(table.options).map((it) => `--${it}`).join(" ");
  return `      ${name})
        options=${quoted(options)} operands=${quoted(kindOf(table.operands, names))}
        case $previous in
${values.join("")}        esac
        ;;
`;
}

/** What the script's last \`case\` goes by. */
function kindOf(what: Completion | undefined, names: readonly string[]): string {
  if (what === undefined) return "none";
  if (what === "command") return `words ${names.join(" ")}`;
  return typeof what === "string" ? what : `words ${what.join(" ")}`;
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
