import { deepEqual, equal, match } from "node:assert/strict";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";
import { runFlow } from "./events.ts";

const LOG = "io.kestra.plugin.core.log.Log";
const SLACK = "io.kestra.plugin.slack.notifications.SlackIncomingWebhook";

const FLOW = JSON.stringify({
  id: "f",
  namespace: "a.b",
  inputs: [{ id: "who", type: "STRING", defaults: "nobody" }],
  tasks: [
    { id: "load", type: "io.kestra.plugin.gcp.bigquery.Load", from: "x" },
    {
      id: "each",
      type: "io.kestra.plugin.core.flow.ForEach",
      values: ["a", "b"],
      tasks: [{ id: "tell", type: SLACK, url: "u" }],
    },
    {
      id: "log",
      type: LOG,
      message: "{{ inputs.who }} {{ outputs.load.rows }} {{ outputs.tell }}",
    },
  ],
});

const MOCKS = `inputs: {who: somebody}
tasks:
  - id: load
    outputs: {rows: "{{ 40 + 2 }}"}
  - id: tell
    outputs: {said: "{{ taskrun.value }}"}
  - id: tell
    value: b
    state: WARNING
    outputs: {said: something else}
`;

const POLICY = `bulkhead: {filesystem: closed}
kestra:
  plugins: {security: {excludes: ["io.kestra.plugin.slack.*"]}}
`;

Deno.test("mocks: tasks that nothing here implements end as a file says", async () => {
  await using files = await makeFiles({ "flow.yaml": FLOW, "mocks.yaml": MOCKS });
  const { code, events, states, logs, stderr } = await runFlow(
    ["flow.yaml", "--mock", "mocks.yaml"],
    { cwd: files.path },
  );
  equal(code, 0, stderr);
  deepEqual(states, {
    load: "SUCCESS",
    tell: "WARNING",
    each: "WARNING",
    log: "SUCCESS",
    execution: "WARNING",
  });
  deepEqual(logs, ['INFO somebody 42 {"a":{"said":"a"},"b":{"said":"something else"}}']);
  const mocked = events.flatMap((it) => it.type === "task.finished" && it.mocked ? [it.task] : []);
  deepEqual(mocked, ["load", "tell", "tell"]);
});

Deno.test("mocks: without them all that nothing here runs is listed at once, with a file to begin with", async () => {
  await using files = await makeFiles({ "flow.yaml": FLOW });
  const { code, stderr } = await bulkhead(["run", "flow.yaml"], { cwd: files.path });
  equal(code, 4, stderr);
  match(stderr, /2 of its tasks, "load" \(io\.kestra\.plugin\.gcp\.bigquery\.Load\), "tell"/);
  const begun = /--mock FILE:\n(tasks:\n(?: .*\n)+)/.exec(stderr)?.[1];
  equal(begun, "tasks:\n  - id: load\n    outputs: {}\n  - id: tell\n    outputs: {}\n");
});

Deno.test("mocks: what a policy refuses stays refused, and is not without the policy", async () => {
  await using files = await makeFiles({
    "flow.yaml": FLOW,
    "mocks.yaml": MOCKS,
    "policy.yaml": POLICY,
  });
  const refused = await bulkhead(
    ["run", "flow.yaml", "--mock", "mocks.yaml", "-p", "policy.yaml"],
    { cwd: files.path },
  );
  equal(refused.code, 4, refused.stderr);
  match(refused.stderr, /error\[[\w\/-]+\]: Cannot run task "tell"/);
  const plan = await bulkhead(["plan", "flow.yaml", "--mock", "mocks.yaml"], { cwd: files.path });
  equal(plan.code, 0, plan.stderr);
  match(plan.stdout, /because mock {2}it ends with SUCCESS {2}mocks\.yaml:3:5/);
});

Deno.test("mocks: one of a task that is none is an error with the nearest", async () => {
  await using files = await makeFiles({ "flow.yaml": FLOW, "mocks.yaml": "tasks: [{id: laod}]" });
  const { code, stderr } = await bulkhead(["run", "flow.yaml", "--mock", "mocks.yaml"], {
    cwd: files.path,
  });
  equal(code, 3, stderr);
  match(stderr, /error\[test\/unknown-task\]: Cannot mock task "laod"/);
  match(stderr, /Did you mean "load"\?/);
});

Deno.test("mocks: a flowable that is mocked runs nothing inside, and a failure fails the flow", async () => {
  await using files = await makeFiles({
    "flow.yaml": FLOW,
    "mocks.yaml": "tasks: [{id: load}, {id: each, state: FAILED}]",
  });
  const { code, states, stderr } = await runFlow(["flow.yaml", "--mock", "mocks.yaml"], {
    cwd: files.path,
  });
  equal(code, 1, stderr);
  deepEqual(states, { load: "SUCCESS", each: "FAILED", execution: "FAILED" });
});

Deno.test("mocks: a task that says of itself that it does not run is skipped all the same", async () => {
  await using files = await makeFiles({
    "flow.yaml": JSON.stringify({
      id: "f",
      namespace: "a.b",
      tasks: [
        { id: "no", type: SLACK, runIf: "{{ 1 == 2 }}" },
        { id: "yes", type: SLACK, runIf: "{{ 1 == 1 }}" },
      ],
    }),
    "mocks.yaml": "tasks: [{id: no}, {id: yes}]",
  });
  const { states } = await runFlow(["flow.yaml", "--mock", "mocks.yaml"], { cwd: files.path });
  deepEqual(states, { no: "SKIPPED", yes: "SUCCESS", execution: "SUCCESS" });
});

Deno.test("mocks: a test case of a file of unit tests is a file of mocks", async () => {
  const type = "io.kestra.core.tests.flow.UnitTest";
  await using files = await makeFiles({
    "flow.yaml": FLOW,
    "tests.yaml": JSON.stringify({
      id: "t",
      namespace: "a.b",
      flowId: "f",
      testCases: [
        {
          id: "one",
          type,
          fixtures: { tasks: [{ id: "load", outputs: { rows: 1 } }, { id: "each" }] },
        },
        { id: "two", type },
      ],
    }),
  });
  const one = await runFlow(["flow.yaml", "--mock", "tests.yaml#one"], { cwd: files.path });
  equal(one.code, 1, one.stderr); // outputs.tell is not there
  equal(one.states.load, "SUCCESS");
  const none = await bulkhead(["run", "flow.yaml", "--mock", "tests.yaml"], { cwd: files.path });
  equal(none.code, 2);
  match(none.stderr, /it holds 2 test cases, one, two/);
  const odd = await bulkhead(["run", "flow.yaml", "--mock", "tests.yaml#oen"], { cwd: files.path });
  match(odd.stderr, /Did you mean "one"\?/);
});
