import { type Arguments, type Callable, textArgument } from "./callable.ts";
import type { Context } from "./context.ts";
import { Fault, quote } from "./fault.ts";
import type { Value } from "./value.ts";

/**
 * What asks for files, of the internal storage and of the flow's namespace. There is nothing to open here:
 * they were handed over with the variables, or are asked for.
 */
export const FILE_FUNCTIONS: readonly (readonly [string, Callable])[] = [
  [
    "read",
    define((uri, context) => {
      const file = fileAt(uri, context);
      const { size } = file;
      const text = attempt(() => file.text);
      if (text !== undefined) return text;
      throw new Fault(
        `${quote(uri)} has ${size} bytes: the files that one task reads are 8 MiB together at most`,
        "Give it to a script as an input file",
      );
    }),
  ],
  ["fileSize", define((uri, context) => fileAt(uri, context).size)],
  ["isFileEmpty", define((uri, context) => fileAt(uri, context).size === 0)],
  ["fileExists", define((uri, context) => find(uri, context) !== undefined)],
];

function define(call: (uri: string, context: Context) => Value): Callable {
  return {
    parameters: ["path", "namespace?"],
    call: (_, [path, namespace]: Arguments, context) => {
      const own = (context.scope.variables.flow as { readonly namespace?: unknown } | undefined)
        ?.namespace;
      if (namespace !== undefined && namespace !== own) {
        throw new Fault("files of other namespaces are not read here");
      }
      return call(textArgument("path", path), context);
    },
  };
}

interface File {
  readonly size: number;
  readonly text?: string;
}

function fileAt(uri: string, context: Context): File {
  const file = find(uri, context);
  if (file !== undefined) return file;
  throw new Fault(
    `there is no ${uri.startsWith("kestra:///") ? "stored file" : "file"} ${quote(uri)}`,
    "Files are read by the URI that stands in outputs, as in read(outputs.task.outputFiles['name'])",
  );
}

/** Asking costs more than computing. */
const FINDING = 1_000;

function find(uri: string, { scope, budget }: Context): File | undefined {
  budget.spend(FINDING);
  return attempt(() => scope.file?.(uri));
}

/** What is refused is a fault of the expression. */
function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new Fault(cause instanceof Error ? cause.message : String(cause), undefined, { cause });
  }
}
