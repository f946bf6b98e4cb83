import type { Value } from "../value.ts";

/** The operators that take a value of each side. */
export type QueryOperator = "+" | "-" | "*" | "/" | "%" | "==" | "!=" | "<" | "<=" | ">" | ">=";

/** A query of jq, parsed. */
export type Query =
  | { readonly kind: "identity" }
  | { readonly kind: "literal"; readonly value: Value }
  /** A text with `\(…)` in it. */
  | { readonly kind: "text"; readonly parts: readonly (string | Query)[]; readonly format: string }
  | { readonly kind: "format"; readonly format: string }
  | { readonly kind: "index"; readonly of: Query; readonly key: Query }
  | { readonly kind: "slice"; readonly of: Query; readonly from?: Query; readonly to?: Query }
  | { readonly kind: "iterate"; readonly of: Query }
  | { readonly kind: "try"; readonly body: Query; readonly otherwise?: Query }
  | { readonly kind: "list"; readonly body?: Query }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Query, Query])[] }
  | { readonly kind: "negative"; readonly of: Query }
  | {
    readonly kind: "pipe" | "comma" | "alternative" | "and" | "or";
    readonly left: Query;
    readonly right: Query;
  }
  | {
    readonly kind: "binary";
    readonly operator: QueryOperator;
    readonly left: Query;
    readonly right: Query;
  }
  | {
    readonly kind: "if";
    readonly condition: Query;
    readonly yes: Query;
    readonly no: Query;
  }
  | {
    readonly kind: "reduce";
    readonly source: Query;
    readonly name: string;
    readonly start: Query;
    readonly update: Query;
  }
  | { readonly kind: "bind"; readonly source: Query; readonly name: string; readonly body: Query }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Query[] };
