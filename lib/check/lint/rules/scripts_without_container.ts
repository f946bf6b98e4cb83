import { canonicalClass } from "../../../catalog/aliases.ts";
import { CLASSES, DOCKER_RUNNER, PROCESS_RUNNER } from "../../../catalog/classes.ts";
import type { Diagnostic, LocatedMap, Policy, Sourced } from "../../../model/mod.ts";
import { applyDefaults, applyRules } from "../../../policy/mod.ts";
import { findLocated, parseYaml } from "../../../source/mod.ts";
import { once } from "../../../source/once.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";

/** Classes that hand text to an interpreter, and have a task runner to do it. */
const SCRIPTS = [...CLASSES].flatMap(([name, it]) =>
  it.kind === "script" && it.notRun === undefined ? [name] : []
);
/** Scripts of old, which run on Kestra's host past any runner that is forced on them. */
const RUNNERLESS = [...CLASSES].flatMap(([name, it]) =>
  it.kind === "script" && name.startsWith("io.kestra.core.tasks.scripts.") ? [name] : []
);

/** Forced defaults that put what they reach into a container, in file order. */
function forcedContainers({ defaults }: Policy): readonly Sourced<string>[] {
  return defaults.filter((it) => {
    const runner = findLocated(it.values, ["taskRunner", "type"]);
    return it.forced && it.ref === undefined && runner?.kind === "scalar" &&
      runner.value !== PROCESS_RUNNER;
  }).map((it) => it.type);
}

/** A flow with a task of each script class, which its author sends to the host. */
const onHost = once((): LocatedMap => {
  const tasks = SCRIPTS.map((type, i) =>
    `  - {id: t${i}, type: ${type}, taskRunner: {type: ${PROCESS_RUNNER}}}`
  );
  const text = ["id: asked", "namespace: asked", "tasks:", ...tasks, ""].join("\n");
  const root = parseYaml(text, "asked");
  if (root?.kind !== "map") throw new TypeError("A flow is a map");
  return root;
});

/**
 * The script classes whose tasks keep a runner of their author's on the host. A flow is taken through the
 * policy, so that this is what defaults and rules do.
 */
function open(policy: Policy): readonly string[] {
  const { flow } = applyRules(applyDefaults(onHost(), policy), policy.rules, canonicalClass);
  return SCRIPTS.filter((_, i) => {
    const runner = findLocated(flow, ["tasks", String(i), "taskRunner", "type"]);
    return runner?.kind !== "scalar" || runner.value === PROCESS_RUNNER;
  }).filter((it) => !isExcluded(policy, it));
}

function isExcluded({ plugins: { includes, excludes } }: Policy, type: string): boolean {
  return excludes.some((it) => it.pattern.test(type)) ||
    includes.some((list) => !list.some((it) => it.pattern.test(type)));
}

function* find({ policy }: LintContext): Generator<Diagnostic> {
  const [first] = policy === undefined ? [] : forcedContainers(policy);
  if (policy === undefined || first === undefined) return;
  const classes = open(policy);
  if (classes.length > 0) {
    const types = entriesFor(classes);
    yield {
      code: "check/scripts-without-container",
      severity: "warning",
      message: `${classes.length} script ${
        classes.length === 1 ? "class has" : "classes have"
      } no forced container: ${inWords(classes)}`,
      at: first.source,
      help: [
        "In Kestra their tasks may choose the host with taskRunner. Force it on them too, beside this one:",
        ...types.map((it) =>
          `    - {type: ${it}, forced: true, values: {taskRunner: {type: ${DOCKER_RUNNER}}}}`
        ),
      ].join("\n"),
    };
  }
  const runnerless = RUNNERLESS.filter((it) => !isExcluded(policy, it));
  if (runnerless.length > 0) {
    yield {
      code: "check/scripts-without-container",
      severity: "warning",
      message: `Nothing forced reaches ${
        runnerless.join(", ")
      }: in Kestra they run on the host, and know no taskRunner`,
      at: first.source,
      help: String
        .raw`Keep them out: kestra.plugins.security.excludes: ['io\.kestra\.core\.tasks\.scripts\..*']`,
    };
  }
}

function inWords(classes: readonly string[]): string {
  const short = classes.map((it) => it.replace("io.kestra.plugin.scripts.", ""));
  const isShort = short.every((it, i) => it !== classes[i]);
  return isShort ? `${short.join(", ")} of io.kestra.plugin.scripts` : classes.join(", ");
}

/**
 * The shortest beginnings of names that reach these classes. A package is written with its `.`: without,
 * `…scripts.r` would reach `ruby` and the runner itself.
 */
function entriesFor(classes: readonly string[]): readonly string[] {
  const packageOf = (type: string) => type.slice(0, type.lastIndexOf(".") + 1);
  const open = new Set(classes);
  return [
    ...new Set(classes.map((it) => {
      const whole = SCRIPTS.filter((other) => packageOf(other) === packageOf(it));
      return whole.every((other) => open.has(other)) ? packageOf(it) : it;
    })),
  ];
}

function entry(type: string, indent: string): readonly string[] {
  return [
    `${indent}- type: ${type}`,
    `${indent}  forced: true`,
    `${indent}  values:`,
    `${indent}    taskRunner:`,
    `${indent}      type: ${DOCKER_RUNNER}`,
  ];
}

function* broad({ policy }: LintContext): Generator<Diagnostic> {
  for (const { type, forced, values } of policy?.defaults ?? []) {
    const runner = findLocated(values, ["taskRunner", "type"]);
    if (runner?.kind !== "scalar" || typeof runner.value !== "string") continue;
    const reaches = [runner.value, canonicalClass(runner.value)].some((it) =>
      it.startsWith(type.value)
    );
    if (!reaches) continue;
    yield {
      code: "check/default-reaches-runner",
      severity: "warning",
      message: `Default for "${type.value}" reaches the task runner too, class "${runner.value}" ` +
        `begins with it, and puts a taskRunner into that`,
      at: type.source,
      related: [{ message: "the runner that it names", at: runner.source }],
      help: `Name each package with its "." at the end, such as ${
        forced ? "io.kestra.plugin.scripts.shell." : "io.kestra.plugin.scripts.python."
      }`,
    };
  }
}

const policy = (types: readonly string[], more = "") =>
  `kestra:
  plugins:
${more}    defaults:
${types.flatMap((it) => entry(it, "      ")).join("\n")}
`;
const EXCLUDED = `    security:
      excludes:
        - 'io\\.kestra\\.core\\.tasks\\.scripts\\..*'
`;

/** Script classes that a policy which forces containers on some forgets. */
export const SCRIPTS_WITHOUT_CONTAINER: LintRule = {
  code: "check/scripts-without-container",
  severity: "warning",
  title: "a container is forced on some script classes, and not on others",
  why:
    "Forced defaults reach the classes they name. Kestra warns that all script plugins have to be added, " +
    "so that no task can bypass the isolation (Worker Isolation, Scripting isolation): a task of a class " +
    "that is not named chooses `taskRunner` itself, and runs on the host there. Here scripts go to " +
    "containers anyway, and one that asks for the host is refused unless its class may start processes.",
  bad: policy(["io.kestra.plugin.scripts.shell.Commands"]),
  good: policy(entriesFor(SCRIPTS), EXCLUDED),
  find,
};

/** Defaults whose beginning of a name is that of the runner they put in. */
export const DEFAULT_REACHES_RUNNER: LintRule = {
  code: "check/default-reaches-runner",
  severity: "warning",
  title: "a default for script classes reaches the task runner that it names",
  why:
    "A default is for every map whose `type` begins with the text that it gives, task runners among them, " +
    "with no regard to dots. `io.kestra.plugin.scripts` is the beginning of " +
    "`io.kestra.plugin.scripts.runner.docker.Docker`, so that a runner which a flow writes gets a " +
    "`taskRunner` and a `containerImage` of its own: properties that it has not.",
  bad: policy(["io.kestra.plugin.scripts"]),
  good: policy(["io.kestra.plugin.scripts.shell.", "io.kestra.plugin.scripts.python."]),
  find: broad,
};
