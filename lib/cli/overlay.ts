import type { CommandIo } from "./command.ts";

/** The same `io`, for which these files are what is given here, wherever else they may lie. */
export function overlay(
  io: CommandIo,
  files: ReadonlyMap<string, Uint8Array>,
): CommandIo {
  return {
    ...io,
    readFile: async (path) => files.get(path) ?? await io.readFile(path),
    listDirectory: async (path) => files.has(path) ? undefined : await io.listDirectory(path),
  };
}
