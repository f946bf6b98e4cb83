import { Fault } from "./fault.ts";
import { type Budget, MAX_NESTING } from "./limits.ts";
import { admit, isList, isMap, type Value } from "./value.ts";

/** What needs no quotes: words that mean no other value. */
const PLAIN = /^[A-Za-z][\w./-]*(?: [\w./-]+)*$/;
const OTHER = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/**
 * Writes a value as YAML, in blocks, with a line feed at its end; items of a list are indented by one, as
 * Kestra's mapper does.
 *
 * @throws {Fault} When the value nests too deep or costs too much.
 */
export function toYaml(value: Value, budget: Budget): string {
  const lines: string[] = [];
  write(value, "", lines, budget, 0);
  return lines.join("");
}

/** Appends the lines of a value; the first one goes behind what is there. */
function write(
  given: Value,
  indent: string,
  lines: string[],
  budget: Budget,
  depth: number,
): void {
  if (depth > MAX_NESTING) throw new Fault(`the value nests deeper than ${MAX_NESTING} levels`);
  budget.spend();
  const value = admit(given);
  if (isList(value) && value.length > 0) {
    value.forEach((it) => {
      lines.push(`${indent} - `);
      writeItem(it, `${indent}   `, lines, budget, depth + 1);
    });
    return;
  }
  if (isMap(value) && Object.keys(value).length > 0) {
    for (const [i, [key, it]] of Object.entries(value).entries()) {
      const isBehind = i === 0 && (lines.at(-1)?.endsWith("- ") ?? false);
      lines.push(`${isBehind ? "" : indent}${scalar(key, budget)}:`);
      const below = admit(it);
      const isBlock = (isList(below) && below.length > 0) ||
        (isMap(below) && Object.keys(below).length > 0);
      lines.push(isBlock ? "\n" : " ");
      write(below, isMap(below) ? `${indent}  ` : indent, lines, budget, depth + 1);
    }
    return;
  }
  lines.push(`${isList(value) ? "[]" : isMap(value) ? "{}" : scalar(value, budget)}\n`);
}

function writeItem(
  it: Value,
  indent: string,
  lines: string[],
  budget: Budget,
  depth: number,
): void {
  const value = admit(it);
  // A list in a list begins on the next line.
  if (isList(value) && value.length > 0) lines.push("\n");
  write(value, indent, lines, budget, depth);
}

function scalar(value: Value, budget: Budget): string {
  if (typeof value !== "string") return JSON.stringify(value);
  budget.spendText(value.length);
  return PLAIN.test(value) && !OTHER.test(value) ? value : JSON.stringify(value);
}
