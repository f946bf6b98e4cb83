/**
 * Whether a host of a list of the policy's means what a task asks for, as Deno's flags do: a host
 * without a port means all of its ports, and one with a port that one only.
 *
 * @param pattern `example.org`, `10.0.0.1:443`, `[::1]:80`.
 * @param asked The same; without a port all of them are asked for.
 */
export function hostMatches(pattern: string, asked: string): boolean {
  const listed = partsOf(pattern);
  const wanted = partsOf(asked);
  return listed.host === wanted.host && (listed.port === undefined || listed.port === wanted.port);
}

function partsOf(text: string): { readonly host: string; readonly port?: string } {
  const [, host = text, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return { host: host.toLowerCase(), ...(port !== undefined && { port }) };
}
