/**
 * Templates of flows: the part of Pebble, with Kestra's functions and filters, that flows use.
 *
 * An expression is the flow author's code. It sees the {@linkcode Scope} and nothing else:
 * values are plain data, only own properties are read, functions and filters are not values.
 *
 * @module
 */

export type { Scope } from "./context.ts";
export { ExpressionError } from "./expression_error.ts";
export { isTrue } from "../../source/is_true.ts";
export { render, renderDeep } from "./render.ts";
