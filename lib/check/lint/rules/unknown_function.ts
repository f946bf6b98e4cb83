import { classOf } from "../../../catalog/classes.ts";
import {
  EXPRESSION_FILTERS,
  EXPRESSION_FUNCTIONS,
  EXPRESSION_TESTS,
} from "../../../catalog/expression_names.ts";
import type { Diagnostic, Source } from "../../../model/mod.ts";
import { nearest } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { MOST_IN_TEXT, placeAt } from "../written/place_at.ts";
import { renderedTexts } from "../written/rendered_texts.ts";
import { writtenFlow } from "../written/written_flow.ts";

/** A name before a parenthesis, unless it is a value's, a filter's or a test's. */
const CALL =
  /(?<![\w.|'"])(?<!\|\s{1,9}|\bis\s{1,9}|\bis\s{1,9}not\s{1,9})([A-Za-z_]\w*)(?=\s{0,9}\()/g;
const FILTER = /(?<!\|)\|\s{0,9}([A-Za-z_]\w*)/g;
const WORDS =
  "and contains else elseif equals for if in is isIn not or set filter macro import from include extends " +
  "embed cache autoescape block parallel flush";
/** What may stand before a parenthesis, words of the language among them; and behind a `|`. */
const NAMES = {
  function: new Set([...EXPRESSION_FUNCTIONS, ...EXPRESSION_TESTS, ...WORDS.split(" ")]),
  filter: new Set(EXPRESSION_FILTERS),
};
/** Brings in names of its own. */
const DEFINES = /\{%-?\s*(?:macro|import|from|extends|embed)\b/;

function* find(context: LintContext): Generator<Diagnostic> {
  for (const root of context.flowRoots.values()) {
    for (const { task, text: { scalar }, expressions } of renderedTexts(writtenFlow(root))) {
      const known = task && classOf(task.type.value);
      // What others render, and how, is theirs to say.
      if (known === undefined || known.notRun !== undefined) continue;
      if (DEFINES.test(scalar.value)) continue;
      const seen = new Set<string>();
      const isNew = (name: string) =>
        seen.size < MOST_IN_TEXT && !seen.has(name) && seen.add(name) !== undefined;
      for (const { bare, offset } of expressions) {
        for (const { index, 1: name = "" } of bare.matchAll(CALL)) {
          if (NAMES.function.has(name) || !isNew(`${name}()`)) continue;
          yield unknown("function", name, placeAt(context, scalar, offset + index));
        }
        for (const { 0: whole, 1: name = "", index } of bare.matchAll(FILTER)) {
          if (NAMES.filter.has(name) || !isNew(name)) continue;
          const at = offset + index + whole.length - name.length;
          yield unknown("filter", name, placeAt(context, scalar, at));
        }
      }
    }
  }
}

function unknown(
  what: "function" | "filter",
  name: string,
  at: Source,
): Diagnostic {
  const near = nearest(name, what === "filter" ? EXPRESSION_FILTERS : EXPRESSION_FUNCTIONS);
  return {
    code: "check/unknown-function",
    severity: "warning",
    message: `There is no ${what} "${name}" here: the task ends with an error when it is rendered`,
    at,
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
