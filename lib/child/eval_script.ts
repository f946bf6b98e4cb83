import { parse } from "acorn";
import type { Context } from "./context.ts";
import { TaskFailure } from "./run_job.ts";

/** What an Eval leaves behind. */
export interface Evaluated {
  /** The value of the last expression. */
  readonly result: unknown;
  /** The names that the task asks for; a name that was never set is null. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

const NAME = /^[A-Za-z_$][\w$]*$/;

/**
 * Runs a script as Kestra's JavaScript Evals do: the flow's variables, `logger` and
 * `runContext` are bound, and top-level `await` works. TypeScript is accepted.
 *
 * @param source The script, rendered.
 * @param names What to hand out of its variables.
 * @param stripTypes Turns TypeScript into JavaScript of the same length.
 * @throws {TaskFailure} When it is neither JavaScript nor TypeScript.
 */
export async function evalScript(
  source: string,
  names: readonly string[],
  context: Context,
  stripTypes: (source: string) => string | Promise<string>,
): Promise<Evaluated> {
  for (const name of names) {
    if (!NAME.test(name)) throw new TaskFailure(`Cannot hand out "${name}": it is not a name`);
  }
  const script = await parsed(source, stripTypes);
  const bindings: Record<string, unknown> = {
    ...context.variables,
    logger: context.logger,
    runContext: context,
  };
  const bound = Object.keys(bindings).filter((it) => NAME.test(it));
  const body = `{ ${script.before}\nreturn { result: (${script.last}\n), outputs: {${
    names.map((it) => `${JSON.stringify(it)}: typeof ${it} === "undefined" ? null : ${it}`).join()
  }} }; }`;
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const run = AsyncFunction(...bound, body);
  return await run(...bound.map((it) => bindings[it]));
}

/** The script in two parts: everything before the last expression, and that expression. */
async function parsed(source: string, stripTypes: (it: string) => string | Promise<string>) {
  let text = source;
  let program = attempt(text);
  if (program instanceof Error) {
    try {
      text = await stripTypes(source);
    } catch {
      throw new TaskFailure(`Cannot read the script: ${program.message}`);
    }
    const again = attempt(text);
    if (again instanceof Error) throw new TaskFailure(`Cannot read the script: ${again.message}`);
    program = again;
  }
  const last = program.body.at(-1);
  return last?.type === "ExpressionStatement"
    ? {
      before: text.slice(0, last.start),
      last: text.slice(last.expression.start, last.expression.end),
    }
    : { before: text, last: "undefined" };
}

function attempt(text: string) {
  try {
    return parse(text, {
      ecmaVersion: "latest",
      sourceType: "script",
      allowAwaitOutsideFunction: true,
    });
  } catch (error) {
    return error as Error;
  }
}
