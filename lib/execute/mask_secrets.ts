import type { Line } from "./split_lines.ts";

/** Hides values in whatever is said. */
export type Mask = <T>(value: T) => T;

const HIDDEN = "******";

/**
 * Makes a function that hides secrets in texts, however deep in a value they stand.
 *
 * A secret of several lines is hidden line by line as well, because logs come line by line.
 *
 * @param secrets The values to hide; empty ones are not looked for.
 */
export function maskSecrets(secrets: Iterable<string>): Mask {
  const needles = needlesOf(secrets);
  // A secret may hold another one: the longer is looked for first.
  const ordered = [...needles].toSorted((a, b) => b.length - a.length);
  const hide = (value: unknown): unknown => {
    if (typeof value === "string") {
      return ordered.reduce((text, it) => text.replaceAll(it, HIDDEN), value);
    }
    if (Array.isArray(value)) return value.map(hide);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [hide(key), hide(it)]));
  };
  return ordered.length === 0 ? (value) => value : (value) => hide(value) as typeof value;
}

/** Everything that a secret may stand as. */
function needlesOf(secrets: Iterable<string>): ReadonlySet<string> {
  const needles = new Set<string>();
  for (const secret of secrets) {
    if (secret === "") continue;
    for (const text of [secret, ...secret.split(/\r?\n/).filter((it) => it.trim().length >= 4)]) {
      needles.add(text);
      needles.add(JSON.stringify(text).slice(1, -1));
      const bytes = new TextEncoder().encode(text);
      needles.add(btoa(Array.from(bytes, (it) => String.fromCharCode(it)).join("")));
    }
  }
  return needles;
}

/**
 * The text of a line; where its end was cut off, without a secret that the cut goes through.
 *
 * What is left of that would not be recognized, and may be all of it but a letter.
 */
export function hideCut(line: Line, secrets: Iterable<string>): string {
  if (line.missing === undefined) return line.text;
  const text = line.text.replace(/\uFFFD+$/, ""); // half a letter
  let keep = text.length;
  for (const needle of needlesOf(secrets)) {
    for (let length = Math.min(needle.length - 1, text.length); length > 0; length--) {
      if (!text.endsWith(needle.slice(0, length))) continue;
      keep = Math.min(keep, text.length - length);
      break;
    }
  }
  return `${text.slice(0, keep)}… (the rest of this line was left out)`;
}
