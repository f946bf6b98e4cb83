import { StageError } from "../model/mod.ts";
import { decodeText } from "../source/mod.ts";
import type { Io } from "./command.ts";

/**
 * Reads a file as text and remembers it for code frames.
 *
 * @throws {StageError} When it cannot be read, is too large or is no text.
 */
export async function readText(
  io: Io,
  path: string,
  what: "policy" | "flow" | "file" | "test",
): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await io.readFile(path);
  } catch (cause) {
    throw new StageError(
      [{
        code: `${what === "file" ? "check" : what}/unreadable`,
        severity: "error",
        message: `Cannot read ${what === "test" ? "tests" : what} "${path}": ${factOf(cause)}`,
      }],
      "input",
      { cause },
    );
  }
  const text = decodeText(bytes, path);
  io.texts.set(path, text);
  return text;
}

function factOf(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return "there is no such file";
  if (cause instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (cause instanceof Deno.errors.IsADirectory) return "it is a directory";
  return (cause as Error).message.replace(/^.*: /, "");
}
