import type { Diagnostic, Flow, TaskPlan } from "../model/mod.ts";

/**
 * Lists what nothing here can run, all of it at once, with the beginning of a file that stands in for it.
 *
 * @returns One diagnostic, or none where everything can be run.
 */
export function mockable(
  { namespace, id }: Pick<Flow, "namespace" | "id">,
  tasks: readonly TaskPlan[],
): readonly Diagnostic[] {
  // What is inside of what cannot be run goes with it.
  const missing = tasks.filter(({ refusal, task }, i) =>
    refusal?.by === "unsupported" && CODES.includes(refusal.code) &&
    !tasks.slice(0, i).some((it) =>
      it.refusal?.by === "unsupported" && task.path.startsWith(`${it.task.path}.`)
    )
  );
  if (missing.length === 0) return [];
  const names = missing.map(({ task }) => `"${task.id}" (${task.type.value})`);
  return [{
    code: "plan/mockable",
    severity: "error",
    message: `Cannot run flow "${namespace}/${id}" as it is: nothing here runs ${
      missing.length === 1 ? "its task" : `${missing.length} of its tasks,`
    } ${names.join(", ")}`,
    at: missing[0]!.task.type.source,
    help: [
      "Say what they give in a file for --mock FILE:",
      "tasks:",
      ...missing.flatMap(({ task }) => [`  - id: ${task.id}`, "    outputs: {}"]),
    ].join("\n"),
  }];
}

const CODES: readonly Diagnostic["code"][] = [
  "plan/unknown-class",
  "plan/class-not-run",
  "plan/flowable",
];
