import { StageError } from "../model/mod.ts";

/** The complaint that a binary or a release cannot be made. */
export function buildFailure(
  code: string,
  message: string,
  help: string,
  fault: "usage" | "host" = "usage",
): StageError {
  return new StageError([{ code: `build/${code}`, severity: "error", message, help }], fault);
}

/** What is printed of a complaint. */
function renderFailure({ diagnostics }: StageError): string {
  return diagnostics.map(({ code, message, help }) =>
    `error[${code}]: ${message}\n${help === undefined ? "" : `  help: ${help}\n`}`
  ).join("");
}

/**
 * Says on stderr what went wrong, for the task's exit code 1.
 *
 * @throws {unknown} What is neither a complaint nor a wrong command line.
 */
export async function complain(error: unknown): Promise<void> {
  let text: string;
  if (error instanceof StageError) text = renderFailure(error);
  else if (error instanceof TypeError && "code" in error) {
    const said = error.message.split("\n")[0]!;
    text = `error[usage/task]: Cannot use the command line: ${said.charAt(0).toLowerCase()}${
      said.slice(1)
    }\n`;
  } else throw error;
  await Deno.stderr.write(new TextEncoder().encode(text));
  Deno.exitCode = 1;
}
