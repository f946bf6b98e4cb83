import { makeOwnDirectory, stateRoot } from "../host/mod.ts";
import { StageError } from "../model/mod.ts";
import type { CommandIo } from "./command.ts";

/**
 * The directory of what outlives runs: it is there, and only this user can write it.
 *
 * @throws {StageError} `host/no-state` where nobody said where it is, else what is wrong with it.
 */
export async function stateDirectory(io: CommandIo): Promise<string> {
  const root = stateRoot(io.env);
  if (root === undefined) {
    throw new StageError([{
      code: "host/no-state",
      severity: "error",
      message: "Cannot keep anything of a run: neither BULKHEAD_STATE nor HOME is set",
      help: "Set BULKHEAD_STATE to a directory that only this user can write",
    }], "host");
  }
  await makeOwnDirectory(root, "state");
  return root;
}

/** The same, for what cannot be done without it. */
export async function needStateDirectory(io: CommandIo, what: string): Promise<string> {
  try {
    return await stateDirectory(io);
  } catch (error) {
    if (!isNoPlace(error)) throw error;
    const [first] = error.diagnostics;
    throw new StageError(
      [{ ...first!, message: `Cannot ${what}: ${uncapitalized(first!.message)}` }],
      "host",
      { cause: error },
    );
  }
}

function uncapitalized(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Says that there is no directory to keep anything in, or no room in it. */
export function isNoPlace(error: unknown): error is StageError {
  return error instanceof StageError &&
    error.diagnostics.every((it) =>
      ["host/no-state", "host/state-unwritable", "host/state-untrusted", "host/state-full"]
        .includes(it.code)
    );
}
