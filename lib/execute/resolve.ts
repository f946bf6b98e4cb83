import type { Input, Output } from "../model/mod.ts";
import type { Rendered } from "./renderer.ts";

/** The inputs of an execution, or of a pause that ends. */
export interface Resolved {
  /** As expressions see them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** To be hidden in whatever is said. */
  readonly secrets: readonly string[];
}

/**
 * Brings together what inputs ask for and what was given. What inputs mean is no business of this stage,
 * so that whoever composes the stages gives it.
 *
 * @throws {StageError} When something is missing or does not fit.
 */
export type ResolveInputs = (
  inputs: readonly Input[],
  given: Readonly<Record<string, unknown>>,
  means: {
    /** Renders what inputs say of themselves; the variables are added to what else it sees. */
    readonly render: (
      value: unknown,
      variables: Readonly<Record<string, unknown>>,
    ) => Promise<Rendered>;
    /** Whether somebody may be asked for what is missing. */
    readonly asks: boolean;
  },
) => Promise<Resolved>;

/** Reads a rendered output as what its type says; the fact where it is none. */
export type ReadOutput = (
  output: Output,
  value: unknown,
) =>
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fact: string };

/** A pause that waits for somebody. */
export interface PauseQuestion {
  readonly task: string;
  /** `namespace/id`. */
  readonly flow: string;
}

/** Whoever lets paused tasks go on. */
export interface Resumer {
  /**
   * Waits until it is decided.
   *
   * @returns `undefined` when the signal fired first.
   */
  decide(question: PauseQuestion, signal: AbortSignal): Promise<"resume" | "kill" | undefined>;
  /** Who that is, for the record: `terminal`. */
  readonly by: string;
  /** Whether they can be asked for what the pause wants to know. */
  readonly answers: boolean;
  /** What they say to pauses that ask for it, by name. */
  readonly given: Readonly<Record<string, unknown>>;
}
