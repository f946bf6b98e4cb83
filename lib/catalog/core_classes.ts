import type { KnownClass, Need } from "./known_class.ts";

const CORE = "kestra-io/kestra 0.21, core";

/** Classes that our own code implements. */
const BUILT_INS: readonly (readonly [string, KnownClass])[] = [
  builtIn("log.Log", ["message", "level"]),
  builtIn("debug.Return", ["format"]),
  builtIn("output.OutputValues", ["values"]),
  builtIn("execution.Fail", ["condition", "errorMessage"]),
  builtIn("flow.Sleep", ["duration"]),
  builtIn(
    "http.Request",
    ["uri", "method", "headers", "body", "contentType", "formData"],
    ["net"],
  ),
];

/** Tasks that contain tasks; no worker ever runs one. */
const FLOWABLES: readonly (readonly [string, KnownClass])[] = [
  "AllowFailure",
  "Dag",
  "EachParallel",
  "EachSequential",
  "ForEach",
  "ForEachItem",
  "If",
  "Loop",
  "LoopUntil",
  "Parallel",
  "Pause",
  "Sequential",
  "Subflow",
  "Switch",
  "Template",
  "WaitFor",
  "WorkingDirectory",
].map((it) => [
  `io.kestra.plugin.core.flow.${it}`,
  { kind: "flowable", source: CORE, notRun: { fact: "it is not supported yet" } },
]);

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
