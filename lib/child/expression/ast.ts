import type { Value } from "./value.ts";

/** Where a node stands in the template, and how deep the tree below it is. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/** An argument of a function, filter or test; a `name` when it was written `name=value`. */
export interface Argument {
  readonly name: string | undefined;
  readonly value: Expression;
}

/** The operators that take the values of both sides. */
export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "~"
  | ".."
  | "=="
  | "!="
  | "<"
  | ">"
  | "<="
  | ">="
  | "contains"
  | "isIn";

/** One expression, parsed. */
export type Expression =
  & Place
  & (
    | { readonly kind: "literal"; readonly value: Value; readonly form?: "decimal" }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "member"; readonly object: Expression; readonly key: Expression }
    | { readonly kind: "list"; readonly items: readonly Expression[] }
    | { readonly kind: "map"; readonly entries: readonly (readonly [Expression, Expression])[] }
    | { readonly kind: "call"; readonly name: string; readonly args: readonly Argument[] }
    | {
      readonly kind: "filter";
      readonly input: Expression;
      readonly name: string;
      readonly args: readonly Argument[];
    }
    | {
      readonly kind: "test";
      readonly input: Expression;
      readonly name: string;
      readonly expected: boolean;
      readonly args: readonly Argument[];
    }
    | { readonly kind: "unary"; readonly operator: "not" | "+" | "-"; readonly operand: Expression }
    | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
    | {
      readonly kind: "logic";
      readonly operator: "and" | "or" | "??" | "???";
      readonly left: Expression;
      readonly right: Expression;
    }
    | {
      readonly kind: "ternary";
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  );

/** One piece of a template. `segment` is where the `{{…}}` or `{%…%}` begins and ends. */
export type Statement =
  | { readonly kind: "text"; readonly text: string }
  /** `source` is the text with its `{% raw %}` tags, for a result that is rendered again. */
  | { readonly kind: "raw"; readonly text: string; readonly source: string }
  | { readonly kind: "print"; readonly segment: Segment; readonly value: Expression }
  | {
    readonly kind: "set";
    readonly segment: Segment;
    readonly name: string;
    readonly value: Expression;
  }
  | {
    readonly kind: "if";
    readonly branches: readonly Branch[];
    readonly otherwise: readonly Statement[];
  }
  | {
    readonly kind: "for";
    readonly segment: Segment;
    readonly name: string;
    readonly over: Expression;
    readonly body: readonly Statement[];
    readonly otherwise: readonly Statement[];
  };

/** An `if` or `elseif` with what it guards. */
export interface Branch {
  readonly segment: Segment;
  readonly condition: Expression;
  readonly body: readonly Statement[];
}

/** A stretch of the template, with its delimiters. */
export interface Segment {
  readonly start: number;
  readonly end: number;
}
