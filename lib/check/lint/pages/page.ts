import type { Diagnostic } from "../../../model/mod.ts";

/** What there is to say of a code, for whoever asks. */
export interface Page {
  readonly code: Diagnostic["code"];
  readonly severity: Diagnostic["severity"];
  /** One line, no period. */
  readonly title: string;
  readonly why: string;
  /** YAML in which it is found, and the same mended. */
  readonly bad: string;
  readonly good: string;
  /** The policy under which the two are judged, where it takes one. */
  readonly under?: string;
  /** What is written where it is meant, when that is no comment. */
  readonly meant?: string;
}
