/** What a run of a flow is given, and what it must come to. */
export interface Case {
  /** Beside the flow's own name, where a flow is run more than once. */
  readonly name?: string;
  /** Options of `bulkhead run`; `@lines` is a file of ten lines. */
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly state: string;
  /** How often a task comes to which states, in order of their ends; a task with none must not run. */
  readonly runs?: Readonly<Record<string, readonly string[]>>;
  /** Lines of the log that must be there, whole. */
  readonly says?: readonly string[];
  /** Outputs of tasks that must be there: of the last run of each. */
  readonly outputs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** How many attempts a task takes, of all its runs together. */
  readonly attempts?: Readonly<Record<string, number>>;
  /** How many executions it takes, subflows and new ones counted. */
  readonly executions?: number;
}

const FINE: readonly Case[] = [{ state: "SUCCESS" }];
const TEST_CLASS = "its class is of Kestra's own tests";
const input = (...pairs: readonly string[]) => pairs.flatMap((it) => ["-i", it]);
const OK = "SUCCESS";

/**
 * What each flow of `valids` must come to, by its file: what it says itself, and what Kestra's tests of
 * it expect. A text is why it cannot run here.
 */
export const VALIDS: Readonly<Record<string, readonly Case[] | string>> = {
  "alias-task.yaml": TEST_CLASS,
  // Its last task names a value, and is in no loop.
  "all-flowable.yaml": [{
    state: "FAILED",
    runs: {
      "1-each-1": [OK, OK, OK],
      "1-each-2-1": Array(6).fill(OK),
      "1-each-seq-error-1": [],
      "3-sequential-2-2-1": [OK],
      "4-sequential-case-1": ["FAILED"],
      "4-sequential-default": [],
      "error-1st": [OK],
      "error-2nd": [OK],
    },
  }],
  "current-output.yaml": [{
    state: OK,
    runs: { "1-1-1_return": Array(8).fill(OK), "2-1_return": [OK, OK] },
    outputs: {
      "1-1-1_return": { value: "return-v12-v22-v32" },
      "2-1_return": { value: "return-v42" },
    },
  }],
  "disable-error.yaml": [{
    state: "FAILED",
    runs: { failed: ["FAILED"], t2: [OK], t4: [OK] },
  }],
  "disable-simple.yaml": [{ state: OK, runs: { t1: [OK], t3: [OK] } }],
  "each-empty.yaml": [{ state: OK, runs: { "1-1": [], "2_end": [OK] } }],
  "each-object-in-list.yaml": [{
    state: OK,
    runs: { "not-json": [OK], json: [OK, OK] },
    outputs: { "not-json": { value: "not-json > STRING > value 1" } },
  }],
  "each-parallel-Integer.yml": [{ state: OK, runs: { return: [OK, OK, OK] } }],
  "each-parallel-pause.yml": [{ state: OK, runs: { log: [OK, OK, OK] } }],
  "each-parallel.yaml": [{
    state: OK,
    runs: { "1-1": [OK, OK, OK], "1-2": [OK, OK, OK], "2_end": [OK] },
  }],
  "each-sequential.yaml": [{
    state: "WARNING",
    runs: { "1-1": [OK, OK, OK], "1-2": [OK, "FAILED", "FAILED"], "2_end": [OK] },
  }],
  "empty-variables.yml": [{
    state: OK,
    argv: input('emptyKey={"foo": ""}', 'emptySubObject={"json": {"someEmptyObject": {}}}'),
  }],
  "errors.yaml": [{
    state: "FAILED",
    runs: { t2: [OK], t3: [OK], "t3-t1-t1-t1-last": [OK] },
    says: ["t3-t1-t1-t1-last : t3-t1-t1-t1-last"],
  }],
  "executable-fail.yml": TEST_CLASS,
  "fail-on-condition.yaml": [
    {
      name: "fails",
      state: "FAILED",
      argv: input("param=fail"),
      runs: { before: [OK], fail: ["FAILED"], after: [] },
    },
    {
      name: "goes on",
      state: OK,
      argv: input("param=success"),
      runs: { before: [OK], fail: [OK], after: [OK] },
    },
  ],
  "failed-first.yaml": [{ state: "FAILED", runs: { t1: ["FAILED"], t2: [] } }],
  "flow-concurrency-cancel.yml": FINE,
  "flow-concurrency-queue-pause.yml": [{ state: OK, runs: { "post-pause": [OK] } }],
  "flow-trigger-preconditions-flow-a.yaml": FINE,
  "flow-trigger-preconditions-flow-listen.yaml": FINE,
  "flow-with-outputs-failed.yml": [{ state: "FAILED", runs: { return: [OK] } }],
  "flowable-fail.yaml": TEST_CLASS,
  "for-each-item-failed.yaml": [{
    state: "FAILED",
    argv: input("file=@lines"),
    runs: { "per-item": ["FAILED", "FAILED", "FAILED"] },
    executions: 4,
  }],
  "for-each-item-outputs-subflow.yaml":
    "it reads a file of the execution that starts it, whose flow is none of the corpus",
  "for-each-item-subflow-failed.yaml": [{ state: "FAILED", argv: input("items=x") }],
  "for-each-item.yaml": "its subflow for-each-item-subflow is none of the corpus",
  "foreach-concurrent-parallel.yaml": [{
    state: OK,
    runs: { parallel: [OK, OK, OK], log: [OK, OK, OK], shell: [OK, OK, OK] },
  }],
  "foreach-non-concurrent.yaml": [{
    state: OK,
    runs: { log: [OK, OK, OK], shell: [OK, OK, OK] },
    says: ["Processing value 1", "Processing value 2", "Processing value 3"],
  }],
  "get-log-executionid.yaml": FINE,
  "get-log.yaml": FINE,
  "http-listen.yaml": FINE,
  "if-in-flowable.yaml": [{
    state: OK,
    argv: input("param=x"),
    runs: { before_if: [OK, OK, OK], if: [OK, OK, OK], after_if: [OK] },
    outputs: { after_if: { value: "After if: value 2" } },
  }],
  "if.yaml": [{
    state: OK,
    argv: input("if1=true", "if2=false", "if3=true"),
    runs: { "if-1-log": [OK], "if-2-log": [], "if-3-log": [OK], "log-parallel-6": [OK] },
  }],
  "inputs-large.yaml": [{
    state: OK,
    argv: input(`string=${"x".repeat(20_000)}`),
    runs: { string: Array(9).fill(OK) },
    outputs: { string: { value: "x".repeat(20_000) } },
  }],
  "inputs.yaml": [
    {
      state: OK,
      argv: [
        ...input("string=myString", "enum=ENUM_VALUE", "int=42", "float=42.42", "bool=false"),
        ...input("instant=2019-10-06T18:27:49Z", "date=2019-10-06", "time=18:27:49"),
        ...input("duration=PT5M6S", "file=@lines", 'json={"a": "b"}', "uri=https://www.google.com"),
        ...input("nested.string=a string", "nested.more.int=123", "nested.bool=true"),
        ...input("validatedString=A123", "validatedInt=12", "validatedDate=2023-01-02"),
        ...input("validatedDateTime=2023-01-01T00:00:10Z", "validatedDuration=PT15S"),
        ...input("validatedFloat=0.42", "validatedTime=11:27:49", "secret=secret"),
        ...input("array=[1, 2, 3]"),
      ],
      runs: { log: [OK, OK, OK] },
      outputs: { string: { value: "myString" }, int: { value: "42" }, float: { value: "42.42" } },
    },
  ],
  "labels-update-task.yml": [{
    state: OK,
    argv: input(
      'labelsJson={"keyFromJson": "valueFromJson"}',
      "labelsMapKey=keyFromMap",
      "labelsMapValue=valueFromMap",
      "labelsListKey=keyFromList",
      "labelsListValue=valueFromList",
    ),
  }],
  "logs.yaml": [{
    state: OK,
    says: ["first t1", "second io.kestra.plugin.core.log.Log", "five first", "five second"],
  }],
  "minimal.yaml": FINE,
  "npe-labels-update-task.yml": FINE,
  "output-values.yml": [{ state: OK }],
  "parallel.yaml": [{
    state: OK,
    runs: { t1: [OK], t6: [OK], parent: [OK], last: [OK] },
  }],
  "pause-delay.yaml": [{ state: OK, runs: { subtask: [OK], last: [OK] } }],
  "pause.yaml": [{ state: OK, argv: ["--yes"], runs: { subtask: [OK], last: [OK] } }],
  "pause_on_resume.yaml": [{
    state: OK,
    argv: ["--yes", "--on-resume", "asked=restarted"],
    outputs: { last: { values: { asked: "restarted", data: "" } } },
  }],
  "primitive-labels-flow.yml": [{
    state: OK,
    argv: input("intLabel=42", "floatLabel=3.14", "boolLabel=true"),
  }],
  "restart_always_failed.yaml": [{
    state: "FAILED",
    runs: { failStep: ["FAILED"], errorHandler: [OK] },
  }],
  "restart_local_errors.yaml": [{
    state: "FAILED",
    runs: { close: [OK], failStep: ["FAILED"], errorHandler: [OK], after: [] },
  }],
  "restart_with_inputs.yaml": [{
    state: OK,
    argv: input("string=s", "int=1", "float=1.5", "instant=2019-10-06T18:27:49Z", "file=@lines"),
  }],
  "retry-dynamic-task.yaml": TEST_CLASS,
  "retry-fail.yaml": [{
    state: "FAILED",
    runs: { keepFailingWithRetry: ["FAILED"], thisTaskShouldNotBeExecuted: [], error: [OK] },
    attempts: { keepFailingWithRetry: 3 },
  }],
  "retry-failed-flow-duration.yml": [{ state: "FAILED", attempts: { fail: 3 } }],
  "retry-failed-task-duration.yml": [{ state: "FAILED", attempts: { fail: 3 } }],
  "retry-flowable-child.yaml": [{ state: "FAILED", attempts: { child: 3 } }],
  "retry-flowable-parallel.yaml": [{ state: "FAILED", attempts: { child: 6 } }],
  "retry-new-execution-flow-attempts.yml": [{ state: "FAILED", executions: 3 }],
  "retry-new-execution-task-attempts.yml": [{ state: "FAILED", executions: 3 }],
  "retry-random.yaml": [{ state: "FAILED", attempts: { failed: 3 } }],
  "retry-success-first-attempt.yaml": [{
    state: OK,
    runs: { "never-happen": [] },
    attempts: { "not-retry-and-no-warning": 1 },
  }],
  "return.yaml": [{ state: OK, outputs: { "flow-id": { value: "return" } } }],
  "secrets.yaml": [
    {
      name: "given",
      state: OK,
      env: {
        SECRET_MY_SECRET: btoa('{"secretKey": "secretValue"}'),
        SECRET_NEW_LINE: btoa("cGFzc3dvcmR2ZXJ5\nbG9uZ3Bhc3N3b3Jk"),
      },
    },
    { name: "missing", state: "FAILED" },
  ],
  "sequential-with-local-errors.yaml": [{
    state: "FAILED",
    runs: { "t2-t1": ["FAILED"], "t2-t2": [], "error-t1": [OK], "error-t2": [OK] },
  }],
  "sla-execution-condition.yaml": [
    { name: "passes", state: OK },
    { name: "cancels", state: "CANCELLED", argv: input("string=CANCEL") },
    { name: "labels", state: OK, argv: input("string=LABEL") },
  ],
  "sla-max-duration-ok.yaml": FINE,
  "sleep.yml": FINE,
  "subflow-child.yaml": "its subflow subflow-grand-child is none of the corpus",
  "subflow-parent.yaml": "the subflow of its subflow, subflow-grand-child, is none of the corpus",
  "switch.yaml": [
    { name: "first", state: OK, argv: input("string=FIRST"), runs: { t1: [OK], t2: [] } },
    { name: "second", state: OK, argv: input("string=SECOND"), runs: { t2: [OK], t2_sub: [OK] } },
    {
      name: "third",
      state: "FAILED",
      argv: input("string=THIRD"),
      runs: { failed: ["FAILED"], "error-t1": [OK] },
    },
    { name: "default", state: OK, argv: input("string=none"), runs: { default: [OK] } },
  ],
  "task-allow-failure-executable-foreachitem.yml": [{
    state: "WARNING",
    argv: input("file=@lines"),
    runs: { "log-allowed": [OK] },
  }],
  "task-allow-failure-runnable.yml": [{
    state: "WARNING",
    runs: { fail: ["WARNING"], log: [OK] },
    attempts: { fail: 3 },
  }],
  "task-allow-warning-executable-foreachitem.yml": [{
    state: OK,
    argv: input("file=@lines"),
    runs: { "log-allowed": [OK] },
  }],
  "task-allow-warning-runnable.yml": [{ state: OK, runs: { fail: [OK], log: [OK] } }],
  "task-flow-inherited-labels.yaml": [
    { name: "well", state: OK, argv: input("string=OK"), executions: 2 },
    { name: "not well", state: "FAILED", argv: input("string=THIRD"), executions: 2 },
  ],
  "task-runif.yml": [{
    state: "FAILED",
    runs: { executed: [OK], notexecuted: ["SKIPPED"], willfailedtheflow: ["FAILED"] },
  }],
  "trigger-flow-listener-namespace-condition.yaml": [
    { state: OK, argv: input("from-parent=x") },
  ],
  "trigger-flow-listener-with-pause.yaml": [{ name: "without its trigger", state: "FAILED" }],
  "trigger-flow-with-pause.yaml": [{ state: OK, runs: { hello_again: [OK] } }],
  "trigger-multiplecondition-failed.yaml": FINE,
  "trigger-multiplecondition-flow-b.yaml": FINE,
  "trigger-multiplecondition-flow-d.yaml": FINE,
  "trigger-toggle.yaml": "core.trigger.Toggle switches triggers, and there are none here",
  "variables.yaml": [{
    name: "without Kestra's configuration",
    state: "FAILED",
    runs: { variable: [OK], env: ["FAILED"] },
    outputs: { variable: { value: "1 > 2 > 3" } },
  }],
  "waitfor-max-iterations.yaml": [{ state: "FAILED", runs: { output_values: [OK, OK, OK] } }],
  "waitfor-multiple-tasks.yaml": [{
    state: OK,
    runs: { echo: [OK, OK, OK], output_values: [OK, OK, OK] },
  }],
  "waitfor.yaml": [{ state: OK, runs: { output_values: [OK] } }],
  "webhook-secret-key.yaml": [{ name: "without its trigger", state: "FAILED" }],
  "webhook.yaml": [{ name: "without its trigger", state: "FAILED" }],
  "working-directory-cache.yml": [{ name: "of the first run", state: OK }],
  "working-directory-inputs.yml": FINE,
  "working-directory-outputs.yml": FINE,
  "working-directory-taskrun-nested.yml": FINE,
  "working-directory.yaml": [
    {
      name: "well",
      state: OK,
      argv: input("failed=false"),
      runs: { first: [OK], second: [OK], "2_end": [OK] },
    },
    {
      name: "not well",
      state: "FAILED",
      argv: input("failed=true"),
      runs: { first: ["FAILED"], second: [], "error-t1": [OK], "2_end": [] },
    },
  ],
};
