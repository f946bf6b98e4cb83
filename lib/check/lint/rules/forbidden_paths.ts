import type { Diagnostic, Policy, Sourced } from "../../../model/mod.ts";
import { isWithin } from "../../../paths/is_within.ts";
import { normalizePath } from "../../../paths/normalize_path.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { dropItem, isEnabled, JAVA_SECURITY, wordsAt } from "../written/written_policy.ts";

/** Every path that a policy lists, as it is written, with its list. */
interface WrittenPath extends Sourced<string> {
  readonly path: string;
}

const LISTS = [
  `${JAVA_SECURITY}/forbidden-paths`,
  "kestra/local-files/allowed-paths",
  "bulkhead/writable",
];

function listsOf(context: LintContext): readonly (readonly WrittenPath[])[] {
  return [...context.policyRoots.values()].flatMap((root) =>
    LISTS.filter((it) => !it.startsWith(JAVA_SECURITY) || isEnabled(root)).map((list) =>
      wordsAt(root, list).flatMap((it) => {
        const normalized = normalizePath(it.value);
        return normalized.ok ? [{ ...it, path: normalized.path }] : [];
      })
    )
  );
}

function* nested(context: LintContext): Generator<Diagnostic> {
  // A list behind an anchor stands in the file once, and may be used more often.
  const seen = new Set<string>();
  for (const list of listsOf(context)) {
    for (const [i, it] of list.entries()) {
      const place = JSON.stringify(it.source);
      if (seen.has(place)) continue;
      seen.add(place);
      const same = list.slice(0, i).find((other) => other.path === it.path);
      const around = list.find((other) => other.path !== it.path && isWithin(other.path, it.path));
      const other = same ?? around;
      if (other === undefined) continue;
      const fix = dropItem(context, it);
      yield {
        code: "check/nested-path",
        severity: "warning",
        message: same === undefined
          ? `"${it.value}" adds nothing: it lies in "${other.value}" of the same list`
          : `"${it.value}" stands twice in this list${
            other.value === it.value ? "" : `, first as "${other.value}"`
          }`,
        at: it.source,
        related: [{ message: "what means it already", at: other.source }],
        help: "Leave one of the two out",
        ...(fix && { fix }),
      };
    }
  }
}

function* missing({ policy, paths }: LintContext): Generator<Diagnostic> {
  for (const { value, source } of policy?.forbiddenPaths ?? []) {
    if (paths?.get(value)?.kind !== "missing") continue;
    yield {
      code: "check/missing-path",
      severity: "warning",
      message: `Forbidden path "${value}" is not there on this machine`,
      at: source,
      help: "It is denied all the same, from when it is made. See to it that it is written right",
    };
  }
}

function* linked({ policy, paths }: LintContext): Generator<Diagnostic> {
  for (const { value, source } of policy?.forbiddenPaths ?? []) {
    const fact = paths?.get(value);
    if (fact === undefined || fact.kind === "missing" || fact.real === value) continue;
    if (policy!.forbiddenPaths.some((it) => isWithin(it.value, fact.real))) continue;
    yield {
      code: "check/linked-path",
      severity: "warning",
      message: `Forbidden path "${value}" leads to "${fact.real}"`,
      at: source,
      help: `Both are denied while the link is as it is. Name "${fact.real}" too, so that it ` +
        "stays denied when the link changes",
    };
  }
}

/**
 * Whoever may write or mount a place has what lies there by any name. What the words of the policy tell is
 * an error of its own (`policy/forbidden-writable`, `policy/forbidden-volume`); here it is what links tell.
 */
function* reachable({ policy, paths }: LintContext): Generator<Diagnostic> {
  if (policy === undefined || paths === undefined) return;
  const realOf = (path: string) => {
    const fact = paths.get(path);
    return fact === undefined || fact.kind === "missing" ? path : fact.real;
  };
  const given = [
    ...policy.writable.map((it) => ({ ...it, deed: "written" })),
    ...policy.containers.volumes.map((it) => ({ ...it, deed: "mounted" })),
  ];
  for (const { value, source, deed } of given) {
    const real = realOf(value);
    const hit = policy.forbiddenPaths.find((it) => {
      const closed = realOf(it.value);
      return isWithin(real, closed) || isWithin(closed, real);
    });
    if (hit === undefined) continue;
    const closed = realOf(hit.value);
    const names = [
      ...real === value ? [] : [`"${value}" is "${real}"`],
      ...closed === hit.value ? [] : [`"${hit.value}" is "${closed}"`],
    ];
    yield {
      code: "check/forbidden-by-link",
      severity: "warning",
      message: `Cannot let "${value}" be ${deed} beside the forbidden path "${hit.value}": ` +
        `on this machine ${names.join(", and ")}`,
      at: source,
      related: [{ message: "forbidden here", at: hit.source }],
      help: "Give a directory that neither holds what is forbidden nor lies in it",
    };
  }
}

/** Where the programs are that commands name, the shell first. */
const PROGRAMS = ["/usr", "/usr/bin", "/bin"];

/** What a forbidden path takes from tasks that has nothing to do with what lies there. */
function takenWith(
  path: string,
  { spawn }: Policy,
): readonly [what: string, help: string] | undefined {
  if (path === "/") {
    return [
      "everything, the workspace of each task too: nothing can run",
      'To let tasks read what is listed only, write "filesystem: closed" below "bulkhead"',
    ];
  }
  if (path === "/tmp") {
    return [
      "the place of workspaces: nothing can run where none is named with --workspace",
      "Leave it out: tasks see their own workspace, and no other one, in any case",
    ];
  }
  if (!PROGRAMS.includes(path) || spawn.value === "never") return undefined;
  return [
    "the shell and the programs that classes which may spawn start: they can start none",
    'To let nobody start anything, write "spawn: never" below "bulkhead"',
  ];
}

function* needed({ policy }: LintContext): Generator<Diagnostic> {
  for (const { value, source } of policy?.forbiddenPaths ?? []) {
    const [what, help] = takenWith(value, policy!) ?? [];
    if (what === undefined || help === undefined) continue;
    yield {
      code: "check/path-closes-all",
      severity: "warning",
      message: `Forbidding "${value}" closes ${what}`,
      at: source,
      help,
    };
  }
}

const policy = (...paths: readonly string[]) =>
  `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
${paths.map((it) => `        - ${it}\n`).join("")}`;

/** Paths that their list has already. */
export const NESTED_PATH: LintRule = {
  code: "check/nested-path",
  severity: "warning",
  title: "a path stands in a list that has it already",
  why:
    "A path means all that is below it, and `/etc`, `/etc/` and `/var/../etc` are one path. One that is " +
    "there twice, or lies in another of its list, adds nothing; whoever takes it out takes nothing out.",
  bad: policy("/srv", "/srv/secrets/"),
  good: policy("/srv/secrets", "/srv/keys"),
  find: nested,
};

/** Forbidden paths that are not there. */
export const MISSING_PATH: LintRule = {
  code: "check/missing-path",
  severity: "warning",
  title: "a forbidden path is not there on this machine",
  why:
    "A forbidden path need not exist: it is denied from when it is made. One that is not there is mostly " +
    "misspelt, or meant for another machine. Paths are looked at on the machine on which `check` runs. A " +
    "relative path is an error before any rule is asked (`policy/bad-path`).",
  bad: policy("/ect"),
  good: policy("/dev/null"),
  find: missing,
};

/** Forbidden paths that lead elsewhere. */
export const LINKED_PATH: LintRule = {
  code: "check/linked-path",
  severity: "warning",
  title: "a forbidden path is reached through a symbolic link",
  why:
    "The path as it is written and what it leads to are both denied, as they are when a run starts. What " +
    "it led to yesterday, or will lead to tomorrow, is not: name the real path as well.",
  bad: policy("/dev/fd"),
  good: policy("/dev/null"),
  find: linked,
};

/** Forbidden paths without which nothing runs. */
export const PATH_CLOSES_ALL: LintRule = {
  code: "check/path-closes-all",
  severity: "warning",
  title: "a forbidden path closes what every task needs",
  why:
    "A forbidden path closes all that is below it. Workspaces lie in the directory for temporary files, " +
    "and whoever may start programs may start those that it may read. The runtime itself needs none of it: " +
    "what it is made of stays open to it.",
  bad: policy("/"),
  good: policy("/usr/lib", "/tmp/secrets"),
  find: needed,
};

/** Writable places and volumes that are forbidden by another name. */
export const FORBIDDEN_BY_LINK: LintRule = {
  code: "check/forbidden-by-link",
  severity: "warning",
  title: "a link makes a forbidden path writable, or has it mounted",
  why:
    "No writable path and no volume may hold a forbidden path, or lie in one: whoever may write above a path may " +
    "move it. Where their names tell, it is an error when the policy is read. Where only links of this " +
    "machine tell, a run leaves the place out, and says so.",
  bad: `${policy("/dev/fd")}bulkhead:
  writable:
    - /proc/self
`,
  good: `${policy("/dev/fd")}bulkhead:
  writable:
    - /srv/out
`,
  find: reachable,
};
