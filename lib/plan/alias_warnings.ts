import type { Aliases, Diagnostic, Policy, Source } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import type { ClosedPath } from "./closed_paths.ts";

/**
 * What is worth a word about ways around closed paths, with the lines that close and that open.
 *
 * Said only of what a line of a policy has to do with.
 */
export function aliasWarnings(
  policy: Policy,
  closed: readonly ClosedPath[],
  { unnamed, unsearched }: Aliases,
): readonly Diagnostic[] {
  const opened = [...policy.writable, ...policy.allowedPaths, ...policy.containers.volumes];
  const openedAt = (path: string) => opened.find((it) => isWithin(it.value, path))?.source;
  const closedAt = (path: string) => placeOf(closed.find((it) => it.path === path));
  return [
    ...closed.flatMap((it) => aliasWarning(it, openedAt(it.path))),
    ...unnamed.flatMap(({ closed: path, first, count }): Diagnostic[] => {
      const at = closedAt(path);
      const more = count === 1 ? "" : ` (and for ${count - 1} more files in "${path}")`;
      return at === undefined ? [] : [{
        code: "plan/hard-links",
        severity: "warning",
        message: `Cannot close every name of "${first}"${more}: ` +
          "it has hard links, and not all of them were found",
        at,
        help: `Find them with find / -samefile "${first}", or say "filesystem: closed"`,
      }];
    }),
    ...unsearched.flatMap((path): Diagnostic[] => {
      const at = closedAt(path) ?? openedAt(path);
      return at === undefined ? [] : [{
        code: "plan/links-unsearched",
        severity: "warning",
        message: `Cannot search all of "${path}" for links: it holds too many files`,
        at,
        help: "What was not searched may hold links into closed paths",
      }];
    }),
  ];
}

function aliasWarning({ path, source, alias }: ClosedPath, openedAt?: Source): Diagnostic[] {
  const at = source === "built-in" ? openedAt : source;
  if (alias === undefined || at === undefined) return [];
  const leads = alias.kind === "movable link" ? "would lead, when it is moved, to" : "leads to";
  return [{
    code: "plan/alias",
    severity: "warning",
    message: `Cannot open "${path}": this ${
      alias.kind.replace("movable ", "")
    } ${leads} "${alias.leadsTo}", and "${alias.closed}" is closed`,
    at,
    ...(openedAt !== undefined && openedAt !== at && {
      related: [{ message: "opened here", at: openedAt }],
    }),
    help: alias.kind === "mount" ? "Unmount it where tasks need not see it" : "Remove the link",
  }];
}

function placeOf(closed: ClosedPath | undefined): Source | undefined {
  return closed === undefined || closed.source === "built-in" ? undefined : closed.source;
}
