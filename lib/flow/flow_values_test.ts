import { deepEqual, equal } from "node:assert/strict";
import { faults, HEAD, parse, refusals, TASKS } from "./sample_flow.ts";

const flow = (text: string) => `${HEAD}${TASKS}${text}\n`;

Deno.test("parseFlow() reads the outputs of a flow", () => {
  const text = flow(
    'outputs: [{id: a, value: "{{ x }}", type: STRING}, {id: b, value: {k: ["{{ y }}"]}, required: false}]',
  );
  deepEqual(refusals(text), []);
  deepEqual(
    parse(text).flow.outputs.map(({ value, ...rest }) => ({ ...rest, value: value.value })),
    [
      { id: "a", type: "STRING", value: "{{ x }}", required: true },
      { id: "b", value: { k: ["{{ y }}"] }, required: false },
    ],
  );
});

Deno.test("parseFlow() reads how many executions of a flow may run", () => {
  const { concurrency } = parse(flow("concurrency: {limit: 1}")).flow;
  deepEqual({ ...concurrency, source: concurrency?.source.line }, {
    limit: 1,
    behavior: "QUEUE",
    source: 5,
  });
  equal(parse(flow("concurrency: {limit: 2, behavior: FAIL}")).flow.concurrency?.behavior, "FAIL");
  equal(parse(flow("concurrency: {}")).flow.concurrency, undefined);
});

Deno.test("parseFlow() reads what executions of a flow are held to", () => {
  const text = flow(
    "sla: [{id: s, type: MAX_DURATION, duration: PT10S, behavior: CANCEL, labels: {sla: violated}}, " +
      '{id: t, type: EXECUTION_ASSERTION, assert: "{{ x }}", behavior: NONE}]',
  );
  deepEqual(refusals(text), []);
  const [first, second] = parse(text).flow.sla;
  deepEqual(first, {
    id: "s",
    type: "MAX_DURATION",
    durationMs: 10_000,
    behavior: "CANCEL",
    labels: { sla: "violated" },
  });
  equal(second?.type === "EXECUTION_ASSERTION" && second.assert.value, "{{ x }}");
  deepEqual(parse(HEAD + TASKS).flow.sla, []);
});

/** Each complaint beside the twin that is accepted. */
Deno.test.each([
  {
    bad: "outputs: [{id: a}]",
    says: "flow/missing-key: {id:",
    good: "outputs: [{id: a, value: 1}]",
  },
  {
    bad: "outputs: [{id: a, value: 1, required: perhaps}]",
    says: "flow/wrong-value: perhaps",
    good: "outputs: [{id: a, value: 1, required: true}]",
  },
  {
    bad: "concurrency: {behavior: FAIL}",
    says: "flow/missing-key: {behavior:",
    good: "concurrency: {limit: 1}",
  },
  { bad: "concurrency: {limit: 0}", says: "flow/wrong-value: 0", good: "concurrency: {limit: 1}" },
  {
    bad: "concurrency: {limit: 1, behavior: WAIT}",
    says: "flow/wrong-value: WAIT",
    good: "concurrency: {limit: 1, behavior: QUEUE}",
  },
  { bad: "sla: {id: a}", says: "flow/wrong-value: {id:", good: "sla: []" },
  {
    bad: "sla: [{id: s, type: MAX_DURATION, behavior: FAIL}]",
    says: "flow/missing-key: {id:",
    good: "sla: [{id: s, type: MAX_DURATION, duration: PT1S, behavior: FAIL}]",
  },
  {
    bad: "sla: [{id: s, type: MAX_DURATION, duration: PT1S}]",
    says: "flow/missing-key: {id:",
    good: "sla: [{id: s, type: MAX_DURATION, duration: PT1S, behavior: FAIL}]",
  },
  {
    bad: "sla: [{id: s, type: OTHER, behavior: FAIL}]",
    says: "flow/wrong-value: OTHER",
    good: "sla: [{id: s, type: EXECUTION_ASSERTION, assert: x, behavior: FAIL}]",
  },
])("parseFlow() rejects $bad", ({ bad, says, good }) => {
  deepEqual(faults(flow(bad)), [says]);
  deepEqual(faults(flow(good)), []);
});

Deno.test.each([
  { text: "outputs: [{id: a, value: 1, type: FORM}]", at: "FORM" },
  { text: "outputs: [{id: a, value: 1, vlaue: 1}]", at: "vlaue:" },
  { text: "concurrency: {limit: 1, maximum: 2}", at: "maximum:" },
  { text: "concurrency: {limit: '{{ x }}'}", at: "'{{" },
  { text: "sla: [{id: s, type: MAX_DURATION, duration: PT1S, behavior: FAIL, x: 1}]", at: "x:" },
])("parseFlow() reads $text, and says that it cannot be run", ({ text, at }) => {
  deepEqual(refusals(flow(text)), [`flow/not-supported: ${at}`]);
});
