/** A container's variables, by the way they take to the engine's client. */
export interface SplitVariables {
  /** The text of a file of `NAME=value` lines. */
  readonly file: string;
  /** What such a line cannot hold: the client takes them from its own environment. */
  readonly own: Readonly<Record<string, string>>;
}

/** Longer lines are more than docker's client reads (Go's `bufio.MaxScanTokenSize`, 64 KiB). */
const MAX_LINE_BYTES = 60_000;

/** What changes the client itself, its libraries or what it starts. */
const CLIENTS = new RegExp(
  `^(${
    [
      ...["PATH", "HOME", "HOSTNAME", "USER", "LOGNAME", "TMPDIR", "LANG", "TERM", "TZ"],
      ...["(DOCKER|BUILDKIT|BUILDX|COMPOSE|CONTAINERS?|CONTAINERD|NERDCTL|PODMAN|MOBY)_.*"],
      ...["(LD|GO|SSL|SSH|XDG|DBUS|OTEL|BULKHEAD)_?.*", "(HTTPS?|FTP|ALL|NO)_PROXY"],
      ...["CGO.*", "GLIBC_.*", "MALLOC_.*", "LC_.*", "NO_COLOR", "REGISTRY_AUTH_FILE", "CNI_.*"],
    ].join("|")
  })$`,
  "i",
);

/**
 * Decides for each variable how it gets to the engine's client: no value stands in an argv.
 *
 * @returns In words, why one of them cannot be passed on at all.
 */
export function splitVariables(env: Readonly<Record<string, string>>): SplitVariables | string {
  const lines: string[] = [];
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const fact = refuseVariable(name, value);
    if (fact !== undefined) return fact;
    const isLong = name.length + 3 * value.length > MAX_LINE_BYTES;
    if (!isLong && !/[\n\r]/.test(value)) {
      lines.push(`${name}=${value}\n`);
    } else if (CLIENTS.test(name)) {
      const what = isLong ? "is too long" : "holds a line break";
      return `variable "${name}" ${what}, and would change the engine's client on its way`;
    } else own[name] = value;
  }
  return { file: lines.join(""), own };
}

/** Why a variable cannot be in any container, in words. */
export function refuseVariable(name: string, value: string): string | undefined {
  if (/\0/.test(value)) return `variable "${name}" holds a NUL, which no variable can`;
  if (!/^[^=\s#\0][^=\s\0]*$/.test(name)) return `"${name}" is not the name of a variable`;
  return undefined;
}
