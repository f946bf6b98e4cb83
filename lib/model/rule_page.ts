import type { Diagnostic } from "./diagnostic.ts";

/** What there is to say of a code, for whoever asks. */
export interface RulePage {
  /** Stable, `check/what`. */
  readonly code: Diagnostic["code"];
  readonly severity: Diagnostic["severity"];
  /** One line, no period: what is wrong where it speaks. */
  readonly title: string;
  /** Why that matters, and what it rests on; a paragraph. */
  readonly why: string;
  /** YAML in which it is found, a policy or a flow, whole; and the same mended. */
  readonly bad: string;
  readonly good: string;
  /** The policy under which the two are judged, where it takes one. */
  readonly under?: string;
  /** What is written where it is meant, when that is no comment. */
  readonly meant?: string;
}
