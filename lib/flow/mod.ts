/**
 * A flow's text into a flow, and given values into its inputs.
 *
 * @module
 */
export { type ParsedFlow, parseFlow, readFlow } from "./parse_flow.ts";
export { type InputValue, parseInputValue } from "./inputs/parse_input_value.ts";
export { parseInputs } from "./inputs/parse_inputs.ts";
export {
  type InputMeans,
  type InputQuestion,
  type ResolvedInputs,
  resolveInputs,
} from "./inputs/resolve_inputs.ts";
