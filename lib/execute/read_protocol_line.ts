import * as z from "zod/mini";
import "../source/say_in_english.ts";
import type { LogLevel, Metric } from "../model/mod.ts";
import { parseDuration } from "../source/parse_duration.ts";
import { isNestedDeeper, MAX_LEVELS } from "./is_nested_deeper.ts";
import { MetricShape } from "./read_record.ts";

/** What a line of a script's output means. */
export type ProtocolLine =
  | { readonly kind: "text" }
  /** From here on what is said on this stream has another level; `undefined`: its usual one. */
  | { readonly kind: "level"; readonly level: LogLevel | undefined }
  | { readonly kind: "bad"; readonly reason: string }
  | {
    readonly kind: "protocol";
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly metrics: readonly Metric[];
    readonly logs: readonly { readonly level: LogLevel; readonly message: string }[];
    /** What in it could not be used; the rest counts. */
    readonly faults: readonly string[];
    readonly hasAssets: boolean;
  };

const Body = z.looseObject({
  outputs: z.optional(z.unknown()),
  metrics: z.optional(z.nullable(z.array(z.unknown()))),
  logs: z.optional(z.nullable(z.array(z.unknown()))),
});

const LogShape = z.object({
  level: z._default(z.string(), "INFO"),
  message: z.string(),
});

/** Levels by what Kestra's libraries and Python's logging call them. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  TRACE: "TRACE",
  DEBUG: "DEBUG",
  INFO: "INFO",
  WARN: "WARN",
  WARNING: "WARN",
  ERROR: "ERROR",
  CRITICAL: "ERROR",
  FATAL: "ERROR",
};

/**
 * Reads one line of what a script says, in Kestra's protocol: `::{"outputs": {…}}::`.
 *
 * @returns `bad` for a line that is marked as protocol and does not hold its JSON: Kestra
 * warns of it and goes on. One metric or log that is wrong spoils none of the others.
 */
export function readProtocolLine(line: string): ProtocolLine {
  if (!line.startsWith("::{") && !line.startsWith("##")) return { kind: "text" };
  const text = line.trimEnd();
  const marker = /^##kestra:log:(trace|debug|info|warn|error)##$/i.exec(text);
  if (marker !== null) {
    const level = LEVELS[marker[1]!.toUpperCase()]!;
    return { kind: "level", level: level === "INFO" ? undefined : level };
  }
  if (!text.startsWith("::{") || !text.endsWith("}::")) return { kind: "text" };
  let json: unknown;
  try {
    json = JSON.parse(text.slice(2, -2));
  } catch (error) {
    return { kind: "bad", reason: (error as Error).message };
  }
  if (isNestedDeeper(json)) {
    return { kind: "bad", reason: `it is nested deeper than ${MAX_LEVELS} levels` };
  }
  const parsed = Body.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    return { kind: "bad", reason: path.length === 0 ? message : `"${path.join(".")}": ${message}` };
  }
  const outputs = parsed.data.outputs ?? {};
  if (typeof outputs !== "object" || Array.isArray(outputs)) {
    return { kind: "bad", reason: '"outputs": expected a map' };
  }
  const faults: string[] = [];
  return {
    kind: "protocol",
    outputs: outputs as Record<string, unknown>,
    metrics: (parsed.data.metrics ?? []).flatMap((it, i) => readMetric(it, i, faults)),
    logs: (parsed.data.logs ?? []).flatMap((it, i) => readLog(it, i, faults)),
    faults,
    hasAssets: parsed.data.assets !== undefined && parsed.data.assets !== null,
  };
}

/** A timer counts seconds: a number, or an ISO 8601 duration. */
function readMetric(given: unknown, index: number, faults: string[]): readonly Metric[] {
  const parsed = MetricShape.safeParse(inSeconds(given));
  if (parsed.success) return [parsed.data as Metric];
  const { path, message } = parsed.error.issues[0]!;
  faults.push(`metrics[${index}]${path.map((it) => `.${String(it)}`).join("")}: ${message}`);
  return [];
}

function inSeconds(given: unknown): unknown {
  if (given === null || typeof given !== "object" || !("value" in given)) return given;
  const { type, value, tags, ...rest } = given as Record<string, unknown>;
  const ms = type === "timer" && typeof value === "string" ? parseDuration(value) : undefined;
  return {
    ...rest,
    type,
    value: ms === undefined ? value : ms / 1000,
    ...(tags !== undefined && tags !== null && { tags: asTexts(tags) }),
  };
}

/** Kestra takes numbers and truth values as texts. */
function asTexts(tags: unknown): unknown {
  if (typeof tags !== "object" || tags === null || Array.isArray(tags)) return tags;
  return Object.fromEntries(
    Object.entries(tags).map(([key, it]) => [
      key,
      typeof it === "number" || typeof it === "boolean" ? String(it) : it,
    ]),
  );
}

function readLog(
  given: unknown,
  index: number,
  faults: string[],
): readonly { readonly level: LogLevel; readonly message: string }[] {
  const parsed = LogShape.safeParse(given);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    faults.push(`logs[${index}]${path.map((it) => `.${String(it)}`).join("")}: ${message}`);
    return [];
  }
  const { message } = parsed.data;
  const name = parsed.data.level.toUpperCase();
  if (Object.hasOwn(LEVELS, name)) return [{ level: LEVELS[name]!, message }];
  faults.push(`logs[${index}].level: there is no level "${parsed.data.level}"`);
  return [{ level: "INFO", message }];
}
