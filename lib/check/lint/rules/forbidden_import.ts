import type { Diagnostic, LocatedScalar, ModuleImport, TaskPlan } from "../../../model/mod.ts";
import { closedPaths } from "../../../plan/closed_paths.ts";
import { refuseImports } from "../../../plan/refuse_imports.ts";
import { readSpecifier, scanImports, utf16Column } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { MOST_IN_TEXT, placeAt } from "../written/place_at.ts";
import { plannedTasks } from "../written/planned_task.ts";

/** What is imported by where it is, and not by where the importing module will lie. */
const ABSOLUTE = /^(?:\/|[a-z][a-z0-9+.-]*:)/i;
/** The beginning of a line that is only a comment. */
const COMMENT = /^\s*(?:\/\/|\/?\*)/;

function* find(context: LintContext): Generator<Diagnostic> {
  const { policy, host } = context;
  if (policy === undefined) return;
  const closed = closedPaths(policy, host);
  for (const { plan } of plannedTasks(context)) {
    for (const script of scriptsOf(plan)) {
      for (const it of importsIn(context, script)) {
        const refusal = refuseImports([it], closed, "script");
        if (refusal === undefined) continue;
        const { message, related, help } = refusal;
        yield {
          code: "check/forbidden-import",
          severity: "warning",
          message,
          at: it.source,
          ...(related && { related }),
          ...(help !== undefined && { help }),
        };
      }
    }
  }
}

/** The author's code that runs in a child, whose imports are looked at before a run. */
function scriptsOf({ program, task, refusal }: TaskPlan): readonly LocatedScalar[] {
  if (refusal !== undefined || (program?.kind !== "eval" && program?.kind !== "script")) return [];
  const script = task.effective.entries.get("script")?.value;
  const texts = script?.kind === "list" ? script.items : script ? [script] : [];
  return texts.filter((it) => it.kind === "scalar");
}

function* importsIn(context: LintContext, script: LocatedScalar): Generator<ModuleImport> {
  const lines = String(script.value).split("\n");
  const starts: number[] = [];
  for (const [i] of lines.entries()) {
    starts.push(i === 0 ? 0 : starts[i - 1]! + lines[i - 1]!.length + 1);
  }
  let looks = MOST_IN_TEXT;
  for (const { specifier, isDynamic, line, character } of scanImports(String(script.value))) {
    if (!ABSOLUTE.test(specifier)) continue;
    if (--looks < 0) return;
    const column = utf16Column(lines[line]!, character);
    if (COMMENT.test(lines[line]!.slice(0, column))) continue;
    const leadsTo = readSpecifier(specifier, "/");
    yield {
      specifier,
      isDynamic,
      leadsTo,
      source: placeAt(context, script, starts[line]! + column),
    };
  }
}

const flow = (line: string) =>
  `id: read
namespace: company.team
tasks:
  - id: look
    type: io.kestra.plugin.graalvm.js.Eval
    outputs: [found]
    script: |
      ${line}
      const found = names.length;
`;

/** Imports that lead to what the policy closes, or to another machine. */
export const FORBIDDEN_IMPORT: LintRule = {
  code: "check/forbidden-import",
  severity: "warning",
  title: "a script imports by name what the policy forbids, or code of another machine",
  why:
    "What a module names in an import is loaded before its permissions count, so `plan` and `run` " +
    "look at it first and refuse the task. `check` starts no process: it goes by the letters, and by " +
    "paths and URLs that are written out. Relative paths, names of modules, links on the disk and the " +
    "modules of plugins are seen by `plan` alone.",
  under: `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths: [/etc]
`,
  bad: flow(
    'const { default: names } = await import("/etc/names.json", { with: { type: "json" } });',
  ),
  good: flow('const names = ["Ada", "Grace"];'),
  find,
};
