import type { Because } from "./source.ts";

/** What a task may be asked to have done. */
export type AccessKind = "read" | "write" | "spawn" | "net" | "env";

/** One thing that a task would do, or did. */
export interface Access {
  readonly kind: AccessKind;
  /**
   * Of `read` and `write` a path: absolute, or from the workspace. Of `net` a host, with `:port` where
   * one is meant; of `env` a variable's name; of `spawn` nothing.
   */
  readonly value?: string;
  /** Of a path: where it leads in the end. Absent: where it is written. */
  readonly real?: string;
}

/** What one layer has to say of an access. */
export interface LayerPart {
  /** `harness`: what no layer looks at, and the harness gives or keeps back itself. */
  readonly layer: "preflight" | "deno" | "kernel" | "container" | "harness";
  /** `silent`: it does not look at this, or is not there. */
  readonly verdict: "allows" | "denies" | "silent";
  /** Why, for a person. */
  readonly fact: string;
}

/** Whether a task may do one thing, and why. */
export interface Decision {
  readonly access: Access;
  readonly verdict: "allowed" | "denied";
  /** Every layer, in the order in which they are asked; the harness where it has a part in it. */
  readonly parts: readonly LayerPart[];
  /** The rules that decided, the deciding one first. Never empty. */
  readonly because: readonly Because[];
}
