/**
 * Whether a host of a list of the policy's means what a task asks for, as Deno's flags do: a host
 * without a port means all of its ports, and one with a port that one only. Case does not count, nor
 * does the dot that ends a full name, nor how an IPv6 address is shortened.
 *
 * @param pattern `example.org`, `10.0.0.1:443`, `[::1]:80`.
 * @param asked The same; without a port all of them are asked for.
 */
export function hostMatches(pattern: string, asked: string): boolean {
  const listed = hostParts(pattern);
  const wanted = hostParts(asked);
  return listed.host === wanted.host && (listed.port === undefined || listed.port === wanted.port);
}

/**
 * Whether a denied host means what a task asks for. Deno holds its denials against the address that a
 * name comes to: what comes to one without asking anybody is known here, `127.1` and `localhost` for two.
 */
export function hostDenied(pattern: string, asked: string): boolean {
  return hostMatches(pattern, asked) || hostMatches(pattern, addressOf(asked));
}

/** The address that a host is for sure, with its port; else the host itself. */
function addressOf(asked: string): string {
  const { host, port } = hostParts(asked);
  const name = host === "localhost" ? "127.0.0.1" : host;
  const isNumeric = /^(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}$/.test(name);
  const known = isNumeric && URL.canParse(`http://${name}/`)
    ? new URL(`http://${name}/`).hostname
    : name;
  return port === undefined ? known : `${known}:${port}`;
}

/** A host in one form, and its port where one is named. */
export function hostParts(text: string): { readonly host: string; readonly port?: string } {
  // An address of IPv6 without brackets has no port.
  const bare = text.split(":").length > 2 && !text.startsWith("[") ? `[${text}]` : text;
  const [, host = bare, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(bare) ?? [];
  return {
    host: canonical(host.toLowerCase()),
    ...(port !== undefined && { port: String(Number(port)) }),
  };
}

/** Whether it is an address, which nobody has to look up. */
export function isAddress(host: string): boolean {
  return host.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

function canonical(host: string): string {
  if (!host.startsWith("[")) return host.replace(/(.)\.$/, "$1");
  return URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname : host;
}
