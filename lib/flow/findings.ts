import type { Diagnostic, LocatedMap, Refusal, Source } from "../model/mod.ts";

/** What reading a flow brings up. Everybody who reads a part of it adds to these. */
export interface Findings {
  /** What Kestra rejects, in every version: there is no flow then. */
  readonly problems: Diagnostic[];
  /** What has no bearing here. */
  readonly warnings: Diagnostic[];
  /** What some Kestra takes and bulkhead cannot give: the flow is planned, and not run. */
  readonly refusals: Refusal[];
}

/** Nothing found yet. */
export function noFindings(): Findings {
  return { problems: [], warnings: [], refusals: [] };
}

/** Something is not there at all. */
export function missing(owner: string, key: string, at: Source, help?: string): Diagnostic {
  return {
    code: "flow/missing-key",
    severity: "error",
    message: `Cannot use ${owner} without "${key}": the key is missing`,
    at,
    ...(help !== undefined && { help }),
  };
}

/** Something is there, and is none of what can stand there. */
export function wrongValue(name: string, fact: string, at: Source, help?: string): Diagnostic {
  return {
    code: "flow/wrong-value",
    severity: "error",
    message: `Cannot use ${name}: ${fact}`,
    at,
    ...(help !== undefined && { help }),
  };
}

/** Two of the same kind have one id. */
export function duplicate(
  what: "task" | "input" | "output" | "trigger" | "precondition",
  id: string,
  { source }: LocatedMap,
  first: Source,
): Diagnostic {
  return {
    code: `flow/duplicate-${what}`,
    severity: "error",
    message: `Cannot use ${what} "${id}": another one has the same id`,
    at: source,
    related: [{ message: "the first stands here", at: first }],
    help: "Give each an id of its own, in the whole flow",
  };
}

/** Kestra has it, bulkhead has not: what would be run is not what the author means. */
export function notSupported(message: string, source: Source, help?: string): Refusal {
  return {
    code: "flow/not-supported",
    message,
    by: "unsupported",
    source,
    ...(help !== undefined && { help }),
  };
}
