import type { Access, Decision } from "./access.ts";
import type { Because, Source } from "./source.ts";

/** One change of a policy file, as a person would make it. */
export type PolicyEdit =
  /** Takes an entry of a list, or a key with its value, out. */
  | {
    readonly kind: "remove";
    readonly at: Source;
    readonly key: string;
    readonly value: string;
    /** It is all there is in the list, and no list may be empty: the list goes with its key. */
    readonly whole?: true;
  }
  /** Puts an entry into a list, which is made where it is not there. */
  | {
    readonly kind: "add";
    readonly file: string;
    readonly path: readonly string[];
    readonly value: string;
  }
  /** Gives a key another value. */
  | {
    readonly kind: "set";
    readonly file: string;
    readonly path: readonly string[];
    readonly value: string | boolean | readonly string[];
  };

/** A change that was tried, and after which the answer is the other one. */
export interface Flip {
  /** All of them are needed. Never empty. */
  readonly edits: readonly PolicyEdit[];
  /** What it comes to, from 1; what it opens or closes beside what was asked for counts. */
  readonly weight: number;
}

/** Whether a task may do one thing, why, and what would make it the other way. */
export interface Explanation {
  readonly decision: Decision;
  /** The smallest first. `[]`: none was found, and `noFlip` says why. Absent: nobody looked. */
  readonly flips?: readonly Flip[];
  readonly noFlip?: string;
}

/** All that was asked about one task. */
export interface ExplainedTask {
  readonly file: string;
  /** `namespace/id`. */
  readonly flow: string;
  readonly task: string;
  /** Where it stands in its flow. */
  readonly path: string;
  readonly type: string;
  readonly kind: string;
  readonly verdict: "run" | "refuse";
  /** Who refuses it. */
  readonly refusedBy?: "policy" | "host" | "unsupported";
  readonly answers: readonly Explanation[];
  /** Where nothing in particular was asked of a task that is refused: why, and what would let it run. */
  readonly refusal?: Omit<Explanation, "decision"> & { readonly because: Because };
  /** Where nothing in particular was asked: what it may use up, each with its place. */
  readonly limits?: readonly { readonly effect: string; readonly source: Source | "built-in" }[];
}

/** Denials of recorded runs that are alike. */
export interface ExplainedDenial {
  readonly flow: string;
  readonly task: string;
  readonly permission: string;
  readonly value?: string;
  readonly layer: string;
  readonly because: Because;
  /** How often it was told. */
  readonly count: number;
  /** What is said of it now, where the flow is given. */
  readonly now?: Explanation;
}

/** One decision that another policy makes otherwise. */
export interface ChangedDecision {
  readonly flow: string;
  readonly task: string;
  /** What was asked: an access; `run`: that the task runs at all; `container`: what its engine is told. */
  readonly what: Access | { readonly kind: "run" | "container" };
  /** `allowed` or `denied`; of a container the options that the other one has not. */
  readonly was: string;
  readonly is: string;
  /** Why it was so; absent where the record does not say. */
  readonly wasBecause?: Because;
  readonly isBecause?: Because;
  readonly count: number;
}

/** What another policy makes of recorded runs. */
export interface Replay {
  readonly decisions: number;
  readonly changes: number;
  /** Those that would be denied now, and those that would be allowed. */
  readonly denied: number;
  readonly allowed: number;
  /** Alike ones together, the most frequent first. */
  readonly changed: readonly ChangedDecision[];
  /** Changes that are counted and not listed: there are too many different ones. */
  readonly unlisted: number;
  /** Decisions that were not made again, by why. */
  readonly notReplayed: readonly { readonly why: string; readonly count: number }[];
  /** Lines that are no events, as far as they are told. */
  readonly damaged: number;
}
