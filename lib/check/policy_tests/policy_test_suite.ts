import type {
  Access,
  EngineKind,
  LimitValues,
  LocatedMap,
  Permissions,
  Source,
  Sourced,
  TaskKind,
} from "../../model/mod.ts";
import type { Layers } from "../../model/mod.ts";

/** A file of policy tests. */
export interface PolicyTestSuite {
  readonly file: string;
  /** The policies that are judged, outermost first, as they are written: from the file on. */
  readonly policies: readonly Sourced<string>[];
  readonly tests: readonly PolicyTest[];
}

/** One thing that a policy is asked, and what it has to say. */
export interface PolicyTest {
  /** No other test of the file has it. */
  readonly name: string;
  readonly description?: string;
  readonly disabled: boolean;
  readonly subject: TestSubject;
  readonly host: TestHost;
  /** Never empty. */
  readonly expectations: readonly Expectation[];
  /** Of a test of a table its row. */
  readonly source: Source;
}

/** What is planned. */
export type TestSubject =
  /** A whole flow, in the test or in a file; `task` is the id of the one that is meant. */
  & { readonly task?: Sourced<string> }
  & (
    | { readonly kind: "flow"; readonly flow: LocatedMap }
    | { readonly kind: "file"; readonly file: Sourced<string> }
  );

/** What the assumed machine has not, or has otherwise. */
export interface TestHost {
  readonly kernel?: boolean;
  readonly engine?: EngineKind | "none";
  readonly plugins?: boolean;
}

/** One thing that is expected of a plan, and where that stands. */
export type Expectation =
  & { readonly at: Source }
  & (
    | { readonly kind: "verdict"; readonly expected: "run" | "refuse" }
    | { readonly kind: "refusal"; readonly expected: string }
    | { readonly kind: "class kind"; readonly expected: TaskKind }
    | { readonly kind: "spawn"; readonly expected: "allowed" | "denied" }
    | { readonly kind: "argv"; readonly includes: boolean; readonly expected: string }
    | {
      readonly kind: "permission";
      readonly permission: keyof Permissions;
      readonly list: "allow" | "deny";
      readonly expected: "all" | "none" | { readonly includes: boolean; readonly value: string };
    }
    | { readonly kind: "layer"; readonly layer: keyof Layers; readonly expected: boolean }
    /** Of the task after defaults; null: it is not set. */
    | { readonly kind: "value"; readonly path: string; readonly expected: unknown }
    /** Null: there is none. */
    | {
      readonly kind: "limit";
      readonly limit: keyof LimitValues;
      readonly expected: number | null;
    }
    | {
      readonly kind: "container";
      readonly what: ContainerFact;
      readonly expected: string | number | boolean | readonly string[];
    }
    | { readonly kind: "mount"; readonly includes: boolean; readonly expected: string }
    | {
      readonly kind: "access";
      readonly access: Access;
      readonly expected: "allowed" | "denied";
    }
    /** `FILE:LINE`, or a part of a rule, of what it does or of its line. */
    | { readonly kind: "because"; readonly expected: string }
  );

/** What of a container can be expected, beside mounts. */
export type ContainerFact =
  | "engine"
  | "image"
  | "network"
  | "user"
  | "capabilities"
  | "read-only"
  | "cpus"
  | "memory"
  | "shm"
  | "tmp";
