import { judgeImage } from "../../../container/mod.ts";
import type { Diagnostic } from "../../../model/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { isForced, plannedTasks } from "../written/planned_task.ts";

function* find(context: LintContext): Generator<Diagnostic> {
  const { policy } = context;
  if (policy === undefined) return;
  for (const { plan } of plannedTasks(context)) {
    // Where a container is planned, or refused for its image, the planner has judged it.
    if (plan.kind !== "script" || plan.refusal === undefined) continue;
    if (plan.refusal.code === "plan/image") continue;
    const image = plan.task.effective.entries.get("containerImage")?.value;
    if (image?.kind !== "scalar" || typeof image.value !== "string" || isForced(image)) continue;
    if (image.value.includes("{")) continue; // Judged when it is rendered.
    const verdict = judgeImage(image.value, policy.containers.images);
    if (verdict.allowed || verdict.by === undefined) continue;
    yield {
      code: "check/image-not-allowed",
      severity: "warning",
      message: `Image "${image.value}" of task "${plan.task.id}" would be refused: ${verdict.fact}`,
      at: image.source,
      related: [{ message: "the policy says so here", at: verdict.by.source }],
      ...(verdict.help !== undefined && { help: verdict.help }),
    };
  }
}

const flow = (image: string) =>
  `id: transform
namespace: company.team
tasks:
  - id: build
    type: io.kestra.plugin.dbt.cli.DbtCLI
    containerImage: ${image}
    commands:
      - dbt build
`;

/** Images that the policy does not list, of tasks that are refused for something else. */
export const IMAGE_NOT_ALLOWED: LintRule = {
  code: "check/image-not-allowed",
  severity: "warning",
  title: "a task that is not run here names an image that the policy does not allow",
  why:
    "An image that `bulkhead.containers.images` does not allow is refused with its task (plan/image). " +
    "Tasks that are refused for something else first, classes that only Kestra runs among them, are held " +
    "to the same list here.",
  under: `bulkhead:
  containers:
    images:
      allow: ["ghcr.io/acme/**"]
`,
  bad: flow("ghcr.io/kestra-io/dbt:1.8"),
  good: flow("ghcr.io/acme/dbt:1.8"),
  find,
};
