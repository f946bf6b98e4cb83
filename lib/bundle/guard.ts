import type { StageError } from "../model/mod.ts";

/**
 * What keeps others out of a directory, given by whoever wires the stages.
 *
 * Each throws a `StageError` that says what is wrong with the directory and what to do.
 */
export interface Guard {
  /** Makes a directory that only this user can write, or accepts one that is there. */
  readonly make: (path: string) => Promise<void>;
  /** Accepts what this user owns and no other may write. */
  readonly require: (path: string, info: Deno.FileInfo) => void;
  /** The complaint that something cannot be written there. */
  readonly cannotWrite: (path: string, cause: unknown) => StageError;
}
