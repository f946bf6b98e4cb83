/**
 * A flow's text into a flow, and given values into its inputs.
 *
 * @module
 */
export { type ParsedFlow, parseFlow, readFlow } from "./parse_flow.ts";
export { resolveInputs } from "./resolve_inputs.ts";
