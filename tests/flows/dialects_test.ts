import { deepEqual, equal, ok } from "node:assert/strict";
import type { Io } from "../../lib/cli/command.ts";
import { main } from "../../lib/cli/main.ts";

/** What `plan --json` says of a flow, as far as these tests look. */
interface Planned {
  readonly code: number;
  readonly err: string;
  /** `path kind`, in the order of the plan. */
  readonly tasks: readonly string[];
  /** Codes of the diagnostics, each once. */
  readonly codes: readonly string[];
}

/** Plans a text in this process, on a machine without an engine. */
async function plan(text: string): Promise<Planned> {
  let [out, err] = ["", ""];
  const kept = ["HOME", "BULKHEAD_CACHE", "XDG_CACHE_HOME", "DENO_DIR", "SSL_CERT_FILE"];
  const code = await main(
    ["plan", "flow.yaml", "--json"],
    {
      readFile: () => Promise.resolve(new TextEncoder().encode(text)),
      listDirectory: () => Promise.resolve(undefined),
      env: {
        ...Object.fromEntries(kept.map((it) => [it, Deno.env.get(it)])),
        PATH: "/nonexistent",
      },
      out: (it) => void (out += it),
      err: (it) => void (err += it),
      colour: { out: false, err: false },
      signal: new AbortController().signal,
      texts: new Map(),
    } satisfies Io,
  );
  const { flows } = out === "" ? { flows: [] } : JSON.parse(out);
  const [flow] = flows as {
    tasks: { path: string; kind: string }[];
    diagnostics: { code: string }[];
  }[];
  return {
    code,
    err,
    tasks: flow?.tasks.map((it) => `${it.path} ${it.kind}`) ?? [],
    codes: [
      ...new Set(
        flow?.diagnostics.map((it) => it.code) ?? [...err.matchAll(CODE)].map((it) => it[1]!),
      ),
    ],
  };
}

const CODE = /^error\[([^\]]+)\]/gm;
const FLOW = "io.kestra.plugin.core.flow";
const LOG = "type: io.kestra.plugin.core.log.Log, message: hi";

/** A flow of Kestra 1.x that says nearly everything 1.x can say. */
const FIRST = `
id: everything_1.x
namespace: company.team
revision: 3
description: |
  All of it
labels:
  - key: team
    value: data
  - {key: prio, value: 1}
extend: {title: a, tags: [b], ee: false, demo: true}
variables: {path: "{{ inputs.text }}/x", list: [1]}
inputs:
  - {id: text, type: STRING, defaults: a, validator: "^[a-z]++$", displayName: Text}
  - {name: old, type: INT, min: 1, max: 9, required: false}
  - {id: choice, type: SELECT, values: [a, b], defaults: a, allowCustomValue: true, autoSelectFirst: false}
  - {id: many, type: MULTISELECT, itemType: STRING, options: [a, b]}
  - {id: sort, type: ENUM, values: [A, B]}
  - {id: when, type: DATETIME, defaults: "2024-01-01T00:00:00Z", after: "2023-01-01T00:00:00Z"}
  - {id: day, type: DATE, defaults: 2024-01-01}
  - {id: hour, type: TIME}
  - {id: span, type: DURATION, defaults: PT1H, min: PT1M}
  - {id: file, type: FILE, extension: .csv}
  - {id: list, type: ARRAY, itemType: INT, defaults: [1, 2]}
  - {id: tree, type: YAML, defaults: {a: [1]}}
  - {id: json, type: JSON, defaults: '{"a": 1}'}
  - {id: flag, type: BOOLEAN, defaults: true}
  - {id: hidden, type: SECRET}
  - {id: mail, type: EMAIL}
  - {id: place, type: URI}
  - {id: nested.value, type: STRING, dependsOn: {inputs: [flag], condition: "{{ inputs.flag }}"}}
outputs: [{id: result, type: STRING, value: "{{ outputs.last.value }}", description: d}]
concurrency: {limit: 1, behavior: QUEUE}
retry: {type: exponential, interval: PT1S, maxInterval: PT1M, maxAttempt: 3, behavior: RETRY_FAILED_TASK}
sla: [{id: s, type: MAX_DURATION, duration: PT1H, behavior: FAIL, labels: {a: b}}]
triggers:
  - id: daily
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "@daily"
    conditions: [{type: io.kestra.plugin.core.condition.Weekend}]
  - id: after
    type: io.kestra.plugin.core.trigger.Flow
    preconditions: {id: p, flows: [{namespace: a, flowId: b}]}
pluginDefaults:
  - type: io.kestra.plugin.core.log.Log
    values: {level: WARN}
tasks:
  - id: loop
    type: ${FLOW}.ForEach
    values: "{{ inputs.list }}"
    concurrencyLimit: 2
    tasks: [{id: in_loop, ${LOG}, runIf: "{{ taskrun.value == 1 }}"}]
  - id: query
    type: io.kestra.plugin.jdbc.postgresql.Query
    url: jdbc:postgresql://x
    retry: {type: constant, interval: PT1S, maxAttempt: 3}
    timeout: "{{ inputs.span }}"
    workerGroup: {key: a}
    tasks: [not, a, task]
  - {id: last, type: io.kestra.plugin.core.debug.Return, format: "{{ json(inputs.json).a }}"}
errors: [{id: alarm, ${LOG}}]
finally: [{id: clean, ${LOG}}]
afterExecution: [{id: report, ${LOG}}]
`;

/** A flow of Kestra 2.0 that says nearly everything 2.0 can say. */
const SECOND = `
id: everything-2
namespace: company.team
labels: {team: data, system.readOnly: "true"}
policyRefs: [scripts-in-docker]
workerSelector: {tags: [gpu], fallback: FAIL}
checks: [{when: "{{ inputs.form.a > 0 }}", message: m, style: ERROR, behavior: BLOCK_EXECUTION}]
inputs:
  - {id: flag, type: BOOL, prefill: true, required: false}
  - id: form
    type: FORM
    displayName: A form
    inputs:
      - {id: a, type: INT}
      - {id: b, type: SELECT, values: [{value: x, label: X}], dependsOn: {inputs: [form.a]}}
triggers:
  - id: after
    type: io.kestra.plugin.core.trigger.Flow
    when: "{{ true }}"
    dependsOn: [{namespace: a, flowId: b, states: [SUCCESS]}]
    window: {deadline: "09:00"}
tasks:
  - id: loop
    type: ${FLOW}.Loop
    values: {a: 1, b: 2}
    transmitFailed: false
    outputs: [{id: o, type: STRING, value: "{{ outputs.in_loop.value }}"}]
    tasks: [{id: in_loop, ${LOG}, when: "{{ item.value == 1 }}"}]
    errors: [{id: loop_failed, ${LOG}}]
    finally: [{id: loop_done, ${LOG}}]
  - {id: on_gpu, type: com.example.Train, workerSelector: {tags: [gpu]}, policyRefs: [x]}
  - id: again
    type: ${FLOW}.LoopUntil
    condition: "{{ outputs.check.value == 'ok' }}"
    checkFrequency: {maxIterations: 3, interval: PT1S}
    tasks: [{id: check, type: io.kestra.plugin.core.debug.Return, format: "{{ fromJson('1') }}"}]
    retry: {type: constant, interval: PT1S, maxAttempts: 3}
`;

Deno.test("a flow of 1.x is planned, whatever it says", async () => {
  const { code, tasks, codes, err } = await plan(FIRST);
  equal(code, 4, err);
  deepEqual(tasks, [
    "tasks[0] flowable",
    "tasks[0].tasks[0] in-process",
    "tasks[1] unknown",
    "tasks[2] in-process",
    "errors[0] in-process",
    "finally[0] in-process",
    "afterExecution[0] in-process",
  ]);
  ok(codes.includes("flow/not-supported") && codes.includes("plan/unknown-class"));
  ok(!codes.includes("flow/removed-in-2"), "nobody who writes for 1.x is told of 2.0 unasked");
});

Deno.test("a flow of 2.0 is planned, whatever it says", async () => {
  const { code, tasks, codes, err } = await plan(SECOND);
  equal(code, 4, err);
  deepEqual(tasks, [
    "tasks[0] flowable",
    "tasks[0].tasks[0] in-process",
    "tasks[0].errors[0] in-process",
    "tasks[0].finally[0] in-process",
    "tasks[1] unknown",
    "tasks[2] flowable",
    "tasks[2].tasks[0] in-process",
  ]);
  ok(!codes.includes("flow/removed-in-2"), err);
});

Deno.test("a flow that mixes both is told what 2.0 removed, and what replaces it", async () => {
  const mixed = SECOND.replace("tasks:\n  - id: loop", "pluginDefaults: []\ntasks:\n  - id: loop")
    .replace("maxAttempts", "maxAttempt");
  const { code, err } = await plan(mixed);
  equal(code, 4);
  const warnings = err.split(/^(?=error|warning)/m).filter((it) => it.includes("removed-in-2"));
  equal(warnings.length, 2, err);
  ok(warnings.some((it) => /"pluginDefaults"[^]*policyRefs/.test(it)), err);
  ok(warnings.some((it) => /"maxAttempt"[^]*maxAttempts/.test(it)), err);
});

/** Each flowable of either dialect, with a plan for everything in it. */
Deno.test.each([
  { type: "Sequential", text: `tasks: [{id: a, ${LOG}}]`, inside: 1 },
  { type: "Parallel", text: `tasks: [{id: a, ${LOG}}, {id: b, ${LOG}}]`, inside: 2 },
  { type: "AllowFailure", text: `tasks: [{id: a, ${LOG}}]`, inside: 1 },
  { type: "ForEach", text: `values: [1], tasks: [{id: a, ${LOG}}]`, inside: 1 },
  { type: "EachSequential", text: `value: [1], tasks: [{id: a, ${LOG}}]`, inside: 1 },
  { type: "EachParallel", text: `value: "[1]", tasks: [{id: a, ${LOG}}]`, inside: 1 },
  { type: "Loop", text: `values: [1], tasks: [{id: a, ${LOG}}]`, inside: 1 },
  { type: "LoopUntil", text: `condition: "x", tasks: [{id: a, ${LOG}}]`, inside: 1 },
  { type: "WaitFor", text: `condition: "x", tasks: [{id: a, ${LOG}}]`, inside: 1 },
  { type: "If", text: `condition: x, then: [{id: a, ${LOG}}], else: [{id: b, ${LOG}}]`, inside: 2 },
  { type: "Switch", text: `value: x, cases: {A: [{id: a, ${LOG}}]}`, inside: 1 },
  { type: "Dag", text: `tasks: [{task: {id: a, ${LOG}}}]`, inside: 1 },
  { type: "WorkingDirectory", text: `tasks: [{id: a, ${LOG}}]`, inside: 1 },
  { type: "Pause", text: `delay: PT1S, tasks: [{id: a, ${LOG}}]`, inside: 1 },
  { type: "Pause", text: "onResume: [{id: a, type: FILE}]", inside: 0 },
  { type: "ForEachItem", text: "items: x, namespace: y, flowId: z", inside: 0 },
  { type: "Subflow", text: "namespace: y, flowId: z", inside: 0 },
])("$type is planned with what is in it: $text", async ({ type, text, inside }) => {
  const { code, tasks, err } = await plan(
    `id: f\nnamespace: a\ntasks: [{id: o, type: ${FLOW}.${type}, ${text}, errors: [{id: e, ${LOG}}]}]`,
  );
  ok([0, 4, 125].includes(code), err);
  equal(tasks[0], "tasks[0] flowable");
  equal(tasks.length, 1 + inside + 1);
  ok(tasks.slice(1).every((it) => it.endsWith(" in-process")), tasks.join());
});

/** What Kestra rejects, with the code of its cause, beside the twin that is planned. */
Deno.test.each([
  { name: "no tasks", bad: "", good: `tasks: [{id: t, ${LOG}}]`, cause: "flow/missing-key" },
  {
    name: "a null for tasks",
    bad: "tasks:",
    good: `tasks: [{id: t, ${LOG}}]`,
    cause: "flow/no-tasks",
  },
  {
    name: "a key twice",
    bad: `tasks: [{id: t, id: u, ${LOG}}]`,
    good: `tasks: [{id: t, ${LOG}}]`,
    cause: "yaml/duplicate-key",
  },
  {
    name: "one id twice",
    bad: `tasks: [{id: t, ${LOG}}, {id: p, type: ${FLOW}.Parallel, tasks: [{id: t, ${LOG}}]}]`,
    good: `tasks: [{id: t, ${LOG}}, {id: p, type: ${FLOW}.Parallel, tasks: [{id: u, ${LOG}}]}]`,
    cause: "flow/duplicate-task",
  },
  {
    name: "a task without id",
    bad: `tasks: [{${LOG}}]`,
    good: `tasks: [{id: t, ${LOG}}]`,
    cause: "flow/missing-key",
  },
  {
    name: "a task with a key of no class",
    bad: `tasks: [{id: t, ${LOG}, colour: red}]`,
    good: `tasks: [{id: t, ${LOG}, level: INFO}]`,
    cause: "plan/unsupported-property",
  },
  {
    name: "a class that nobody knows",
    bad: "tasks: [{id: t, type: com.example.Nothing}]",
    good: `tasks: [{id: t, ${LOG}}]`,
    cause: "plan/unknown-class",
  },
  {
    name: "a cycle in a Dag",
    bad: `tasks: [{id: d, type: ${FLOW}.Dag, tasks: [{task: {id: t, ${LOG}}, dependsOn: [t]}]}]`,
    good: `tasks: [{id: d, type: ${FLOW}.Dag, tasks: [{task: {id: t, ${LOG}}, dependsOn: []}]}]`,
    cause: "flow/cyclic-dependency",
  },
  {
    name: "a flow that calls itself",
    bad: `tasks: [{id: s, type: ${FLOW}.Subflow, namespace: a, flowId: f}]`,
    good: `tasks: [{id: s, type: ${FLOW}.Subflow, namespace: a, flowId: g}]`,
    cause: "flow/recursive-subflow",
  },
  {
    name: "a worker to choose",
    bad: `tasks: [{id: t, type: com.example.Job, workerGroup: {key: a}}]`,
    good: `tasks: [{id: t, ${LOG}}]`,
    cause: "flow/not-supported",
  },
  {
    name: "a key of nobody's",
    bad: `tasks: [{id: t, ${LOG}}]\nbulkhead: {kernel: off}`,
    good: `tasks: [{id: t, ${LOG}}]\nextend: {bulkhead: {kernel: off}}`,
    cause: "flow/unknown-key",
  },
])("$name is rejected for that, and its twin is planned", async ({ bad, good, cause }) => {
  const rejected = await plan(`id: f\nnamespace: a\n${bad}`);
  ok([3, 4].includes(rejected.code), rejected.err);
  ok(rejected.codes.includes(cause), rejected.err);
  const planned = await plan(`id: f\nnamespace: a\n${good}`);
  ok([0, 4, 125].includes(planned.code) && !planned.codes.includes(cause), planned.err);
});
