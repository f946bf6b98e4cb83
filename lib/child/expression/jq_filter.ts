import { type Arguments, type Callable, textArgument } from "./callable.ts";
import type { Context } from "./context.ts";
import { parseQuery } from "./jq/parse_query.ts";
import { runQuery } from "./jq/run_query.ts";
import { parseJson } from "./parse_json.ts";
import type { Value } from "./value.ts";

/** Kestra's `jq`: a list of all that the query gives. A text is read as JSON first. */
export const JQ_FILTER: Callable = { parameters: ["expression"], call: jq };

function jq(input: Value, [expression]: Arguments, { budget }: Context): Value {
  if (input === null) return null;
  const query = parseQuery(textArgument("expression", expression));
  const value = typeof input === "string" ? parseJson(input) : input;
  return [...runQuery(query, value, { variables: new Map(), budget })];
}
