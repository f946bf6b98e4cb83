/**
 * Finds the names in `secret('NAME')` anywhere in a value's texts.
 *
 * Only a name that stands written out is found: a task is handed no secret that one cannot
 * read off its flow.
 */
export function findSecrets(value: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const walk = (it: unknown): void => {
    if (typeof it === "string") {
      for (const [, , name] of it.matchAll(/\bsecret\s*\(\s*(['"])([A-Za-z0-9_.-]{1,200})\1/g)) {
        names.add(name!);
      }
    } else if (it !== null && typeof it === "object") Object.values(it).forEach(walk);
  };
  walk(value);
  return names;
}
