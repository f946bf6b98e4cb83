/** Ports of a host, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a port or a range of ports.
 *
 * @param text `8080`, `9000-9010`.
 * @returns `undefined` when it is neither: 0 is no port, and a range goes upwards.
 */
export function parsePorts(text: string): PortRange | undefined {
  const parts = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (parts === null) return undefined;
  const first = Number(parts[1]);
  const last = Number(parts[2] ?? first);
  return first < 1 || last > 65_535 || last < first ? undefined : { first, last };
}

/** Tells whether every port of `inner` is in one of some ranges, which may touch or overlap. */
export function coverPorts(ranges: readonly PortRange[], inner: PortRange): boolean {
  let next = inner.first;
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    if (first > next) break;
    next = Math.max(next, last + 1);
  }
  return next > inner.last;
}
