import { deepEqual, equal } from "node:assert/strict";
import { faults, HEAD, parse, refusals, TASKS } from "./sample_flow.ts";

const task = (retry: string) => `${HEAD}tasks: [{id: t, type: io.a.B, retry: ${retry}}]\n`;
const flow = (retry: string) => `${HEAD}${TASKS}retry: ${retry}\n`;

const DEFAULTS = { factor: 2, warningOnRetry: false, behavior: "RETRY_FAILED_TASK" };

Deno.test.each([
  {
    text: "{type: constant, interval: PT0.25S, maxAttempt: 5, maxDuration: PT15S}",
    retry: {
      ...DEFAULTS,
      type: "constant",
      intervalMs: 250,
      maxAttempts: 5,
      maxDurationMs: 15_000,
    },
  },
  {
    text: "{type: constant, interval: PT1S, maxAttempts: '2', warningOnRetry: true}",
    retry: {
      ...DEFAULTS,
      type: "constant",
      intervalMs: 1000,
      maxAttempts: 2,
      warningOnRetry: true,
    },
  },
  {
    text: "{type: exponential, interval: PT1S, maxInterval: PT10S}",
    retry: { ...DEFAULTS, type: "exponential", intervalMs: 1000, maxIntervalMs: 10_000 },
  },
  {
    text: "{type: exponential, interval: PT1S, maxInterval: PT10S, delayFactor: 1.5}",
    retry: {
      ...DEFAULTS,
      type: "exponential",
      intervalMs: 1000,
      maxIntervalMs: 10_000,
      factor: 1.5,
    },
  },
  {
    text: "{type: random, minInterval: PT1S, maxInterval: PT2S, behavior: CREATE_NEW_EXECUTION}",
    retry: {
      ...DEFAULTS,
      type: "random",
      intervalMs: 1000,
      maxIntervalMs: 2000,
      behavior: "CREATE_NEW_EXECUTION",
    },
  },
  { text: "{}", retry: undefined },
  { text: "", retry: undefined },
])("parseFlow() reads retry: $text", ({ text, retry }) => {
  deepEqual(refusals(task(text)), []);
  deepEqual(parse(task(text)).flow.tasks[0]?.retry, retry);
  deepEqual(parse(flow(text)).flow.retry, retry);
});

/** Each complaint beside the twin that is accepted. */
Deno.test.each([
  {
    bad: "{interval: PT1S}",
    says: ["flow/missing-key: {interval:"],
    good: "{type: constant, interval: PT1S}",
  },
  {
    bad: "{type: fast}",
    says: ["flow/wrong-value: fast"],
    good: "{type: constant, interval: PT1S}",
  },
  {
    bad: "{type: constant}",
    says: ["flow/missing-key: {type:"],
    good: "{type: constant, interval: PT1S}",
  },
  {
    bad: "{type: random, interval: PT1S, maxInterval: PT2S}",
    says: ["flow/missing-key: {type:"],
    good: "{type: random, minInterval: PT1S, maxInterval: PT2S}",
  },
  {
    bad: "{type: exponential, interval: PT2S, maxInterval: PT1S}",
    says: ["flow/wrong-value: PT1S"],
    good: "{type: exponential, interval: PT1S, maxInterval: PT1S}",
  },
  {
    bad: "{type: constant, interval: PT1S, maxAttempts: 0}",
    says: ["flow/wrong-value: 0"],
    good: "{type: constant, interval: PT1S, maxAttempts: 1}",
  },
  {
    bad: "{type: constant, interval: PT1S, maxAttempts: 2, maxAttempt: 2}",
    says: ["flow/wrong-value: maxAttempt:"],
    good: "{type: constant, interval: PT1S, maxAttempt: 2}",
  },
  {
    bad: "{type: constant, interval: often}",
    says: ["flow/wrong-value: often"],
    good: "{type: constant, interval: PT1S}",
  },
  { bad: "often", says: ["flow/wrong-value: often"], good: "{}" },
])("parseFlow() rejects retry: $bad", ({ bad, says, good }) => {
  for (const  of of[task, flow]) {
    deepEqual(faults(of(bad)), says);
    deepEqual(faults(of(good)), []);
  }
});

Deno.test("parseFlow() refuses of retry what it does not know, and what is not written out", () => {
  const retry = (text: string) => refusals(task(`{type: constant, interval: PT1S${text}}`));
  deepEqual(retry(", maxAttemps: 2"), ["flow/not-supported: maxAttemps:"]);
  deepEqual(retry(', maxDuration: "{{ x }}"'), ['flow/not-supported: "{{ x }}"']);
  deepEqual(retry(", maxAttempts: 2, maxDuration: PT1S"), []);
});

Deno.test("parseFlow() reads a timeout that is an expression, and the level of a task's log", () => {
  const { tasks: [task] } = parse(
    `${HEAD}tasks: [{id: t, type: io.a.B, timeout: "{{ inputs.t }}", logLevel: WARN}]`,
  ).flow;
  equal(task?.timeoutMs, undefined);
  equal(task?.timeoutText?.value, "{{ inputs.t }}");
  equal(task?.logLevel, "WARN");
  const { tasks: [bare] } = parse(HEAD + TASKS).flow;
  equal(bare?.timeoutText, undefined);
  equal(bare?.logLevel, undefined);
});
