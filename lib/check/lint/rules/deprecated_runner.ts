import { classOf, DOCKER_RUNNER, PROCESS_RUNNER } from "../../../catalog/classes.ts";
import type { Diagnostic, Fix, LocatedMap, TextEdit } from "../../../model/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { linesOf } from "../written/place_at.ts";
import { planOf } from "../written/planned_task.ts";
import { wordAt, writtenFlow } from "../written/written_flow.ts";

const KEYS = ["runner", "docker", "dockerOptions"];

function* find(context: LintContext): Generator<Diagnostic> {
  for (const root of context.flowRoots.values()) {
    for (const task of writtenFlow(root).tasks) {
      const known = classOf(task.type.value);
      // What other classes call so may be another thing.
      if (known?.kind !== "script" || known.notRun !== undefined) continue;
      const name = KEYS.find((it) => task.map.entries.has(it));
      // What a policy refuses for it is an error already.
      if (name === undefined || planOf(context, task)?.refusal?.by === "policy") continue;
      const fix = fixOf(context, task.map);
      yield {
        code: "check/deprecated-runner",
        severity: "warning",
        message: `"${name}" of task "${task.id}" is of old versions: a task that has it is not run`,
        at: task.map.entries.get(name)!.key,
        help: name === "runner"
          ? `Use taskRunner, with type ${PROCESS_RUNNER} or ${DOCKER_RUNNER}`
          : "Use containerImage for its image, and taskRunner for everything else",
        ...(fix && { fix }),
      };
    }
  }
}

/** Rewrites `runner: X` and `docker: { image }`, where they say no more than that. */
function fixOf(context: LintContext, map: LocatedMap): Fix | undefined {
  if (map.entries.has("taskRunner") || map.entries.has("dockerOptions")) return undefined;
  const edits: TextEdit[] = [];
  for (const edit of [editOfRunner(context, map), editOfDocker(context, map)]) {
    if (edit === "unsafe") return undefined;
    if (edit !== undefined) edits.push(edit);
  }
  return edits.length === 0
    ? undefined
    : { title: "say it with taskRunner and containerImage", edits };
}

type Edit = TextEdit | "unsafe" | undefined;

function editOfRunner(context: LintContext, map: LocatedMap): Edit {
  const entry = map.entries.get("runner");
  if (entry === undefined) return undefined;
  const { file, line, column } = entry.key;
  const text = linesOf(context, file)[line - 1] ?? "";
  const written = /^runner:\s+(PROCESS|DOCKER)(?=\s*$)/.exec(text.slice(column - 1));
  // On a line of its own, so that what follows can be put below it.
  const indent = text.slice(0, column - 1).replace("-", " ");
  if (written === null || indent.trim() !== "") return "unsafe";
  const type = written[1] === "PROCESS" ? PROCESS_RUNNER : DOCKER_RUNNER;
  return {
    at: entry.key,
    end: { line, column: column + written[0].length },
    text: `taskRunner:\n${indent}  type: ${type}`,
  };
}

function editOfDocker(context: LintContext, map: LocatedMap): Edit {
  const entry = map.entries.get("docker");
  if (entry === undefined) return undefined;
  const { value, key } = entry;
  if (value.kind !== "map" || value.entries.size !== 1 || map.entries.has("containerImage")) {
    return "unsafe";
  }
  const image = value.entries.get("image");
  if (image === undefined || wordAt(map, "runner") === "PROCESS") return "unsafe";
  const lines = linesOf(context, key.file);
  const isPlain = image.key.line === key.line + 1 &&
    /^docker:\s*$/.test(lines[key.line - 1]!.slice(key.column - 1)) &&
    lines[image.key.line - 1]!.slice(0, image.key.column - 1).trim() === "" &&
    lines[image.key.line - 1]!.startsWith("image:", image.key.column - 1) &&
    image.value.source.line === image.key.line;
  if (!isPlain) return "unsafe";
  return {
    at: key,
    end: { line: image.key.line, column: image.key.column + "image".length },
    text: "containerImage",
  };
}

const flow = (keys: string) =>
  `id: build
namespace: company.team
tasks:
  - id: compile
    type: io.kestra.plugin.scripts.shell.Commands
${keys}    commands:
      - make
`;

/** Keys of old versions that chose where a script runs. */
export const DEPRECATED_RUNNER: LintRule = {
  code: "check/deprecated-runner",
  severity: "warning",
  title: "a script task has runner, docker or dockerOptions, which are of old versions",
  why:
    "Kestra 0.18 put `taskRunner` and `containerImage` in their place. Where both were written the " +
    "old ones won, past the runner that a policy forces (kestra#16274), so a task that has one is not run.",
  bad: flow("    runner: DOCKER\n    docker:\n      image: ubuntu:24.04\n"),
  good: flow(
    `    taskRunner:\n      type: ${DOCKER_RUNNER}\n    containerImage: ubuntu:24.04\n`,
  ),
  find,
};
