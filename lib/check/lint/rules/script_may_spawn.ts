import type { Diagnostic } from "../../../model/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { plannedTasks } from "../written/planned_task.ts";

const AUTHORIZED = "kestra.ee.java-security.authorized-class-prefix";

function* find(context: LintContext): Generator<Diagnostic> {
  for (const { written, plan } of plannedTasks(context)) {
    const { program, spawn } = plan;
    // In a container what is started stays in it.
    const isAuthors = program?.kind === "eval" || program?.kind === "script" ||
      program?.kind === "process";
    if (spawn !== "allowed" || !isAuthors) continue;
    const rule = plan.because.find((it) => it.effect === "allow spawn" && it.rule === AUTHORIZED);
    if (rule === undefined || rule.source === "built-in") continue;
    yield {
      code: "check/script-may-spawn",
      severity: "warning",
      message: `Task "${written.id}" may start threads and processes, and runs its author's code`,
      at: written.type.source,
      related: [{ message: "its class is authorized here", at: rule.source }],
      help: "Name the class in forbidden-class-prefix, or have it run in a container",
    };
  }
}

const flow = (type: string, body: string) =>
  `id: count
namespace: company.team
tasks:
  - id: look
    type: ${type}
    ${body}
`;

/** Scripts whose class is authorized to spawn. */
export const SCRIPT_MAY_SPAWN: LintRule = {
  code: "check/script-may-spawn",
  severity: "warning",
  title: "a task runs its author's code outside of a container, and its class may start processes",
  why:
    "Classes are authorized because their code is known to be safe. What a script does is its author's " +
    "to say, so that the authorization is the author's; Kestra warns of it (Worker Isolation, " +
    "`forbidden-class-prefix`).",
  under: `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix:
        - io.kestra.plugin.core
        - io.kestra.plugin.graalvm
`,
  bad: flow("io.kestra.plugin.graalvm.js.Eval", "script: const found = 1;"),
  good: flow("io.kestra.plugin.core.log.Log", "message: hello"),
  find,
};
