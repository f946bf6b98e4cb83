import { flowableName } from "../../../flow/flowables.ts";
import type { Diagnostic } from "../../../model/mod.ts";
import { nearest } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { wordAt, writtenFlow } from "../written/written_flow.ts";

/** Classes that start another flow. */
const STARTS = ["Subflow", "ForEachItem"];

function* find({ flowRoots }: LintContext): Generator<Diagnostic> {
  const flows = [...flowRoots.values()].map(writtenFlow);
  const byNamespace = Map.groupBy(flows, (it) => it.namespace);
  for (const flow of flows) {
    for (const { id, type, map } of flow.tasks) {
      if (!STARTS.includes(flowableName(type.value) ?? "")) continue;
      const [namespace, flowId] = [wordAt(map, "namespace"), wordAt(map, "flowId")];
      if (flowId === undefined || flowId.includes("{")) continue;
      // Whoever gave no other flow of a namespace did not give the namespace.
      const others = (byNamespace.get(namespace) ?? []).filter((it) => it !== flow);
      if (others.length === 0 || others.some((it) => it.id === flowId)) continue;
      if (flow.namespace === namespace && flow.id === flowId) continue;
      const near = nearest(flowId, others.flatMap((it) => it.id ?? []));
      yield {
        code: "check/unknown-subflow",
        severity: "warning",
        message:
          `Task "${id}" starts "${namespace}.${flowId}": no flow that is checked has that name`,
        at: map.entries.get("flowId")!.value.source,
        help: near === undefined ? "Check its file with the others" : `Did you mean "${near}"?`,
      };
    }
  }
}

const flow = (flowId: string) =>
  `id: orders
namespace: company.team
tasks:
  - id: load
    type: io.kestra.plugin.core.flow.Subflow
    namespace: company.team
    flowId: ${flowId}
`;

/** Flows that are started and are not there. */
export const UNKNOWN_SUBFLOW: LintRule = {
  code: "check/unknown-subflow",
  severity: "warning",
  title: "a task starts a flow that is not among those that are checked",
  why:
    "A flow is started by its namespace and its id. Where other flows of that namespace are checked " +
    "and none has that id, it is misspelt, or its file was not given; nothing is said of a namespace of " +
    "which no other flow is checked.",
  beside: `id: load_orders
namespace: company.team
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: hello
`,
  bad: flow("load_order"),
  good: flow("load_orders"),
  find,
};
