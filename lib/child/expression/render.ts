import { asExpressionError } from "./as_expression_error.ts";
import type { Branch, Segment, Statement } from "./ast.ts";
import type { Context, Scope } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { ExpressionError } from "./expression_error.ts";
import { Fault } from "./fault.ts";
import { Budget, MAX_NESTING, MAX_RENDER_NESTING, MAX_RENDERINGS, MAX_TEMPLATE } from "./limits.ts";
import { toBoolean } from "./operators.ts";
import { parseTemplate } from "./parse_template.ts";
import { admit, isList, isMap, kindOf, mapOf, toText, type Value } from "./value.ts";

/**
 * Renders a template of a flow: Pebble as Kestra sets it up.
 *
 * Text outside `{{…}}`, `{%…%}` and `{#…#}` stays byte for byte, a template without `{` as a
 * whole. Text prints as it is, numbers and booleans as text, null as nothing, maps and lists
 * as JSON. Nothing is escaped. An unknown name or property is an error but left of `??` and
 * `???`, before `is defined` and before `default`.
 *
 * @throws {ExpressionError} For everything that goes wrong, limits included; nothing else.
 *
 * @example
 * ```ts
 * import { equal, throws } from "node:assert/strict";
 * import { render, type Scope } from "./mod.ts";
 *
 * const scope: Scope = {
 *   variables: { inputs: { name: "Ada", tags: ["a"] } },
 *   secret: (name) => {
 *     throw new Error(`unknown secret "${name}"`);
 *   },
 * };
 * equal(render("Hi {{ inputs.name | upper }}, {{ inputs.tags }}", scope), 'Hi ADA, ["a"]');
 * equal(render("{{ inputs.nmae ?? 'nobody' }}", scope), "nobody");
 * throws(() => render("{{ inputs.nmae }}", scope), {
 *   name: "ExpressionError",
 *   message: 'Cannot render "inputs.nmae": unknown name "nmae" in "inputs"',
 *   help: 'Did you mean "name"? "inputs" has: name, tags',
 * });
 * ```
 */
export function render(template: string, scope: Scope): string {
  return renderWith(template, scope, new Budget());
}

/**
 * Renders every text inside maps and lists, keys of maps as well; of two keys that become the same the
 * last one counts. The result shares nothing with `value`, and all of it counts against one set of limits.
 *
 * @param value Plain data, as JSON would give it.
 * @throws {ExpressionError} As {@linkcode render}.
 */
export function renderDeep(value: unknown, scope: Scope): unknown {
  const budget = new Budget();
  return asExpressionError(
    "",
    undefined,
    () => mapTexts(admit(value), budget, (text) => renderWith(text, scope, budget)),
  );
}

/** What to do with `{% raw %}` tags: drop them, or keep them for a result rendered again. */
type RawTags = "unwrap" | "keep";

function renderWith(
  template: string,
  scope: Scope,
  budget: Budget,
  nesting = 0,
  rawTags: RawTags = "unwrap",
): string {
  if (!template.includes("{")) return template;
  return new Renderer(template, scope, budget, nesting).render(rawTags);
}

function mapTexts(
  value: Value,
  budget: Budget,
  change: (text: string) => string,
  depth = 0,
): Value {
  budget.spend();
  if (typeof value === "string") return change(value);
  if (depth > MAX_NESTING) throw new Fault(`the value nests deeper than ${MAX_NESTING} levels`);
  const below = (it: unknown) => mapTexts(admit(it), budget, change, depth + 1);
  if (isList(value)) return value.map(below);
  if (!isMap(value)) return value;
  return mapOf(Object.entries(value).map(([key, it]) => [change(key), below(it)]));
}

class Renderer {
  readonly #template: string;
  readonly #context: Context;
  readonly #nesting: number;

  constructor(template: string, scope: Scope, budget: Budget, nesting: number) {
    this.#template = template;
    this.#nesting = nesting;
    this.#context = {
      scope,
      budget,
      source: template,
      frames: [new Map()],
      render: (value, times) => this.#renderAgain(value, times),
    };
  }

  render(rawTags: RawTags): string {
    const statements = this.#at(undefined, () => {
      if (this.#template.length > MAX_TEMPLATE) {
        throw new Fault(`the template is longer than ${MAX_TEMPLATE} characters`);
      }
      return parseTemplate(this.#template);
    });
    const parts: string[] = [];
    this.#run(statements, parts, rawTags);
    return parts.join("");
  }

  #run(statements: readonly Statement[], parts: string[], rawTags: RawTags): void {
    for (const statement of statements) {
      switch (statement.kind) {
        case "text":
          this.#write(statement.text, parts);
          break;
        case "raw":
          this.#write(rawTags === "keep" ? statement.source : statement.text, parts);
          break;
        case "print": {
          const { budget } = this.#context;
          const text = this.#at(
            statement.segment,
            () => toText(evaluate(statement.value, this.#context), budget),
          );
          this.#write(text, parts, statement.segment);
          break;
        }
        case "set":
          this.#context.frames.at(-1)!.set(
            statement.name,
            this.#at(statement.segment, () => evaluate(statement.value, this.#context)),
          );
          break;
        case "if":
          this.#run(this.#choose(statement.branches) ?? statement.otherwise, parts, rawTags);
          break;
        case "for":
          this.#loop(statement, parts, rawTags);
      }
    }
  }

  #choose(branches: readonly Branch[]): readonly Statement[] | undefined {
    return branches.find(({ segment, condition }) =>
      this.#at(segment, () => toBoolean(evaluate(condition, this.#context), '"if"'))
    )?.body;
  }

  #loop(loop: Statement & { kind: "for" }, parts: string[], rawTags: RawTags): void {
    const { frames, budget } = this.#context;
    const over = this.#at(loop.segment, () => evaluate(loop.over, this.#context));
    if (over === null) return;
    const items = this.#at(loop.segment, () => itemsOf(over));
    if (items.length === 0) return this.#run(loop.otherwise, parts, rawTags);
    const frame = new Map<string, Value>();
    frames.push(frame);
    for (const [index, item] of items.entries()) {
      frame.set("loop", loopState(index, items.length));
      frame.set(loop.name, this.#at(loop.segment, () => (budget.spend(), admit(item))));
      this.#run(loop.body, parts, rawTags);
    }
    frames.pop();
  }

  #write(text: string, parts: string[], segment?: Segment): void {
    this.#at(segment, () => this.#context.budget.write(text.length));
    parts.push(text);
  }

  /** Kestra's function `render`: without "once", until the text no longer changes. */
  #renderAgain(value: Value, times: "once" | "until-stable"): Value {
    if (this.#nesting >= MAX_RENDER_NESTING) {
      throw new Fault(`calls nest deeper than ${MAX_RENDER_NESTING}`);
    }
    const { scope, budget } = this.#context;
    const renderOnce = (text: string, rawTags: RawTags) =>
      renderWith(text, scope, budget, this.#nesting + 1, rawTags);
    return mapTexts(value, budget, (text) => {
      try {
        if (times === "once") return renderOnce(text, "unwrap");
        for (let round = 0; round < MAX_RENDERINGS; round++) {
          budget.spendText(text.length);
          const result = renderOnce(text, "keep");
          if (result === text) return renderOnce(text, "unwrap");
          text = result;
        }
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        const fact = error.message.replace(/^Cannot render /, "in ");
        throw new Fault(fact, error.help, { cause: error });
      }
      throw new Fault(`the text still changes after ${MAX_RENDERINGS} renderings`);
    });
  }

  #at<T>(segment: Segment | undefined, action: () => T): T {
    return asExpressionError(this.#template, segment, action);
  }
}

function itemsOf(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (isMap(value)) {
    return Object.entries(value).map(([key, it]) => mapOf([["key", key], ["value", it]]));
  }
  throw new Fault(`"for" needs a list or a map, not ${kindOf(value)}`);
}

/** Pebble's `loop`; its index counts from 0. */
function loopState(index: number, length: number): Value {
  return mapOf([
    ["index", index],
    ["length", length],
    ["revindex", length - index - 1],
    ["first", index === 0],
    ["last", index === length - 1],
  ]);
}
