import type { RulePage } from "../model/mod.ts";
import type { Style } from "./style.ts";

const WIDTH = 96;

/** One rule for a person: what it finds and why, a bad example and a good one, how to live with it. */
export function rulePage(
  { code, severity, title, why, bad, good, under, meant }: RulePage,
  style: Style,
): string {
  const tint = severity === "error" ? style.red : style.yellow;
  const block = (name: string, yaml: string) =>
    `\n${style.bold(name)}\n\n${
      yaml.trimEnd().split("\n").map((it) => `  ${it}`.trimEnd()).join("\n")
    }\n`;
  return `${style.bold(code)}, ${tint(severity)}: ${title}\n\n${wrap(why)}\n` +
    (under === undefined ? "" : block("Under the policy", under)) +
    block("Bad", bad) + block("Good", good) +
    `\n${style.bold("Where it is meant")}\n\n  ${meant ?? `# bulkhead-ignore ${code}: why`}\n`;
}

/** Every rule in a line, in columns. */
export function ruleList(rules: readonly RulePage[], style: Style): string {
  const width = Math.max(...rules.map((it) => it.code.length));
  return rules.map(({ code, severity, title }) =>
    `${style.bold(code.padEnd(width))}  ${
      (severity === "error" ? style.red : style.yellow)(severity.padEnd(7))
    }  ${title}\n`
  ).join("");
}

function wrap(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
