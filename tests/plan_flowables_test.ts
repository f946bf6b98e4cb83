import { deepEqual, equal } from "node:assert/strict";
import { canonicalClass } from "../lib/catalog/aliases.ts";
import { parseFlow, readFlow } from "../lib/flow/mod.ts";
import type { FlowPlan, HostFacts } from "../lib/model/mod.ts";
import { makePlan } from "../lib/plan/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../lib/policy/mod.ts";
import { hostFacts } from "./host_facts.ts";

const FLOW = "io.kestra.plugin.core.flow";
const LOG = "{id: log, type: io.kestra.plugin.core.log.Log, message: m}";
const OPEN = "bulkhead: {filesystem: open}";

async function planned(
  policy: string,
  text: string,
  host: Partial<HostFacts> = {},
): Promise<FlowPlan> {
  const loaded = await loadPolicy([{ file: "policy.yaml", text: policy }]);
  const root = applyDefaults(readFlow(`id: f\nnamespace: a.b\n${text}\n`, "flow.yaml"), loaded);
  const { violations, changes, ...ruled } = applyRules(root, loaded.rules, canonicalClass);
  const { flow, warnings } = parseFlow(ruled.flow);
  return makePlan(loaded, [{ flow, warnings, violations, changes }], hostFacts(host)).flows[0]!;
}

const verdicts = ({ tasks }: FlowPlan) =>
  tasks.map(({ task, verdict, refusal }) => `${task.path} ${refusal?.code ?? verdict}`);

Deno.test("plan: a flowable runs nothing itself, and its tasks are planned beside it", async () => {
  const plan = await planned(
    OPEN,
    `tasks: [{id: s, type: ${FLOW}.Sequential, timeout: PT5S, tasks: [${LOG}]}]`,
  );
  deepEqual(plan.diagnostics, []);
  deepEqual(verdicts(plan), ["tasks[0] run", "tasks[0].tasks[0] run"]);
  const [flowable, inner] = plan.tasks;
  equal(flowable?.kind, "flowable");
  deepEqual(flowable?.argv, []);
  equal(flowable?.program, undefined);
  equal(flowable?.permissions, undefined);
  equal(flowable?.timeoutMs, 5000);
  deepEqual(flowable?.layers.deno, { active: false, why: "it runs nothing itself" });
  // The control: what is in it is run, in a child.
  equal(inner?.program?.kind, "built-in");
  equal(inner?.layers.deno.active, true);
});

Deno.test("plan: every list of a flow is planned, in its order", async () => {
  const log = (id: string) => LOG.replace("id: log", `id: ${id}`);
  const plan = await planned(
    OPEN,
    `afterExecution: [${log("a")}]\nfinally: [${log("f")}]\nerrors: [${log("e")}]\n` +
      `tasks: [{id: i, type: ${FLOW}.If, condition: x, then: [${log("t")}], errors: [${
        log("x")
      }]}]`,
  );
  deepEqual(verdicts(plan), [
    "tasks[0] run",
    "tasks[0].then[0] run",
    "tasks[0].errors[0] run",
    "errors[0] run",
    "finally[0] run",
    "afterExecution[0] run",
  ]);
});

Deno.test("plan: a disabled flowable is skipped", async () => {
  const plan = await planned(
    OPEN,
    `tasks: [{id: s, type: ${FLOW}.Sequential, disabled: true, tasks: [${LOG}]}]`,
  );
  equal(plan.tasks[0]?.verdict, "run");
  deepEqual(plan.tasks[0]?.layers.deno, { active: false, why: "the task is disabled" });
});

const DENY = (type: string) =>
  `kestra: {policies: [{id: p, rules: [{type: io.kestra.plugin.ee.rules.Deny, on: PLUGIN, errorMessage: "no", where: [{field: type, operator: EQUAL_TO, value: ${type}}]}]}]}\n${OPEN}`;
const RESTRICT = (max: number) =>
  `kestra: {policies: [{id: p, rules: [{type: io.kestra.plugin.ee.rules.Restrict, on: PLUGIN, property: concurrent, max: ${max}}]}]}\n${OPEN}`;
const SECURITY = (lists: string) => `kestra: {plugins: {security: {${lists}}}}\n${OPEN}`;

/** Each refusal beside the twin that runs. */
Deno.test.each([
  {
    name: "a rule that denies its class",
    policy: DENY(`${FLOW}.Parallel`),
    control: DENY(`${FLOW}.Sequential`),
    code: "policy/denied",
  },
  {
    name: "a rule that restricts what it says",
    policy: RESTRICT(2),
    control: RESTRICT(3),
    code: "policy/restricted",
  },
  {
    name: "a list of classes it is not in",
    policy: SECURITY('includes: ["io.kestra.plugin.core.log.*"]'),
    control: SECURITY('includes: ["io.kestra.*"]'),
    code: "plan/restricted-plugin",
  },
  {
    name: "a list of classes it is in",
    policy: SECURITY(`excludes: ["${FLOW}.Parallel"]`),
    control: SECURITY(`excludes: ["${FLOW}.Dag"]`),
    code: "plan/restricted-plugin",
  },
])("plan: a flowable is refused by $name", async ({ policy, control, code }) => {
  const text = `tasks: [{id: p, type: ${FLOW}.Parallel, concurrent: 3, tasks: [${LOG}]}]`;
  deepEqual(verdicts(await planned(policy, text)), [`tasks[0] ${code}`, "tasks[0].tasks[0] run"]);
  deepEqual(verdicts(await planned(control, text)), ["tasks[0] run", "tasks[0].tasks[0] run"]);
});

Deno.test.each([
  {
    name: "Template",
    bad: `{id: t, type: ${FLOW}.Template, namespace: a, templateId: b}`,
    good: `{id: t, type: ${FLOW}.Subflow, namespace: a, flowId: b}`,
    code: "plan/flowable",
  },
  {
    name: "Approval",
    bad: `{id: t, type: ${FLOW}.Approval}`,
    good: `{id: t, type: ${FLOW}.Pause}`,
    code: "plan/flowable",
  },
  {
    name: "a key that it has not",
    bad: `{id: t, type: ${FLOW}.Parallel, concurency: 1, tasks: [${LOG}]}`,
    good: `{id: t, type: ${FLOW}.Parallel, concurrent: 1, tasks: [${LOG}]}`,
    code: "plan/unsupported-property",
  },
  {
    name: "a revision of a subflow",
    bad: `{id: t, type: ${FLOW}.Subflow, namespace: a, flowId: b, revision: 2}`,
    good: `{id: t, type: ${FLOW}.Subflow, namespace: a, flowId: b}`,
    code: "plan/unsupported-property",
  },
  {
    name: "a file that would lie outside of the shared workspace",
    bad: `{id: t, type: ${FLOW}.WorkingDirectory, inputFiles: {../a: b}, tasks: [${LOG}]}`,
    good: `{id: t, type: ${FLOW}.WorkingDirectory, inputFiles: {a: b}, tasks: [${LOG}]}`,
    code: "plan/unsupported-value",
  },
  {
    name: "files that are kept from outside of the shared workspace",
    bad: `{id: t, type: ${FLOW}.WorkingDirectory, outputFiles: [../a], tasks: [${LOG}]}`,
    good: `{id: t, type: ${FLOW}.WorkingDirectory, outputFiles: [a], tasks: [${LOG}]}`,
    code: "plan/unsupported-value",
  },
])("plan: $name is refused, and its twin is not", async ({ bad, good, code }) => {
  equal((await planned(OPEN, `tasks: [${bad}]`)).tasks[0]?.refusal?.code, code);
  equal((await planned(OPEN, `tasks: [${good}]`)).tasks[0]?.verdict, "run");
});

Deno.test("plan: files of namespaces need a directory that holds them", async () => {
  const text =
    `tasks: [{id: w, type: ${FLOW}.WorkingDirectory, namespaceFiles: {enabled: true}, tasks: [${LOG}]}]`;
  equal((await planned(OPEN, text)).tasks[0]?.verdict, "refuse");
  equal((await planned(OPEN, text, { namespaceFiles: "/ns" })).tasks[0]?.verdict, "run");
});

Deno.test("plan: a plugin takes the place of no flowable, and that of a class nobody knows", async () => {
  const plugin = (type: string) => ({ type, module: "/p/a.ts", directory: "/p" });
  const host = { plugins: [plugin(`${FLOW}.Sequential`), plugin("com.example.Task")] };
  const { tasks: [flowable, , own] } = await planned(
    OPEN,
    `tasks: [{id: s, type: ${FLOW}.Sequential, tasks: [${LOG}]}, {id: o, type: com.example.Task}]`,
    host,
  );
  equal(flowable?.kind, "flowable");
  deepEqual(flowable?.argv, []);
  equal(flowable?.because.some((it) => it.effect === "leave /p/a.ts out"), true);
  equal(own?.program?.kind, "plugin");
});
