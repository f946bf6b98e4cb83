import { posix } from "node:path";
import type { Alias } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";

/** One line of `/proc/self/mountinfo`. */
export interface Mount {
  /** `major:minor`; mounts of one file system share it. */
  readonly device: string;
  /** What of the file system is shown. */
  readonly root: string;
  /** Where it is shown. */
  readonly point: string;
  /** Directories that an overlay is made of, as far as they are absolute. */
  readonly layers: readonly string[];
}

/**
 * Reads the mounts of a process, in proc(5)'s words.
 *
 * @param text Of `/proc/self/mountinfo`. What is no such line is left out.
 */
export function parseMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line): Mount[] => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , device, root, point] = before.split(" ");
    if (device === undefined || root === undefined || point === undefined) return [];
    const [type, , options = ""] = after.split(" ");
    const layers = type === "overlay" ? layersOf(unescaped(options)) : [];
    return [{ device, root: unescaped(root), point: unescaped(point), layers }];
  });
}

function layersOf(options: string): readonly string[] {
  return options.split(",").flatMap((option) => {
    const [, list] = /^(?:lowerdir|upperdir|lowerdir\+|datadir\+)=(.*)$/.exec(option) ?? [];
    return (list ?? "").split(/:+/).filter((it) => it.startsWith("/")).map((it) =>
      posix.resolve(it)
    );
  });
}

/** Blank, tab, newline and backslash stand as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8)));
}

/** A piece of a file system, wherever it is shown. */
interface Piece {
  readonly device: string;
  readonly inner: string;
}

/**
 * Finds where a closed path can be reached through another mount: of the same file system, or an
 * overlay that it is a part of, or that is a part of it.
 *
 * A file system that shows another's files without saying so (FUSE, a network share of this
 * machine) is not seen.
 *
 * @param closed Real paths.
 * @returns Paths outside of the closed ones, each once.
 */
export function mountAliases(
  closed: readonly string[],
  mounts: readonly Mount[],
): readonly Alias[] {
  const found = new Map<string, Alias>();
  for (const path of closed) {
    for (const alias of [...bound(path, mounts), ...overlaid(path, mounts)]) {
      if (found.has(alias) || closed.some((it) => isWithin(it, alias))) continue;
      found.set(alias, { kind: "mount", path: alias, leadsTo: path, closed: path });
    }
  }
  return [...found.values()];
}

function bound(path: string, mounts: readonly Mount[]): readonly string[] {
  const pieces = piecesOf(path, mounts);
  return mounts.flatMap(({ device, root, point }) =>
    pieces.filter((it) => it.device === device).flatMap(({ inner }) => {
      if (isWithin(inner, root)) return [point];
      return isWithin(root, inner) ? [moved(inner, root, point)] : [];
    })
  );
}

/** What a path shows: a piece of the file system that it lies on, and of all mounted below it. */
function piecesOf(path: string, mounts: readonly Mount[]): readonly Piece[] {
  const above = mounts.filter(({ point }) => isWithin(point, path));
  const nearest = Math.max(0, ...above.map(({ point }) => point.length));
  // Of several at one point only one is seen; which, the list does not promise.
  const holders = above.filter(({ point }) => point.length === nearest);
  const below = mounts.filter(({ point }) => point !== path && isWithin(path, point));
  return [
    ...holders.map(({ device, root, point }) => ({ device, inner: moved(path, point, root) })),
    ...below.map(({ device, root }) => ({ device, inner: root })),
  ];
}

function overlaid(path: string, mounts: readonly Mount[]): readonly string[] {
  return mounts.flatMap(({ point, root, layers }) =>
    layers.flatMap((layer) => {
      const shown = posix.resolve(layer, `.${root}`);
      if (isWithin(point, path)) return [moved(path, point, shown)];
      if (isWithin(path, shown)) return [point];
      return isWithin(shown, path) ? [moved(path, shown, point)] : [];
    })
  );
}

function moved(path: string, from: string, to: string): string {
  return posix.join(to, posix.relative(from, path));
}
