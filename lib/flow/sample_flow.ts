/**
 * Small flows for the tests of this room.
 *
 * @module
 */
import { type Source, StageError } from "../model/mod.ts";
import { type ParsedFlow, parseFlow, readFlow } from "./parse_flow.ts";

/** What every flow begins with: two lines. */
export const HEAD = "id: f\nnamespace: a.b\n";

/** Tasks that nothing is wrong with: two lines. */
export const TASKS = "tasks:\n  - {id: t, type: io.a.B}\n";

/** Where flowables live. */
export const FLOW = "io.kestra.plugin.core.flow";

/** Parses the text of a flow. */
export function parse(text: string): ParsedFlow {
  return parseFlow(readFlow(text, "f.yaml"));
}

/** What is wrong with a flow, as `code line:column`; nothing for one that can be planned. */
export function complaints(text: string): readonly string[] {
  return diagnostics(text).map((it) => `${it.code} ${it.at?.line}:${it.at?.column}`);
}

/** What is wrong with a flow, as `code: what stands there`. */
export function faults(text: string): readonly string[] {
  return diagnostics(text).map(({ code, at }) => pointed(code, text, at));
}

/** What is wrong with a flow, in words. */
export function messages(text: string): readonly string[] {
  return diagnostics(text).map((it) => it.message);
}

/** Why a flow that can be planned is not run, as `code: what stands there`. */
export function refusals(text: string): readonly string[] {
  return parse(text).flow.refusals.map(({ code, source }) =>
    pointed(code, text, source === "built-in" ? undefined : source)
  );
}

function diagnostics(text: string) {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (error instanceof StageError) return error.diagnostics;
    throw error;
  }
}

function pointed(code: string, text: string, at: Source | undefined): string {
  const line = at && text.split("\n")[at.line - 1]?.slice(at.column - 1);
  return `${code}: ${/^("[^"]*"|[^,}\]\s]*)/.exec(line ?? "")?.[0]}`;
}
