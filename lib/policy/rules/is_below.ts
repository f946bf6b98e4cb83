/**
 * Tells whether a namespace is another one or lies below it, by whole segments:
 * `company.teams` is not below `company.team`.
 */
export function isBelow(namespace: string, root: string): boolean {
  return namespace === root || namespace.startsWith(`${root}.`);
}
