import { type Diagnostic, type Input, type InputChoice, StageError } from "../../model/mod.ts";
import { nearest } from "../../source/mod.ts";
import { isExpression } from "../located_values.ts";
import { checkValue } from "./check_value.ts";
import { flatten, nest } from "./nested_values.ts";
import { parseInputValue, takesEmptyText } from "./parse_input_value.ts";

/** A value with every text in it rendered, or why it cannot be. */
type Rendered =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** What somebody is asked for. */
export interface InputQuestion {
  readonly input: Input;
  /** What there is to choose; absent where any value will do. */
  readonly choices?: readonly InputChoice[];
  /** What is offered; nobody has to take it. */
  readonly offer?: unknown;
  /** Why the answer before this was not taken. */
  readonly fact?: string;
}

/** What resolving needs of the world. */
export interface InputMeans {
  /**
   * Renders every text in a value, where the flow's author can reach nothing.
   *
   * @param variables `inputs`: those that the input depends on. Whatever else expressions see is added
   * by whoever renders.
   */
  readonly render: (
    value: unknown,
    variables: Readonly<Record<string, unknown>>,
  ) => Promise<Rendered>;
  /** Asks for a value that is required and was not given; `undefined` for no answer, and no more questions. */
  readonly ask?: (question: InputQuestion) => Promise<unknown>;
}

/** The inputs of an execution. */
export interface ResolvedInputs {
  /** As expressions see them: `a.b` is in the map `a`. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Values of SECRET inputs, to be hidden in whatever is said. */
  readonly secrets: readonly string[];
  /** What was given to inputs that are not wanted, by their conditions. */
  readonly unused: readonly string[];
}

/** What became of one input; `unwanted` and `failed` have no value. */
type Resolution =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "unwanted" | "failed" };

const FAILED: Resolution = { kind: "failed" };
const UNWANTED: Resolution = { kind: "unwanted" };

/**
 * Brings together what a list of inputs asks for and what was given, in the order of `dependsOn`, as
 * Kestra's `FlowInputOutput` does: the inputs of a flow, of a subflow, or of whoever resumes a pause.
 *
 * @param inputs With their defaults, as `parseInputs()` gives them.
 * @param given Values by id, or in maps; text as from a command line, anything as from a file. Null
 * and, but for texts, an empty text are no value.
 * @returns A value for each input; null for one that is neither given nor required, and for one
 * that is not wanted.
 * @throws {StageError} Fault `usage`: an unknown name, a wrong type, a missing value, an expression that
 * cannot be rendered.
 */
export async function resolveInputs(
  inputs: readonly Input[],
  given: Readonly<Record<string, unknown>>,
  means: InputMeans,
): Promise<ResolvedInputs> {
  const problems: Diagnostic[] = [];
  const ids = new Map(inputs.map((it) => [it.id, it]));
  const flat = flatten(given, ids);
  for (const name of flat.keys()) if (!ids.has(name)) problems.push(unknown(name, [...ids.keys()]));
  // Nobody is asked for anything where the rest is wrong already.
  const resolver = new Resolver(ids, flat, problems, means, problems.length === 0);
  for (const input of inputs) await resolver.resolve(input);
  if (problems.length > 0) throw new StageError(problems, "usage");
  const values = inputs.map((it) => [it.id, resolver.valueOf(it.id)] as const);
  return {
    values: nest(values),
    secrets: inputs.filter((it) => it.type === "SECRET").flatMap(({ id }) => {
      const value = resolver.valueOf(id);
      return typeof value === "string" && value !== "" ? [value] : [];
    }),
    unused: [...flat.keys()].filter((it) => resolver.isUnwanted(it)),
  };
}

class Resolver {
  readonly #done = new Map<string, Resolution>();
  readonly #inputs: ReadonlyMap<string, Input>;
  readonly #given: ReadonlyMap<string, unknown>;
  readonly #problems: Diagnostic[];
  readonly #means: InputMeans;
  #asks: boolean;

  constructor(
    inputs: ReadonlyMap<string, Input>,
    given: ReadonlyMap<string, unknown>,
    problems: Diagnostic[],
    means: InputMeans,
    asks: boolean,
  ) {
    this.#inputs = inputs;
    this.#given = given;
    this.#problems = problems;
    this.#means = means;
    this.#asks = asks;
  }

  valueOf(id: string): unknown {
    const resolution = this.#done.get(id);
    return resolution?.kind === "value" ? resolution.value : null;
  }

  isUnwanted(id: string): boolean {
    return this.#done.get(id)?.kind === "unwanted";
  }

  async resolve(input: Input): Promise<Resolution> {
    const known = this.#done.get(input.id);
    if (known !== undefined) return known;
    this.#done.set(input.id, FAILED); // A cycle was said to be one, and ends here.
    const resolution = await this.#find(input);
    this.#done.set(input.id, resolution);
    return resolution;
  }

  async #find(input: Input): Promise<Resolution> {
    const needs: [string, unknown][] = [];
    for (const id of input.dependsOn?.inputs ?? []) {
      const other = id === input.id ? undefined : this.#inputs.get(id);
      if (other === undefined) continue;
      const resolution = await this.resolve(other);
      if (resolution.kind !== "value") return resolution;
      if (resolution.value === null) return UNWANTED;
      needs.push([id, resolution.value]);
    }
    const variables = { inputs: nest([...this.#nothing(needs), ...needs]) };
    const wanted = await this.#isWanted(input, variables);
    if (wanted !== "yes") return wanted === "no" ? UNWANTED : FAILED;
    const choices = await this.#choicesOf(input, variables);
    if (choices === "failed") return FAILED;
    const value = emptied(input, this.#given.get(input.id));
    return value === undefined
      ? await this.#withoutValue(input, variables, choices)
      : await this.#take(input, value, choices);
  }

  /** As in Kestra, inputs with defaults are there for every expression, without their values. */
  #nothing(needs: readonly (readonly [string, unknown])[]): [string, unknown][] {
    return [...this.#inputs.values()]
      .filter(({ id, defaults }) => defaults !== undefined && needs.every(([it]) => it !== id))
      .map(({ id }) => [id, null]);
  }

  async #isWanted(
    { id, dependsOn }: Input,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<"yes" | "no" | "failed"> {
    const condition = dependsOn?.condition;
    if (condition === undefined) return "yes";
    const rendered = await this.#render(condition.value, variables);
    if (rendered.ok) return String(rendered.value).trim() === "true" ? "yes" : "no";
    const what = `Cannot tell whether input "${id}" is wanted`;
    this.#sayWhy(what, rendered.message, condition.source);
    return "failed";
  }

  async #choicesOf(
    { id, choices, expression }: Input,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<readonly InputChoice[] | undefined | "failed"> {
    const written = expression ?? choices;
    if (written === undefined || !isExpression(JSON.stringify(written))) return choices;
    const rendered = await this.#render(expression?.value ?? choices, variables);
    const source = expression?.source ?? this.#inputs.get(id)!.source;
    const found = rendered.ok ? choicesIn(rendered.value) : rendered.message;
    if (typeof found !== "string") return found;
    this.#say(
      "usage/input-expression",
      `Cannot find the values of input "${id}": ${found}`,
      source,
    );
    return "failed";
  }

  async #withoutValue(
    input: Input,
    variables: Readonly<Record<string, unknown>>,
    choices: readonly InputChoice[] | undefined,
  ): Promise<Resolution> {
    const { id, type, required, defaults, prefill, source } = input;
    if (defaults !== undefined) {
      const rendered = await this.#render(defaults.value, variables);
      if (!rendered.ok) {
        const what = `Cannot render the default of input "${id}"`;
        return this.#sayWhy(what, rendered.message, defaults.source);
      }
      const value = emptied(input, rendered.value);
      if (value !== undefined) {
        const taken = await this.#read(input, value, choices);
        if (taken.ok) return { kind: "value", value: taken.value };
        const message = `Cannot use the default of input "${id}": ${taken.fact}`;
        return this.#say("usage/bad-input", message, defaults.source);
      }
    } else if (input.autoSelectFirst && choices !== undefined && choices.length > 0) {
      const [{ value }] = choices as readonly [InputChoice];
      return await this.#take(input, type === "MULTISELECT" ? [value] : value, choices);
    }
    if (!required) return { kind: "value", value: null };
    const { ask } = this.#means;
    if (ask !== undefined && this.#asks && this.#problems.length === 0) {
      const offered = prefill && await this.#render(prefill.value, variables);
      let fact: string | undefined;
      for (;;) {
        const answer = await ask({
          input,
          ...(choices !== undefined && { choices }),
          ...(offered?.ok && { offer: offered.value }),
          ...(fact !== undefined && { fact }),
        });
        if (answer === undefined) break;
        const value = emptied(input, answer);
        const taken = value === undefined
          ? { ok: false, fact: "it needs a value" } as const
          : await this.#read(input, value, choices);
        if (taken.ok) return { kind: "value", value: taken.value };
        fact = taken.fact;
      }
      this.#asks = false;
    }
    return this.#say(
      "usage/missing-input",
      `Cannot run: input "${id}" (${type}) has no value`,
      source,
      `Give it with -i ${id}=${type === "FILE" ? "@path" : "…"}`,
    );
  }

  async #take(
    input: Input,
    value: unknown,
    choices: readonly InputChoice[] | undefined,
  ): Promise<Resolution> {
    const taken = await this.#read(input, value, choices);
    if (taken.ok) return { kind: "value", value: taken.value };
    const { id, type, source } = input;
    return this.#say(
      "usage/bad-input",
      `Cannot use ${
        type === "SECRET" ? "the value" : `"${shown(value)}"`
      } for input "${id}": ${taken.fact}`,
      source,
      type === "FILE" && taken.fact === "expected a file"
        ? `Give it with -i ${id}=@path`
        : undefined,
    );
  }

  async #read(
    input: Input,
    value: unknown,
    choices: readonly InputChoice[] | undefined,
  ) {
    const parsed = parseInputValue(input.type, value, input.itemType);
    if (!parsed.ok) return parsed;
    const fact = await checkValue(input, parsed.value, choices);
    return fact === undefined ? parsed : { ok: false, fact } as const;
  }

  async #render(value: unknown, variables: Readonly<Record<string, unknown>>): Promise<Rendered> {
    return isExpression(JSON.stringify(value))
      ? await this.#means.render(value, variables)
      : { ok: true, value };
  }

  /** @param why As a renderer says it: with its help on a second line. */
  #sayWhy(what: string, why: string, at: Input["source"]): Resolution {
    const [fact = "", ...help] = why.replace(/^Cannot render:? /, "").split("\n");
    const more = help.length > 0 ? help.join("; ") : undefined;
    return this.#say("usage/input-expression", `${what}: ${fact}`, at, more);
  }

  #say(
    code: Diagnostic["code"],
    message: string,
    at: Input["source"],
    help?: string,
  ): Resolution {
    this.#problems.push({
      code,
      severity: "error",
      message,
      at,
      ...(help !== undefined && { help }),
    });
    return FAILED;
  }
}

/** What is no value of the input's type at all. */
function emptied({ type }: Input, value: unknown): unknown {
  if (value === null || (value === "" && !takesEmptyText(type))) return undefined;
  return value;
}

/** The choices in what an expression came to: a list, or JSON that is one. */
function choicesIn(value: unknown): readonly InputChoice[] | string {
  let list = value;
  if (typeof value === "string") {
    try {
      list = JSON.parse(value);
    } catch {
      return "its expression gives no list";
    }
  }
  if (!Array.isArray(list)) return "its expression gives no list";
  return list.filter((it) => it !== null).map((it): InputChoice => {
    if (typeof it !== "object" || !("value" in it)) {
      return { value: typeof it === "object" ? JSON.stringify(it) : String(it) };
    }
    return {
      value: String(it.value),
      ...("label" in it && it.label !== null && { label: String(it.label) }),
    };
  });
}

function unknown(name: string, known: readonly string[]): Diagnostic {
  const near = nearest(name, known);
  return {
    code: "usage/unknown-input",
    severity: "error",
    message: `Cannot use input "${name}": the flow ${
      known.length === 0 ? "has no inputs" : `has ${known.join(", ")}`
    }`,
    ...(near !== undefined && { help: `Did you mean "${near}"?` }),
  };
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
