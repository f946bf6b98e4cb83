import { type Diagnostic, StageError } from "../model/mod.ts";
import { judgeSequence, judgeTime } from "./judge.ts";
import type { PublicKey } from "./keys.ts";
import { MAX_BUNDLE_BYTES } from "./limits.ts";
import type { NodeState } from "./node_state.ts";
import { type Bundle, openBundle } from "./open_bundle.ts";
import { readBounded } from "./read_bounded.ts";

/** What a bundle is taken with. */
export interface BundleQuestion<T> {
  /** The bundle that is given. */
  readonly file: string;
  /** At least one key. */
  readonly trusted: readonly PublicKey[];
  readonly state: NodeState;
  readonly now: () => Date;
  /**
   * Reads what is in a verified bundle. What it cannot read makes the bundle one that is refused:
   * one with which nothing can be done is not accepted either.
   */
  readonly load: (bundle: Bundle, file: string) => Promise<T>;
  /** Whether a bundle that is taken becomes the one this node accepted last. */
  readonly remember: boolean;
}

/** The bundle in force. */
export interface TakenBundle<T> {
  readonly bundle: Bundle;
  /** The file it came from: the given one, or the copy of the last good one. */
  readonly file: string;
  readonly loaded: T;
  /** Why it is not the given one that is in force; empty when it is. */
  readonly refused: readonly Diagnostic[];
}

/**
 * Takes the given bundle, or, when that is refused, the last good one.
 *
 * Either is read once, and what is used is what was verified. Of the last good one too signature,
 * digests and times are verified, now and with the keys that are trusted now, and it must be the
 * very one that was accepted. What is wrong with the machine (`host`) or the command line (`usage`)
 * is no fault of the bundle, and nothing is used in its place.
 *
 * @throws {StageError} When there is none to use: with the faults of the given one, and of the last.
 */
export async function takeBundle<T>(question: BundleQuestion<T>): Promise<TakenBundle<T>> {
  try {
    return await takeGiven(question);
  } catch (error) {
    if (!isFaultOfBundle(error)) throw error;
    const last = await takeLast(question, error);
    if (last === undefined) throw error;
    return { ...last, refused: error.diagnostics };
  }
}

async function takeGiven<T>(question: BundleQuestion<T>): Promise<TakenBundle<T>> {
  const { file, state, remember } = question;
  const { bytes } = await readBounded(file, "bundle", MAX_BUNDLE_BYTES);
  const taken = await take(
    question,
    bytes,
    file,
    async (bundle) => judgeSequence(bundle, file, await state.accepted()),
  );
  if (remember) await state.accept(taken.bundle, file);
  return taken;
}

async function takeLast<T>(
  question: BundleQuestion<T>,
  because: StageError,
): Promise<TakenBundle<T> | undefined> {
  try {
    const kept = await question.state.kept();
    if (kept === undefined) return undefined;
    const { file, bytes, accepted } = kept;
    return await take(
      question,
      bytes,
      file,
      ({ digest }) =>
        digest === accepted.digest ? undefined : {
          code: "bundle/altered",
          severity: "error",
          message: `Cannot use bundle "${file}": it is another one than was accepted`,
        },
    );
  } catch (error) {
    if (!isFaultOfBundle(error)) throw error;
    throw new StageError([...because.diagnostics, ...error.diagnostics], because.fault, {
      cause: error,
    });
  }
}

async function take<T>(
  { trusted, now, load }: BundleQuestion<T>,
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  judge: (bundle: Bundle) => Diagnostic | undefined | Promise<Diagnostic | undefined>,
): Promise<TakenBundle<T>> {
  const bundle = await openBundle(bytes, file, trusted);
  const problem = judgeTime(bundle, file, now()) ?? await judge(bundle);
  if (problem !== undefined) throw new StageError([problem], "refused");
  return { bundle, file, loaded: await load(bundle, file), refused: [] };
}

function isFaultOfBundle(error: unknown): error is StageError {
  return error instanceof StageError && (error.fault === "input" || error.fault === "refused");
}
