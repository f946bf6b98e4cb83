import { decideAccess } from "../../../access/mod.ts";
import { classOf } from "../../../catalog/classes.ts";
import type { Diagnostic, Sourced, TaskPlan } from "../../../model/mod.ts";
import { isWithin } from "../../../paths/is_within.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { MOST_IN_TEXT, placeAt } from "../written/place_at.ts";
import { plannedTasks } from "../written/planned_task.ts";
import { textsIn, type WrittenText } from "../written/written_flow.ts";

/** One part after the other, none of them `.` or `..`, and no wildcard behind. */
const PATH = String.raw`((?:\/(?!\.{1,2}(?:\/|\b))[\w.@+-]+)+)(?![\w*?{$@+-]|\/[\w.*?{$@+-])`;
/** In code: all of what stands in quotes, or its beginning up to a slash. */
const IN_CODE = new RegExp(
  String.raw`(?:(?<=["'\x60])|(?<=["'\x60]file:\/\/))${PATH}(?=\/?["'\x60])`,
  "g",
);
/** In commands: a word of the shell, or what is handed to an option of one. */
const IN_SHELL = new RegExp(String.raw`(?:(?<=^|[\s"'=<>(;&])|(?<=file:\/\/))${PATH}`, "gm");

function* find(context: LintContext): Generator<Diagnostic> {
  const { policy } = context;
  if (policy === undefined || policy.forbiddenPaths.length === 0) return;
  for (const { written, plan } of plannedTasks(context)) {
    for (const { text, pattern } of codeOf(plan)) {
      const { scalar } = text;
      if (scalar.injection !== undefined) continue; // The policy's own.
      const seen = new Set<string>();
      for (const { 1: path = "", index } of scalar.value.matchAll(pattern)) {
        const rule = forbids(policy.forbiddenPaths, path);
        if (seen.size === MOST_IN_TEXT) break;
        if (rule === undefined || seen.has(path) || isComment(scalar.value, index)) continue;
        seen.add(path);
        if (decideAccess(plan, { kind: "read", value: path }).verdict !== "denied") continue;
        yield {
          code: "check/forbidden-path",
          severity: "warning",
          message:
            `Task "${written.id}" names "${path}": it will be denied, the policy forbids "${rule.value}"`,
          at: placeAt(context, scalar, index),
          related: [{ message: `"${rule.value}" is forbidden here`, at: rule.source }],
          help: "Give the task what it needs as an input, or with inputFiles",
        };
      }
    }
  }
}

function forbids(
  rules: readonly Sourced<string>[],
  path: string,
): Sourced<string> | undefined {
  return rules.find((it) => isWithin(it.value, path));
}

interface Code {
  readonly text: WrittenText;
  readonly pattern: RegExp;
}

/**
 * Texts of an author's that are run outside of a container, where paths mean those of the host: in a
 * container `/etc` is its own.
 */
function codeOf({ program, task, refusal }: TaskPlan): readonly Code[] {
  if (refusal !== undefined) return [];
  const at = (key: string, pattern: RegExp) => {
    const value = task.effective.entries.get(key)?.value;
    return value === undefined ? [] : textsIn(value, [key]).map((text) => ({ text, pattern }));
  };
  switch (program?.kind) {
    case "eval":
    case "script":
      return at("script", IN_CODE);
    case "process": {
      const known = classOf(task.type.value);
      const isShell = known?.kind === "script" && known.language === "shell";
      return [
        ...at("script", isShell ? IN_SHELL : IN_CODE),
        ...["beforeCommands", "commands"].flatMap((it) => at(it, IN_SHELL)),
        ...at("inputFiles", IN_CODE),
      ];
    }
    default:
      return [];
  }
}

/** Further back nobody looks for what makes a line a comment. */
const LONGEST_LINE = 1_000;

/** Whether a line says nothing before a place but that it is a comment. */
function isComment(text: string, index: number): boolean {
  const before = text.slice(Math.max(0, index - LONGEST_LINE), index);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return /^\s*(?:#|\/\/|\/?\*|--)/.test(line) || /\s#\s/.test(line);
}

const flow = (path: string) =>
  `id: read
namespace: company.team
tasks:
  - id: look
    type: io.kestra.plugin.graalvm.js.Eval
    outputs: [text]
    script: |
      const { readFileSync } = await import("node:fs");
      const text = readFileSync("${path}", "utf8");
`;

/** Paths in scripts that the policy forbids. */
export const FORBIDDEN_PATH: LintRule = {
  code: "check/forbidden-path",
  severity: "warning",
  title: "a script names a path that the policy forbids",
  why:
    "What runs on the host, or in a Deno child, is denied the paths of `forbidden-paths` when it comes " +
    "to them. Here only paths that stand written out are seen, and only that they are named, not what " +
    "for. Scripts in containers are left out: a path is one of the container's there.",
  under: `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths: [/etc]
`,
  bad: flow("/etc/passwd"),
  good: flow("names.txt"),
  find,
};
