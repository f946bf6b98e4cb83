import type { KnownClass, Need, NotRun } from "./known_class.ts";

const CORE = "kestra-io/kestra 0.21, core";

/** What every task that sends a request takes. */
const HTTP = [
  "uri",
  "method",
  "headers",
  "body",
  "contentType",
  "formData",
  "options",
  "allowFailed",
];

/** What every task about a flow's state takes. */
const STATE = ["name", "namespace", "taskrunValue"];

/** Classes that our own code implements, and some that it does not, with the reason. */
const BUILT_INS: readonly (readonly [string, KnownClass])[] = [
  builtIn("log.Log", ["message", "level"]),
  builtIn("log.Fetch", ["level", "tasksId", "executionId", "flowId", "namespace"]),
  builtIn("debug.Return", ["format"]),
  builtIn("debug.Echo", ["format", "level"]),
  builtIn("output.OutputValues", ["values"]),
  builtIn("execution.Assert", ["conditions", "errorMessage"]),
  builtIn("execution.Fail", ["condition", "errorMessage"]),
  builtIn("execution.Labels", ["labels"]),
  builtIn("flow.Sleep", ["duration"]),
  builtIn("http.Request", [...HTTP, "encryptBody"], ["net"]),
  builtIn("http.Download", [...HTTP, "failOnEmptyResponse"], ["net"]),
  builtIn("kv.Set", ["key", "value", "kvType", "namespace", "overwrite", "ttl", "kvDescription"]),
  builtIn("kv.Get", ["key", "namespace", "errorOnMissing"]),
  builtIn("kv.Delete", ["key", "namespace", "errorOnMissing"]),
  builtIn("kv.GetKeys", ["prefix", "namespace"]),
  builtIn("kv.PurgeKV", [
    "keyPattern",
    "namespaces",
    "includeChildNamespaces",
    "behavior",
    "expiredOnly",
  ]),
  builtIn("state.Get", [...STATE, "errorOnMissing"]),
  builtIn("state.Set", [...STATE, "data"]),
  builtIn("state.Delete", [...STATE, "errorOnMissing"]),
  builtIn("storage.Concat", ["files", "separator", "extension"]),
  builtIn("storage.DeduplicateItems", ["from", "expr"]),
  builtIn("storage.Delete", ["uri", "errorOnMissing"]),
  builtIn("storage.FilterItems", [
    "from",
    "filterCondition",
    "filterType",
    "errorOrNullBehavior",
  ]),
  builtIn("storage.LocalFiles", ["inputs", "outputs"]),
  builtIn("storage.Reverse", ["from", "separator", "charset"]),
  builtIn("storage.Size", ["uri"]),
  builtIn("storage.Split", ["from", "bytes", "partitions", "rows", "regexPattern", "separator"]),
  builtIn("storage.Write", ["content", "extension"]),
  notRun("templating.TemplatedTask", {
    fact: "its class is not known before it runs, so that no policy can be asked about it",
    help: "Write the task itself, with expressions in its properties",
  }),
  ...["UploadFiles", "DownloadFiles", "DeleteFiles"].map((it) =>
    notRun(`namespace.${it}`, {
      fact: "files of a namespace are the user's own, and are not written here",
      help: "Use --namespace-files, and namespaceFiles of a script task",
    })
  ),
  notRun("http.SseRequest", {
    fact: "streams of events are not read here",
    help: "Use io.kestra.plugin.core.http.Request",
  }),
];

const STARTED = ["namespace", "flowId", "inputs", "labels", "inheritLabels", "wait"];

/** Tasks that contain tasks, or start another flow: the harness itself goes by them. */
const FLOWABLES: readonly (readonly [string, KnownClass])[] = [
  flowable("AllowFailure", ["tasks"]),
  flowable("Dag", ["tasks", "concurrent"]),
  flowable("EachParallel", ["value", "tasks", "concurrent"]),
  flowable("EachSequential", ["value", "tasks"]),
  flowable("ForEach", ["values", "tasks", "concurrencyLimit"]),
  // Where a failed execution is started again is no matter of one run.
  flowable("ForEachItem", ["items", "batch", ...STARTED, "transmitFailed", "restartBehavior"]),
  flowable("If", ["condition", "then", "else"]),
  flowable("Loop", ["values", "tasks", "concurrencyLimit", "transmitFailed"]),
  flowable("LoopUntil", ["condition", "tasks", "checkFrequency", "failOnMaxReached"]),
  flowable("Parallel", ["tasks", "concurrent", "failFast"]),
  flowable("Pause", ["pauseDuration", "delay", "behavior", "onResume", "tasks"]),
  flowable("Sequential", ["tasks"]),
  flowable("Subflow", [...STARTED, "transmitFailed", "outputs", "restartBehavior"]),
  flowable("Switch", ["value", "cases", "defaults"]),
  flowable("WaitFor", ["condition", "tasks", "checkFrequency", "failOnMaxReached"]),
  flowable("WorkingDirectory", ["tasks", "inputFiles", "outputFiles", "namespaceFiles", "cache"]),
  flowable("Approval", ["onWait", "onApprove", "onDeny"], {
    fact: "nobody is asked for an approval here",
    help: "Use io.kestra.plugin.core.flow.Pause, with an input in onResume",
  }),
  flowable("Template", ["namespace", "templateId", "args"], {
    fact: "there are no templates here, and Kestra has dropped them",
    help: "Use io.kestra.plugin.core.flow.Subflow",
  }),
];

const EVAL_SOURCE = "kestra-io/plugin-scripts 1.9.x and kestra-io/plugin-graalvm";

/** Code of the author's in the worker's own process: what the thread rule is about. */
const EVALS: readonly (readonly [string, KnownClass])[] = [
  ...["io.kestra.plugin.graalvm.js.Eval", "io.kestra.plugin.scripts.nashorn.Eval"].map((
    it,
  ): [string, KnownClass] => [it, {
    kind: "in-process",
    program: "eval",
    needs: [],
    properties: ["script", "outputs"],
    source: EVAL_SOURCE,
  }]),
  ...[
    "graalvm.js.FileTransform",
    "graalvm.python.Eval",
    "graalvm.python.FileTransform",
    "graalvm.ruby.Eval",
    "graalvm.ruby.FileTransform",
    "scripts.groovy.Eval",
    "scripts.groovy.FileTransform",
    "scripts.jython.Eval",
    "scripts.jython.FileTransform",
    "scripts.nashorn.FileTransform",
  ].map((it): [string, KnownClass] => [`io.kestra.plugin.${it}`, {
    kind: "in-process",
    program: "foreign",
    needs: [],
    properties: [],
    source: EVAL_SOURCE,
    notRun: {
      fact: it.endsWith("FileTransform")
        ? "file transforms are not supported yet"
        : "nothing here runs its language in process",
      help: "Use io.kestra.plugin.graalvm.js.Eval, or a script task in a container",
    },
  }]),
];

/** What is known of Kestra's own classes, and of the Evals. */
export const CORE_CLASSES: readonly (readonly [string, KnownClass])[] = [
  ...BUILT_INS,
  ...FLOWABLES,
  ...EVALS,
];

function builtIn(
  name: string,
  properties: readonly string[],
  needs: readonly Need[] = [],
): readonly [string, KnownClass] {
  return [`io.kestra.plugin.core.${name}`, {
    kind: "in-process",
    program: "built-in",
    needs,
    properties,
    source: CORE,
  }];
}

function notRun(name: string, why: NotRun): readonly [string, KnownClass] {
  const [type, known] = builtIn(name, []);
  return [type, { ...known, notRun: why }];
}

function flowable(
  name: string,
  properties: readonly string[],
  notRun?: NotRun,
): readonly [string, KnownClass] {
  return [`io.kestra.plugin.core.flow.${name}`, {
    kind: "flowable",
    properties: [...properties, "errors", "finally"],
    source: "kestra-io/kestra 0.21 to 2.0, core",
    ...(notRun && { notRun }),
  }];
}
