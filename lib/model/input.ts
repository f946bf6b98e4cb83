import type { Source, Sourced } from "./source.ts";

/** The types of inputs that can be given, by the names that Kestra 1.x has for them. */
export type InputType =
  | "ARRAY"
  | "BOOLEAN"
  | "DATE"
  | "DATETIME"
  | "DURATION"
  | "EMAIL"
  | "ENUM"
  | "FILE"
  | "FLOAT"
  | "INT"
  | "JSON"
  | "MULTISELECT"
  | "SECRET"
  | "SELECT"
  | "STRING"
  | "TIME"
  | "URI"
  | "YAML";

/** One value to choose, and what it is called where somebody is asked. */
export interface InputChoice {
  readonly value: string;
  readonly label?: string;
}

/** One end of what a value may be, the end itself included. */
export interface InputBound {
  /** `min` and `after` are the least, `max` and `before` the greatest. */
  readonly name: "min" | "max" | "after" | "before";
  /** Of the input's type. */
  readonly value: unknown;
}

/** On what it depends whether there is an input at all. */
export interface InputCondition {
  /** All of them must have values. Expressions of the input see these and no others. */
  readonly inputs: readonly string[];
  /** Renders to `true` where the input is wanted. */
  readonly condition?: Sourced<string>;
}

/** One value that a flow asks for. */
export interface Input {
  /** `a.b` is the value `b` in the map `a`. */
  readonly id: string;
  readonly type: InputType;
  readonly required: boolean;
  readonly displayName?: string;
  readonly description?: string;
  /** As written, where it holds expressions; else of the input's type. Absent: the flow has none. */
  readonly defaults?: Sourced<unknown>;
  /** What somebody who is asked is offered, as written; nobody has to take it. */
  readonly prefill?: Sourced<unknown>;
  readonly bounds: readonly InputBound[];
  /** A regular expression of Java's, which all of the text must match. */
  readonly validator?: Sourced<string>;
  /** Of SELECT, ENUM and MULTISELECT, as written. Absent: an expression gives them, or anything goes. */
  readonly choices?: readonly InputChoice[];
  /** Renders to a JSON list of what there is to choose. */
  readonly expression?: Sourced<string>;
  /** Whether a value that is no choice may be given as well. */
  readonly allowCustomValue: boolean;
  /** Whether the first choice stands in for a default. */
  readonly autoSelectFirst: boolean;
  /** Of ARRAY and MULTISELECT. */
  readonly itemType?: InputType;
  /** How the name of a FILE may end, in any case: `.csv`. `[]`: as it likes. */
  readonly extensions: readonly string[];
  readonly dependsOn?: InputCondition;
  readonly source: Source;
}
