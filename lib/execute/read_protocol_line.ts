import { z } from "zod";
import type { LogLevel, Metric } from "../model/mod.ts";
import { isNestedDeeper, MAX_LEVELS } from "./is_nested_deeper.ts";
import { MetricShape } from "./read_record.ts";

/** What a line of a script's output means. */
export type ProtocolLine =
  | { readonly kind: "text" }
  | { readonly kind: "bad"; readonly reason: string }
  | {
    readonly kind: "protocol";
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly metrics: readonly Metric[];
    readonly logs: readonly { readonly level: LogLevel; readonly message: string }[];
  };

const Body = z.looseObject({
  outputs: z.record(z.string(), z.unknown()).optional(),
  metrics: z.array(MetricShape).optional(),
  logs: z.array(z.object({
    level: z.enum(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]).default("INFO"),
    message: z.string(),
  })).optional(),
});

/**
 * Reads one line of what a script says, in Kestra's protocol: `::{"outputs": {…}}::`.
 *
 * @returns `bad` for a line that is marked as protocol and does not hold its JSON: Kestra
 * warns of it and goes on.
 */
export function readProtocolLine(line: string): ProtocolLine {
  const text = line.trimEnd();
  if (!text.startsWith("::{") || !text.endsWith("}::")) return { kind: "text" };
  let json: unknown;
  try {
    json = JSON.parse(text.slice(2, -2));
  } catch (error) {
    return { kind: "bad", reason: (error as Error).message };
  }
  const parsed = Body.safeParse(json);
  if (!parsed.success) return { kind: "bad", reason: parsed.error.issues[0]!.message };
  const { outputs = {}, metrics = [], logs = [] } = parsed.data;
  if (isNestedDeeper(outputs)) {
    return { kind: "bad", reason: `outputs are nested deeper than ${MAX_LEVELS} levels` };
  }
  return { kind: "protocol", outputs, metrics: metrics as Metric[], logs };
}
