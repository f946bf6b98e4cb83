import type { Because } from "../../model/mod.ts";

/** What a difference is about. */
export type Subject =
  | "read"
  | "write"
  | "spawn"
  | "class"
  | "network"
  | "env"
  | "container"
  | "script"
  | "limit"
  | "kernel"
  | "default"
  | "rule";

/**
 * One thing that two policies decide differently.
 *
 * `allowed`: the new one lets tasks do what the old one did not. `denied`: the reverse. `changed`: it is
 * otherwise, and neither more nor less.
 */
export interface Difference {
  readonly subject: Subject;
  readonly direction: "allowed" | "denied" | "changed";
  /** The whole set, for a person: `/data and below, except /data/x`. */
  readonly what: string;
  /** One member of it, that can be tried: a path, a class, a host, an image. */
  readonly example: string;
  readonly old: Because;
  readonly new: Because;
  /** It could not be compared exactly, and why: then it counts as widened. */
  readonly unsure?: string;
}

/** What two policies come to, side by side. */
export interface PolicyDiff {
  readonly differences: readonly Difference[];
  /** Whether something is allowed that was not, or may be. */
  readonly widened: boolean;
}

/** Whether a difference lets tasks do more, as far as anybody can tell. */
export function widens({ direction, unsure }: Difference): boolean {
  return direction === "allowed" || unsure !== undefined;
}
