import type { Line } from "../split_lines.ts";
import type { Meter } from "../read_output.ts";

/** Where a container's output goes, and what lets it pass. */
export interface Output {
  readonly meter: Meter;
  readonly onLine: (from: "stdout" | "stderr", line: Line) => void;
}

/**
 * One container of an engine, from before it is made until it is gone. Every way to speak to an
 * engine gives these steps, in this order; each throws {@linkcode EngineFailure}.
 */
export interface ContainerHandle {
  /** Makes it, where that is a step of its own. */
  create(): Promise<void>;
  /** Lays a tar of files below a directory of it, before it starts. */
  copyIn(directory: string, tar: ReadableStream<Uint8Array>): Promise<void>;
  /**
   * Starts it and passes its output on, no faster than that is dealt with.
   *
   * @returns The exit code of its command.
   */
  run(output: Output): Promise<number>;
  /** Takes a tar of a directory out of it, when it has ended. */
  copyOut(directory: string): Promise<ReadableStream<Uint8Array>>;
  /**
   * Ends it, also while it is only being made, and removes it with its volumes.
   *
   * @param graceMs Between asking and killing; 0 asks for nothing.
   * @throws Where the engine does not answer in time: the container may still be there.
   */
  end(graceMs: number): Promise<void>;
  /** Whether it is still there after it has run, until it is ended. */
  readonly stays: boolean;
}

/** Why a container did not come to an exit code of its own. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";

  /**
   * @param kind `no-image`: the engine has no such image, nothing was started. `not-started`: nothing
   * was started. `lost`: it may have run, how it ended is not known.
   */
  constructor(readonly kind: "no-image" | "not-started" | "lost", message: string) {
    super(message);
  }
}
