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
