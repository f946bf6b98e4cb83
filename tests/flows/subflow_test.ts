import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import type { Event } from "../../lib/model/mod.ts";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";
import { type Run, runFlow } from "./events.ts";

const LOG = "io.kestra.plugin.core.log.Log";
const RETURN = "io.kestra.plugin.core.debug.Return";
const FAIL = "io.kestra.plugin.core.execution.Fail";
const SUBFLOW = "io.kestra.plugin.core.flow.Subflow";

const call = (own: object = {}) => ({
  id: "call",
  type: SUBFLOW,
  namespace: "a.b",
  flowId: "sub",
  ...own,
});

const flow = (id: string, own: object) => JSON.stringify({ id, namespace: "a.b", ...own });

/** Greets, and gives what it said. */
const SUB = flow("sub", {
  inputs: [{ id: "who", type: "STRING" }, { id: "times", type: "INT", defaults: 1 }],
  labels: { own: "sub" },
  tasks: [{ id: "greet", type: RETURN, format: "hello {{ inputs.who }} {{ labels }}" }],
  outputs: [
    { id: "said", type: "STRING", value: "{{ outputs.greet.value }}" },
    { id: "times", type: "INT", value: "{{ inputs.times }}" },
  ],
});

const FAILING = flow("sub", { tasks: [{ id: "no", type: FAIL, errorMessage: "no" }] });

/** Those of one execution: `main` is first. */
async function run(
  tasks: readonly object[],
  flows: Readonly<Record<string, string>>,
  own: { readonly argv?: readonly string[]; readonly main?: object } = {},
): Promise<Run & { readonly own: (flow: string) => readonly Event[] }> {
  await using files = await makeFiles({
    "main.yaml": flow("main", { tasks, ...own.main }),
    ...Object.fromEntries(Object.entries(flows).map(([name, text]) => [`flows/${name}`, text])),
  });
  const said = await runFlow(["main.yaml", "--flows", "flows", ...own.argv ?? []], {
    cwd: files.path,
  });
  return { ...said, own: (id) => said.events.filter((it) => it.flow === `a.b/${id}`) };
}

const endOf = (events: readonly Event[], task: string) =>
  events.find((it) => it.type === "task.finished" && it.task === task) as
    | Extract<Event, { type: "task.finished" }>
    | undefined;

const startOf = (events: readonly Event[]) =>
  events.find((it) => it.type === "execution.started") as Extract<
    Event,
    { type: "execution.started" }
  >;

Deno.test("subflow: it is an execution of its own, with typed inputs and outputs", async () => {
  const { code, own, logs, stderr } = await run([
    call({ inputs: { who: "{{ flow.id }}", times: "3" }, labels: { given: "{{ 1 + 1 }}" } }),
    {
      id: "log",
      type: LOG,
      message: "{{ outputs.call.outputs.said }}, {{ outputs.call.outputs.times + 1 }}",
    },
  ], { "sub.yaml": SUB });
  equal(code, 0, stderr);
  const [main, sub] = [own("main"), own("sub")];
  const { execution } = startOf(sub);
  const { outputs, taskRun } = endOf(main, "call")!;
  deepEqual(outputs, {
    executionId: execution,
    state: "SUCCESS",
    outputs: { said: 'hello main {"own":"sub","given":"2"}', times: 3 },
  });
  deepEqual(startOf(sub).parent, { execution: startOf(main).execution, taskRun });
  deepEqual(startOf(sub).inputs, { who: "main", times: 3 });
  deepEqual(logs, ['INFO hello main {"own":"sub","given":"2"}, 4']);
});

Deno.test("subflow: labels are inherited where that is asked for", async () => {
  const labels = { own: "main", more: "main" };
  for (
    const [inheritLabels, expected] of [[true, { own: "sub", more: "main" }], [false, {
      own: "sub",
    }]] as const
  ) {
    const { own } = await run(
      [call({ inputs: { who: "x" }, inheritLabels })],
      { "sub.yaml": SUB },
      { main: { labels } },
    );
    deepEqual(startOf(own("sub")).labels, expected);
  }
});

Deno.test("subflow: a failure is transmitted, or not", async () => {
  const failed = await run([call()], { "sub.yaml": FAILING });
  equal(failed.code, 1);
  equal(endOf(failed.own("main"), "call")?.state, "FAILED");
  match(
    endOf(failed.own("main"), "call")!.error!,
    /^execution \w+, which it has started, ended with FAILED$/,
  );
  const kept = await run([call({ transmitFailed: false })], { "sub.yaml": FAILING });
  equal(kept.code, 0, kept.stderr);
  deepEqual(endOf(kept.own("main"), "call")?.outputs.state, "FAILED");
  const allowed = await run([call({ allowFailure: true })], { "sub.yaml": FAILING });
  equal(allowed.own("main").findLast((it) => it.type === "execution.finished")?.state, "WARNING");
});

Deno.test("subflow: one that is not waited for runs to its end all the same", async () => {
  const { code, own } = await run([call({ wait: false })], { "sub.yaml": FAILING });
  equal(code, 0);
  const { outputs, state } = endOf(own("main"), "call")!;
  equal(state, "SUCCESS");
  deepEqual(outputs, { executionId: startOf(own("sub")).execution });
  equal(own("sub").findLast((it) => it.type === "execution.finished")?.state, "FAILED");
});

Deno.test("subflow: older tasks ask for outputs themselves", async () => {
  const { own, stderr } = await run([
    call({ outputs: { it: "{{ outputs.greet.value }}" } }),
  ], { "sub.yaml": flow("sub", { tasks: [{ id: "greet", type: RETURN, format: "hello" }] }) });
  deepEqual(endOf(own("main"), "call")?.outputs.outputs, { it: "hello" }, stderr);
});

Deno.test("subflow: outputs that cannot be had fail the execution", async () => {
  const outputs = [{ id: "it", type: "INT", value: "{{ 'many' }}" }];
  const tasks = [{ id: "log", type: LOG, message: "x" }];
  const { own, code } = await run([call()], { "sub.yaml": flow("sub", { tasks, outputs }) });
  equal(code, 1);
  const end = own("sub").find((it) => it.type === "execution.finished");
  equal(end?.type === "execution.finished" && end.state, "FAILED");
  match(
    end?.type === "execution.finished" ? end.error ?? "" : "",
    /Cannot give output "it": expected a whole number/,
  );
  const control = await run([call()], {
    "sub.yaml": flow("sub", { tasks, outputs: [{ id: "it", type: "INT", value: "{{ '7' }}" }] }),
  });
  deepEqual(endOf(control.own("main"), "call")?.outputs.outputs, { it: 7 });
});

Deno.test("subflow: inputs that do not fit fail the task", async () => {
  const wrong = await run([call({ inputs: { who: "x", times: "many" } })], { "sub.yaml": SUB });
  match(endOf(wrong.own("main"), "call")!.error!, /^Cannot start flow "a\.b\/sub": .*"times"/);
  const missing = await run([call()], { "sub.yaml": SUB });
  match(missing.states.execution!, /FAILED/);
  match(endOf(missing.own("main"), "call")!.error!, /input "who" \(STRING\) has no value/);
  const more = await run([call({ inputs: { who: "x", odd: 1 } })], { "sub.yaml": SUB });
  equal(more.code, 0, more.stderr);
  deepEqual(more.logs, ['WARN flow "a.b/sub" asks for no input "odd"']);
});

Deno.test("subflow: stored files go both ways", async () => {
  const { logs, code, stderr } = await run([
    { id: "write", type: "io.kestra.plugin.core.storage.Write", content: "from main" },
    call({ inputs: { uri: "{{ outputs.write.uri }}" } }),
    { id: "log", type: LOG, message: "{{ read(outputs.call.outputs.uri) }}" },
  ], {
    "sub.yaml": flow("sub", {
      inputs: [{ id: "uri", type: "STRING" }],
      tasks: [{
        id: "write",
        type: "io.kestra.plugin.core.storage.Write",
        content: "{{ read(inputs.uri) }}, from sub",
      }],
      outputs: [{ id: "uri", type: "STRING", value: "{{ outputs.write.uri }}" }],
    }),
  });
  equal(code, 0, stderr);
  deepEqual(logs, ["INFO from main, from sub"]);
});

Deno.test("subflow: a flow that is missing is said before anything runs, with the nearest", async () => {
  const { code, stderr, events } = await run([
    { id: "log", type: LOG, message: "ran" },
    call({ flowId: "sbu" }),
  ], { "sub.yaml": SUB });
  equal(code, 4);
  deepEqual(events, []);
  match(
    stderr,
    /error\[plan\/unknown-flow\]: Cannot run task "call": there is no flow "a\.b\/sbu"\n {2}at main\.yaml/,
  );
  match(stderr, /Did you mean "a\.b\/sub"\?/);
});

Deno.test("subflow: what is refused in one that is named refuses the whole, with both places", async () => {
  const flows = {
    "sub.yaml": flow("sub", { tasks: [call({ id: "deeper", flowId: "deep" })] }),
    "deep.yaml": flow("deep", { tasks: [{ id: "odd", type: "some.Odd" }] }),
  };
  const { code, stderr, events } = await run([call()], flows);
  equal(code, 4);
  deepEqual(events, []);
  match(
    stderr,
    /Cannot run task "call": flow "a\.b\/sub", which it starts, is refused\n {2}at main\.yaml/,
  );
  match(
    stderr,
    /Cannot run task "deeper": flow "a\.b\/deep", which it starts, is refused\n {2}at flows\/sub\.yaml/,
  );
  match(stderr, /nothing here implements class "some\.Odd"\n {2}at flows\/deep\.yaml/);
});

Deno.test("subflow: where the name is an expression, only the one that it comes to matters", async () => {
  const flows = {
    "sub.yaml": SUB,
    "odd.yaml": flow("odd", { tasks: [{ id: "odd", type: "some.Odd" }] }),
    "broken.yaml": flow("broken", { tasks: [] }),
  };
  const tasks = [call({ flowId: "{{ inputs.which }}", inputs: { who: "x" } })];
  const main = { inputs: [{ id: "which", type: "STRING" }] };
  const started = await run(tasks, flows, { main, argv: ["-i", "which=sub"] });
  equal(started.code, 0, started.stderr);
  for (
    const [which, fact] of [
      ["odd", /nothing here implements class "some\.Odd"$/],
      ["broken", /it holds no task$/],
      ["none", /there is none of that name$/],
    ] as const
  ) {
    const { code, own } = await run(tasks, flows, { main, argv: ["-i", `which=${which}`] });
    equal(code, 1, which);
    match(endOf(own("main"), "call")!.error!, fact);
    deepEqual(own(which), []);
  }
});

Deno.test("subflow: flows that start each other end at some depth", async () => {
  const flows = { "sub.yaml": flow("sub", { tasks: [call({ id: "back", flowId: "main" })] }) };
  const { code, events } = await run([call()], flows);
  equal(code, 1);
  equal(events.filter((it) => it.type === "execution.started").length, 11);
  const errors = events.flatMap((it) => it.type === "task.finished" && it.error ? [it.error] : []);
  match(errors[0]!, /10 executions have started each other already$/);
});

Deno.test("subflow: two flows of one name are an error, and the same file given twice is none", async () => {
  const tasks = [call({ inputs: { who: "x" } })];
  const twins = await run(tasks, { "sub.yaml": SUB, "again.yaml": SUB });
  equal(twins.code, 3);
  match(
    twins.stderr,
    /error\[flow\/duplicate-flow\]: Cannot use flow "a\.b\/sub" of "flows\/sub\.yaml"/,
  );
  await using files = await makeFiles({ "main.yaml": flow("main", { tasks }), "sub.yaml": SUB });
  const { code, stderr } = await bulkhead(["run", "main.yaml", "--flows", "."], {
    cwd: files.path,
  });
  equal(code, 0, stderr);
});

Deno.test("subflow: a broken flow matters where it is needed", async () => {
  const broken = "id: sub\nnamespace: a.b\ntasks: []\n";
  const needed = await run([call()], { "sub.yaml": broken });
  equal(needed.code, 3);
  match(needed.stderr, /at flows\/sub\.yaml:3/);
  match(needed.stderr, /task "call" of "a\.b\/main" starts it\n {2}at main\.yaml/);
  const unneeded = await run([{ id: "log", type: LOG, message: "x" }], { "sub.yaml": broken });
  equal(unneeded.code, 0, unneeded.stderr);
  doesNotMatch(unneeded.stderr, /sub\.yaml/);
});

Deno.test("subflow: the policy holds in it", async () => {
  await using files = await makeFiles({
    "main.yaml": flow("main", { tasks: [call()] }),
    "flows/sub.yaml": flow("sub", { tasks: [{ id: "log", type: LOG, message: "x" }] }),
    "policy.yaml":
      `bulkhead: {filesystem: closed}\nkestra: {plugins: {security: {excludes: ["${LOG}"]}}}\n`,
  });
  const argv = ["plan", "main.yaml", "--flows", "flows"];
  const refused = await bulkhead([...argv, "-p", "policy.yaml"], { cwd: files.path });
  equal(refused.code, 4);
  match(refused.stderr, /Cannot run task "log"/);
  const plan = await bulkhead(argv, { cwd: files.path });
  equal(plan.code, 0, plan.stderr);
  match(plan.stdout, /flow {4}a\.b\/sub {2}flows\/sub\.yaml/);
});

Deno.test("subflow: secrets of the flow that is started are hidden in the one that starts it", async () => {
  await using files = await makeFiles({
    "main.yaml": flow("main", {
      tasks: [call(), { id: "log", type: LOG, message: "{{ outputs.call.outputs.it }}" }],
    }),
    "flows/sub.yaml": flow("sub", {
      tasks: [{ id: "say", type: RETURN, format: "{{ secret('TOKEN') }}" }],
      outputs: [{ id: "it", type: "STRING", value: "{{ outputs.say.value }}" }],
    }),
  });
  const { logs, code, stderr, events } = await runFlow(["main.yaml", "--flows", "flows"], {
    cwd: files.path,
    env: { SECRET_TOKEN: btoa("very secret") },
  });
  equal(code, 0, stderr);
  deepEqual(logs, ["INFO ******"]);
  doesNotMatch(JSON.stringify(events), /very secret/);
});
