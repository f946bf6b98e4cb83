/**
 * The name of this machine's time zone, for children that may not look it up.
 *
 * @param env Gives `TZ`, which comes first.
 * @returns `undefined` when neither `TZ` nor the link `/etc/localtime` says it: then a child's
 * local time is UTC, unless it may read the file.
 */
export function localTimeZone(env: (name: string) => string | undefined): string | undefined {
  const said = env("TZ");
  if (said) return said;
  try {
    return /\/zoneinfo\/(.+)$/.exec(Deno.readLinkSync("/etc/localtime"))?.[1];
  } catch {
    return undefined;
  }
}
