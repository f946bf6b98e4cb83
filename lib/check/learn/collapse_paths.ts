import { posix } from "node:path";
import { isWithin } from "../../paths/is_within.ts";

/** From so many files of one directory on, the directory is proposed in their place. */
export const COLLAPSE_AT = 4;

/** Trees that hold more than one program's things: never proposed for files in them. */
export const NEVER_WHOLE: readonly string[] = [
  "/",
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/home",
  "/lib",
  "/lib64",
  "/mnt",
  "/opt",
  "/proc",
  "/root",
  "/run",
  "/sbin",
  "/srv",
  "/sys",
  "/tmp",
  "/usr",
  "/usr/bin",
  "/usr/lib",
  "/usr/local",
  "/usr/share",
  "/var",
  "/var/lib",
  "/var/log",
  "/var/tmp",
];

/** A path to propose, and what it stands for. */
export interface Collapsed<T> {
  readonly path: string;
  /** Those that asked for it, or for what is below. */
  readonly askers: readonly T[];
  /** How many different paths it stands for. */
  readonly count: number;
}

/**
 * Makes few paths of many.
 *
 * Four files or more of one directory become the directory, unless it is one that holds everybody's things,
 * lies right below a user's home, or holds or lies in something closed. What lies below another path
 * that is proposed goes with it.
 *
 * @param asked Absolute paths, each with who asked.
 * @param closed Paths that must not be opened by accident.
 */
export function collapsePaths<T>(
  asked: ReadonlyMap<string, readonly T[]>,
  closed: readonly string[],
): readonly Collapsed<T>[] {
  const byDirectory = Map.groupBy(asked.keys(), (it) => posix.dirname(it));
  const wholes = [...byDirectory].filter(([directory, paths]) =>
    paths.length >= COLLAPSE_AT && mayBeWhole(directory, closed)
  ).map(([directory]) => directory);
  const proposed = [...wholes, ...asked.keys()].toSorted((a, b) => a.length - b.length)
    .filter((it, i, all) => !all.slice(0, i).some((its) => isWithin(its, it)));
  return proposed.toSorted().map((path) => {
    const below = [...asked].filter(([it]) => isWithin(path, it));
    return {
      path,
      askers: [...new Set(below.flatMap(([, askers]) => askers))],
      count: below.length,
    };
  });
}

function mayBeWhole(directory: string, closed: readonly string[]): boolean {
  return !NEVER_WHOLE.includes(directory) && !/^\/home\/[^/]*$/.test(directory) &&
    !closed.some((it) => isWithin(directory, it) || isWithin(it, directory));
}
