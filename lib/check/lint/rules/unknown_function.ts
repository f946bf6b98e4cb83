import { classOf } from "../../../catalog/classes.ts";
import {
  EXPRESSION_FILTERS,
  EXPRESSION_FUNCTIONS,
  EXPRESSION_TESTS,
} from "../../../catalog/expression_names.ts";
import type { Diagnostic } from "../../../model/mod.ts";
import { nearest } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { expressionsOf } from "../written/expressions_in.ts";
import { placeAt } from "../written/place_at.ts";
import { textsOf, writtenFlow } from "../written/written_flow.ts";

/** A name before a parenthesis, unless it is a value's, a filter's or a test's. */
const CALL =
  /(?<![\w.|'"])(?<!\|\s{1,9}|\bis\s{1,9}|\bis\s{1,9}not\s{1,9})([A-Za-z_]\w*)(?=\s{0,9}\()/g;
const FILTER = /(?<!\|)\|\s{0,9}([A-Za-z_]\w*)/g;
/** Words of the language, before which no call stands. */
const WORDS: ReadonlySet<string> = new Set(
  ("and contains else elseif equals for if in is isIn not or set filter macro import from include extends " +
    "embed cache autoescape block parallel flush").split(" "),
);
/** Brings in names of its own. */
const DEFINES = /\{%-?\s*(?:macro|import|from|extends|embed)\b/;

function* find(context: LintContext): Generator<Diagnostic> {
  for (const root of context.flowRoots.values()) {
    for (const task of writtenFlow(root).tasks) {
      const known = classOf(task.type.value);
      // What others render, and how, is theirs to say.
      if (known === undefined || known.notRun !== undefined) continue;
      for (const { scalar, path } of textsOf(task)) {
        if (path[0] === "description" || DEFINES.test(scalar.value)) continue;
        for (const { bare, offset } of expressionsOf(scalar)) {
          for (const { index, 1: name = "" } of bare.matchAll(CALL)) {
            if (WORDS.has(name) || EXPRESSION_TESTS.includes(name)) continue;
            if (EXPRESSION_FUNCTIONS.includes(name)) continue;
            const at = placeAt(context, scalar, offset + index);
            yield unknown("function", name, at, EXPRESSION_FUNCTIONS);
          }
          for (const { 0: whole, 1: name = "", index } of bare.matchAll(FILTER)) {
            if (EXPRESSION_FILTERS.includes(name)) continue;
            const at = placeAt(context, scalar, offset + index + whole.length - name.length);
            yield unknown("filter", name, at, EXPRESSION_FILTERS);
          }
        }
      }
    }
  }
}

function unknown(
  what: string,
  name: string,
  at: Diagnostic["at"],
  known: readonly string[],
): Diagnostic {
  const near = nearest(name, known);
  return {
    code: "check/unknown-function",
    severity: "warning",
    message: `There is no ${what} "${name}" here: the task ends with an error when it is rendered`,
    ...(at && { at }),
    ...(near !== undefined && { help: `Did you mean "${near}"?` }),
  };
}

const flow = (message: string) =>
  `id: greet
namespace: company.team
inputs:
  - id: user
    type: STRING
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: "${message}"
`;

/** Functions and filters that nothing here has. */
export const UNKNOWN_FUNCTION: LintRule = {
  code: "check/unknown-function",
  severity: "warning",
  title: "an expression uses a function or a filter that is not known",
  why:
    "What is not known ends its task with an error, when it is rendered and no sooner. Kestra has some " +
    "that are not here, those that reach the network for one.",
  bad: flow("Hello {{ inputs.user | uper }}"),
  good: flow("Hello {{ inputs.user | upper }}"),
  find,
};
