import type { Diagnostic, Located, LocatedMap, Source } from "../../../model/mod.ts";
import { nearest } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { placeAt } from "../written/place_at.ts";
import { type RenderedText, renderedTexts } from "../written/rendered_texts.ts";
import {
  comesLater,
  wordAt,
  type WrittenFlow,
  writtenFlow,
  type WrittenTask,
} from "../written/written_flow.ts";

/** A name that an expression looks up, and where. */
interface Reference {
  readonly name: string;
  /** Absent: the flow's own. */
  readonly task?: WrittenTask;
  /** Asked of those that lead nowhere alone. */
  readonly at: () => Source;
}

/** `outputs.name`, `inputs.name` and `vars.name`, written so or in brackets. */
const REFERENCE =
  /(?<![\w.'"\])-])(outputs|inputs|vars)(?:\.([A-Za-z_]\w*)(?![\w-])|\[\s*(?:"([^"\\\n]{1,256})"|'([^'\\\n]{1,256})')\s*\])/g;
/** Says itself that there may be nothing. */
const MAY_BE_MISSING = /\?\?|\|\s*default\b|\bis\s+(?:not\s+)?(?:defined|null|empty)\b/;

type Root = "outputs" | "inputs" | "vars";

function* references(
  context: LintContext,
  flow: WrittenFlow,
  root: Root,
): Generator<Reference> {
  for (const it of renderedTexts(flow)) yield* referencesIn(context, it, root);
}

/** How many names are looked up of one text. */
const MOST = 200;

/** Each name once. */
function* referencesIn(
  context: LintContext,
  { task, text: { scalar }, expressions }: RenderedText,
  root: Root,
): Generator<Reference> {
  const seen = new Set<string>();
  for (const { code, bare, offset } of expressions) {
    if (!code.includes(root) || MAY_BE_MISSING.test(bare)) continue;
    for (
      const { 0: whole, 1: of, 2: plain, 3: double, 4: single, index } of code.matchAll(REFERENCE)
    ) {
      // What stands in quotes is text, not a look-up.
      if (of !== root || !bare.startsWith(root, index)) continue;
      const name = plain ?? double ?? single ?? "";
      if (seen.has(name)) continue;
      if (seen.add(name).size > MOST) return;
      const at = offset + index + whole.lastIndexOf(name);
      yield { name, ...(task && { task }), at: () => placeAt(context, scalar, at) };
    }
  }
}

function* eachFlow(context: LintContext): Generator<WrittenFlow> {
  for (const root of context.flowRoots.values()) yield writtenFlow(root);
}

/** Ids of everything in a flow that has one and a class: a plugin may keep tasks where nobody knows. */
function idsIn(root: LocatedMap): ReadonlySet<string> {
  const ids = new Set<string>();
  const walk = (value: Located): void => {
    if (value.kind === "list") value.items.forEach(walk);
    if (value.kind !== "map") return;
    const id = wordAt(value, "id");
    if (id !== undefined && value.entries.has("type")) ids.add(id);
    for (const it of value.entries.values()) walk(it.value);
  };
  for (const [key, { value }] of root.entries) {
    if (key !== "inputs" && key !== "triggers") walk(value);
  }
  return ids;
}

/** What a `ForEachItem` becomes in Kestra: tasks of its own, with outputs of their own. */
const PARTS = /_(?:split|items|merge|export)$/;

function* outputsOf(context: LintContext): Generator<Diagnostic> {
  for (const flow of eachFlow(context)) {
    if (flow.tasks.some((it) => /\.(?:Template|TemplatedTask)$/.test(it.type.value))) continue;
    const byId = new Map(flow.tasks.map((it) => [it.id, it]));
    let ids: ReadonlySet<string> | undefined;
    for (const { name, task, at } of references(context, flow, "outputs")) {
      const other = byId.get(name);
      if (other !== undefined) {
        if (task !== undefined && comesLater(other, task)) yield later(task, other, at());
        continue;
      }
      ids ??= idsIn(flow.root);
      if (ids.has(name) || ids.has(name.replace(PARTS, ""))) continue;
      yield unknown("outputs", name, at(), "task", [...ids]);
    }
  }
}

function later(task: WrittenTask, other: WrittenTask, at: Source): Diagnostic {
  return {
    code: "check/unknown-output",
    severity: "warning",
    message: `"outputs.${other.id}" has no value yet: task "${other.id}" runs after "${task.id}"`,
    at,
    related: [{ message: `"${other.id}" stands here`, at: other.map.source }],
    help: `Put "${other.id}" before "${task.id}"`,
  };
}

function unknown(
  root: Root,
  name: string,
  at: Source,
  what: string,
  known: readonly string[],
): Diagnostic {
  const near = nearest(name, known);
  return {
    code: CODES[root],
    severity: "warning",
    message: `"${root}.${name}" leads nowhere: the flow has no ${what} "${name}"`,
    at,
    ...(near !== undefined && { help: `Did you mean "${near}"?` }),
  };
}

const CODES = {
  outputs: "check/unknown-output",
  inputs: "check/unknown-input",
  vars: "check/unknown-variable",
} as const;

function* inputsOf(context: LintContext): Generator<Diagnostic> {
  for (const flow of eachFlow(context)) {
    const list = flow.root.entries.get("inputs")?.value;
    const ids = list?.kind !== "list"
      ? []
      : list.items.flatMap((it) =>
        it.kind === "map" ? wordAt(it, "id") ?? wordAt(it, "name") ?? [] : []
      );
    // `a.b` is read as a map `a` that has a `b`.
    const known = new Set(ids.flatMap((it) => [it, it.split(".")[0]!]));
    for (const { name, at } of references(context, flow, "inputs")) {
      if (!known.has(name)) yield unknown("inputs", name, at(), "input", ids);
    }
  }
}

function* variablesOf(context: LintContext): Generator<Diagnostic> {
  for (const flow of eachFlow(context)) {
    const map = flow.root.entries.get("variables")?.value;
    const names = map?.kind === "map" ? [...map.entries.keys()] : [];
    for (const { name, at } of references(context, flow, "vars")) {
      if (!names.includes(name)) yield unknown("vars", name, at(), "variable", names);
    }
  }
}

const LOG = "io.kestra.plugin.core.log.Log";

/** `outputs.x` of a task that is not there, or has not run yet. */
export const UNKNOWN_OUTPUT: LintRule = {
  code: "check/unknown-output",
  severity: "warning",
  title: "an expression reads outputs of a task that is not there, or runs later",
  why:
    "Expressions are rendered when their task begins. What has no value then ends the task with an " +
    "error, unless the expression says what to do about it (`??`, `default`, `is defined`).",
  bad: `id: report
namespace: company.team
tasks:
  - id: count
    type: io.kestra.plugin.core.debug.Return
    format: "12"
  - id: tell
    type: ${LOG}
    message: "{{ outputs.cuont.value }} rows"
`,
  good: `id: report
namespace: company.team
tasks:
  - id: count
    type: io.kestra.plugin.core.debug.Return
    format: "12"
  - id: tell
    type: ${LOG}
    message: "{{ outputs.count.value }} rows"
`,
  find: outputsOf,
};

/** `inputs.x` that the flow does not declare. */
export const UNKNOWN_INPUT: LintRule = {
  code: "check/unknown-input",
  severity: "warning",
  title: "an expression reads an input that the flow does not declare",
  why:
    "Values for inputs that are not declared are not taken, so the expression never has a value, " +
    "and ends its task with an error, unless it says what to do about it (`??`, `default`).",
  bad: `id: greet
namespace: company.team
inputs:
  - id: user
    type: STRING
tasks:
  - id: hello
    type: ${LOG}
    message: "Hello {{ inputs.usr }}"
`,
  good: `id: greet
namespace: company.team
inputs:
  - id: user
    type: STRING
tasks:
  - id: hello
    type: ${LOG}
    message: "Hello {{ inputs.user }}"
`,
  find: inputsOf,
};

/** `vars.x` that the flow does not declare. */
export const UNKNOWN_VARIABLE: LintRule = {
  code: "check/unknown-variable",
  severity: "warning",
  title: "an expression reads a variable that the flow does not declare",
  why:
    "`vars` holds what stands below `variables` of the flow, and nothing else: those of a namespace " +
    "are read as `namespace`, those of Kestra's own configuration as `globals`.",
  bad: `id: greet
namespace: company.team
variables:
  user: Ada
tasks:
  - id: hello
    type: ${LOG}
    message: "Hello {{ vars.name }}"
`,
  good: `id: greet
namespace: company.team
variables:
  user: Ada
tasks:
  - id: hello
    type: ${LOG}
    message: "Hello {{ vars.user }}"
`,
  find: variablesOf,
};
