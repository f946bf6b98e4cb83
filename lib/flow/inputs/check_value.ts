import type { Input, InputChoice } from "../../model/mod.ts";
import { comparableDuration, comparableTime } from "./time_values.ts";

/**
 * Says what a value of an input's type breaks of what the input asks of it.
 *
 * @param choices Those there are; absent where any value will do.
 * @returns The fact, or `undefined` for a value that may be given.
 */
export async function checkValue(
  input: Input,
  value: unknown,
  choices: readonly InputChoice[] | undefined,
): Promise<string | undefined> {
  return factOfBounds(input, value) ?? factOfChoice(input, value, choices) ??
    factOfExtension(input, value) ?? await factOfValidator(input, value);
}

function factOfBounds({ type, bounds }: Input, value: unknown): string | undefined {
  const compared = (it: unknown) =>
    typeof it === "number"
      ? it
      : type === "DURATION"
      ? comparableDuration(String(it))
      : comparableTime(String(it));
  for (const { name, value: end } of bounds) {
    const [given, limit] = [compared(value), compared(end)];
    switch (name) {
      case "min":
        if (given < limit) return `less than ${end}`;
        break;
      case "max":
        if (given > limit) return `more than ${end}`;
        break;
      case "after":
        if (given < limit) return `before ${end}`;
        break;
      case "before":
        if (given > limit) return `after ${end}`;
    }
  }
  return undefined;
}

function factOfChoice(
  { type, allowCustomValue }: Input,
  value: unknown,
  choices: readonly InputChoice[] | undefined,
): string | undefined {
  if (choices === undefined || allowCustomValue) return undefined;
  const known = choices.map((it) => it.value);
  const chosen = Array.isArray(value) ? value.map(textIn) : [textIn(value)];
  const stray = chosen.find((it) => !known.includes(it));
  if (stray === undefined) return undefined;
  const all = known.length === 0 ? "there is nothing to choose" : `it is none of ${shown(known)}`;
  return type === "MULTISELECT" && known.length > 0 ? `"${stray}" is none of ${shown(known)}` : all;
}

function shown(known: readonly string[]): string {
  const most = 20;
  const rest = known.length - most;
  return known.slice(0, most).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

function textIn(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The name of a file is the end of its URI (`FileInput`). */
function factOfExtension({ type, extensions }: Input, value: unknown): string | undefined {
  if (type !== "FILE" || extensions.length === 0) return undefined;
  const name = String(value).toLowerCase();
  return extensions.some((it) => name.endsWith(it.toLowerCase()))
    ? undefined
    : `its name ends in none of ${extensions.join(", ")}`;
}

async function factOfValidator({ validator }: Input, value: unknown): Promise<string | undefined> {
  if (validator === undefined) return undefined;
  const { matchesPattern } = await import("./matches_pattern.ts");
  const match = matchesPattern(validator.value, String(value));
  if (!match.ok) return `validator "${validator.value}" cannot be matched here: ${match.fact}`;
  return match.matches ? undefined : `it does not match "${validator.value}"`;
}
