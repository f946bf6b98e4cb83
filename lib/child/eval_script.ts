import type { Context } from "./context.ts";
import { lazyPart } from "./parts.ts";
import { TaskFailure } from "./task_failure.ts";

/** What an Eval leaves behind. */
export interface Evaluated {
  /** The value of the last expression. */
  readonly result: unknown;
  /** The names that the task asks for; a name that was never set is null. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What running a script needs of its process. */
export interface ScriptHost {
  /** Turns TypeScript into JavaScript of the same length. */
  stripTypes(source: string): Promise<string>;
  /** Called once, when the script is compiled and nothing of it has run. */
  begin(): void;
}

/** What a script sees, by name. */
type Bindings = readonly (readonly [name: string, value: unknown])[];

const NAME = /^[A-Za-z_$][\w$]*$/;
/** Names that a script cannot be given by `eval`, which needs them itself. */
const OURS: readonly string[] = ["arguments", "eval"];

const script = lazyPart("script");

/**
 * Runs a script as Kestra's JavaScript Evals do: the flow's variables, `logger` and
 * `runContext` are bound, and top-level `await` works. TypeScript is accepted.
 *
 * Most scripts go to `eval` as they are. Its result is the completion value, as in GraalJS: a
 * last `if` or loop has the value of what it did last. A script with `await` is taken apart by a
 * parser, which costs some milliseconds, and there only a last expression has a value.
 *
 * @param source The script, rendered.
 * @param names What to hand out of its variables.
 * @throws {TaskFailure} When it is neither JavaScript nor TypeScript.
 */
export async function evalScript(
  source: string,
  names: readonly string[],
  context: Context,
  host: ScriptHost,
): Promise<Evaluated> {
  for (const name of names) {
    if (!NAME.test(name)) throw new TaskFailure(`Cannot hand out "${name}": it is not a name`);
  }
  const all = { ...context.variables, logger: context.logger, runContext: context };
  const bindings = Object.entries(all).filter(([it]) => NAME.test(it));
  const handedOut = `({${
    names.map((it) => `${JSON.stringify(it)}: typeof ${it} === "undefined" ? null : ${it}`).join()
  }})`;
  return evalNow(source, handedOut, bindings, host) ??
    await evalParsed(source, handedOut, bindings, host);
}

/** @returns `undefined` where nothing of the script has run: `eval` does not take it. */
function evalNow(
  source: string,
  handedOut: string,
  bindings: Bindings,
  host: ScriptHost,
): Evaluated | undefined {
  if (/\bawait\b/.test(source)) return undefined;
  if (bindings.some(([it]) => OURS.includes(it))) return undefined;
  const begun: (() => Evaluated["outputs"])[] = [];
  const begin = (outputs: () => Evaluated["outputs"]) => {
    begun.push(outputs);
    host.begin();
  };
  const at = bindings.length;
  // The closure sees what the script declares; it is asked when the script is done.
  const text = `arguments[${at}](() => ${handedOut});${source}`;
  try {
    const run = new Function(...bindings.map(([it]) => it), `return eval(arguments[${at + 1}])`);
    const result = run(...bindings.map(([, it]) => it), begin, text);
    return { result, outputs: begun[0]!() };
  } catch (error) {
    if (begun.length === 0 && error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function evalParsed(
  source: string,
  handedOut: string,
  bindings: Bindings,
  host: ScriptHost,
): Promise<Evaluated> {
  const { before, last } = await parsed(source, host);
  const body = `{ ${before}\nreturn { result: (${last}\n), outputs: ${handedOut} }; }`;
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const run = AsyncFunction(...bindings.map(([it]) => it), body);
  host.begin();
  return await run(...bindings.map(([, it]) => it));
}

async function parsed(source: string, { stripTypes }: ScriptHost) {
  const { splitScript } = script();
  try {
    return splitScript(source);
  } catch (error) {
    let text: string;
    try {
      text = await stripTypes(source);
    } catch {
      throw unreadable(error);
    }
    try {
      return splitScript(text);
    } catch (again) {
      throw unreadable(again);
    }
  }
}

function unreadable(error: unknown): TaskFailure {
  return new TaskFailure(`Cannot read the script: ${(error as Error).message}`);
}
