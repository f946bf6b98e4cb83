/**
 * What is known of classes, as data. Sources: kestra-io/kestra 0.21 and
 * kestra-io/plugin-scripts 1.9.x, by the class's own documentation.
 *
 * @module
 */

/** What an in-process class needs to do its own work, whoever wrote the task. */
export type Need = "net";

/** A class that bulkhead can run, or knows enough about to refuse by name. */
export type KnownClass =
  | {
    readonly kind: "in-process";
    /** `built-in`: our code only. `eval`: the author's script. */
    readonly program: "built-in" | "eval";
    readonly needs: readonly Need[];
    /** The properties it takes beside those of every task. */
    readonly properties: readonly string[];
  }
  | {
    readonly kind: "script";
    /** Where the author's text stands. */
    readonly body: "commands" | "script";
    readonly image: string;
    readonly properties: readonly string[];
  }
  | { readonly kind: "flowable" };

const EVAL: KnownClass = {
  kind: "in-process",
  program: "eval",
  needs: [],
  properties: ["script", "outputs"],
};

const SCRIPT_PROPERTIES = [
  "containerImage",
  "taskRunner",
  "beforeCommands",
  "interpreter",
  "failFast",
  "env",
  "warningOnStdErr",
] as const;

const builtIn = (properties: readonly string[], needs: readonly Need[] = []): KnownClass => ({
  kind: "in-process",
  program: "built-in",
  needs,
  properties,
});

/** Classes by name. */
export const CLASSES: ReadonlyMap<string, KnownClass> = new Map<string, KnownClass>([
  ["io.kestra.plugin.core.log.Log", builtIn(["message", "level"])],
  ["io.kestra.plugin.core.debug.Return", builtIn(["format"])],
  ["io.kestra.plugin.core.output.OutputValues", builtIn(["values"])],
  ["io.kestra.plugin.core.execution.Fail", builtIn(["condition", "errorMessage"])],
  ["io.kestra.plugin.core.flow.Sleep", builtIn(["duration"])],
  [
    "io.kestra.plugin.core.http.Request",
    builtIn(["uri", "method", "headers", "body", "contentType", "formData"], ["net"]),
  ],
  ["io.kestra.plugin.graalvm.js.Eval", EVAL],
  ["io.kestra.plugin.scripts.nashorn.Eval", EVAL],
  ["io.kestra.plugin.scripts.shell.Commands", {
    kind: "script",
    body: "commands",
    image: "ubuntu",
    properties: ["commands", ...SCRIPT_PROPERTIES],
  }],
  ["io.kestra.plugin.scripts.shell.Script", {
    kind: "script",
    body: "script",
    image: "ubuntu",
    properties: ["script", ...SCRIPT_PROPERTIES],
  }],
  ...[
    "AllowFailure",
    "Dag",
    "EachParallel",
    "EachSequential",
    "ForEach",
    "ForEachItem",
    "If",
    "LoopUntil",
    "Parallel",
    "Pause",
    "Sequential",
    "Subflow",
    "Switch",
    "WaitFor",
    "WorkingDirectory",
  ].map((it): [string, KnownClass] => [`io.kestra.plugin.core.flow.${it}`, { kind: "flowable" }]),
]);

/** Names of every task that are honoured. */
export const TASK_PROPERTIES: readonly string[] = [
  "id",
  "type",
  "description",
  "timeout",
  "allowFailure",
  "disabled",
  "runIf",
];

/** The runner that a script task has when nobody names one, as in Kestra. */
export const DOCKER_RUNNER = "io.kestra.plugin.scripts.runner.docker.Docker";

/** What a script task is interpreted with when it does not say, as in Kestra. */
export const SHELL_INTERPRETER: readonly string[] = ["/bin/sh", "-c"];
