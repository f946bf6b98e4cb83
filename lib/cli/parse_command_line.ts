import { parseArgs } from "node:util";
import { nearest } from "../source/nearest.ts";
import type { Args, CommandTable } from "./command_table.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Reads a command line as its table says.
 *
 * @param name Of the command, for messages.
 * @throws {UsageError} For an option that the table has not, a value that is missing or too many,
 * or one that is not among the choices.
 */
export function parseCommandLine(
  name: string,
  table: CommandTable,
  argv: readonly string[],
): Args {
  const options = Object.entries(table.options).map(([long, { short, value, multiple }]) => [
    long,
    {
      type: value === undefined ? "boolean" as const : "string" as const,
      ...(short !== undefined && { short }),
      ...(multiple && { multiple }),
      ...(multiple ? { default: [] } : value === undefined ? { default: false } : {}),
    },
  ]);
  let parsed: { positionals: string[]; values: Record<string, unknown> };
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: Object.fromEntries(options),
    });
  } catch (error) {
    throw isParseArgsError(error) ? complaintOf(error, name, table) : error;
  }
  for (const [long, { choices }] of Object.entries(table.options)) {
    const given = [parsed.values[long] ?? []].flat() as string[];
    const wrong = given.find((it) => choices !== undefined && !choices.includes(it));
    if (wrong === undefined) continue;
    const near = nearest(wrong, choices!);
    throw new UsageError(
      `Cannot use "${wrong}" for --${long}: expected ${choices!.join(" or ")}`,
      near && `Did you mean "${near}"?`,
    );
  }
  return parsed as Args;
}

function isParseArgsError(error: unknown): error is Error & { code: string } {
  return error instanceof TypeError && "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS");
}

/** What `node:util` says of a command line, in our form. */
function complaintOf(
  { code, message }: { code: string; message: string },
  name: string,
  { options }: CommandTable,
): UsageError {
  const unknown = code === "ERR_PARSE_ARGS_UNKNOWN_OPTION" && /'(-[^']*)'/.exec(message)?.[1];
  if (unknown) {
    const near = nearest(unknown.replace(/^-+/, ""), Object.keys(options));
    return new UsageError(
      `Cannot use option "${unknown}": ${name} has no such option`,
      near && unknown.startsWith("--") ? `Did you mean "--${near}"?` : undefined,
    );
  }
  const sentence = message.split(/\n|\. /)[0]!;
  return new UsageError(
    `Cannot use the command line: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`,
  );
}
