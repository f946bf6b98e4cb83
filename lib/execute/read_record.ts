import * as z from "zod/mini";
import type { ChildRecord } from "../model/mod.ts";

const level = z.enum(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]);

/** A metric, as a child or a line of the script protocol reports it. */
export const MetricShape = z.object({
  name: z.string().check(z.maxLength(200)),
  type: z.enum(["counter", "timer", "gauge"]),
  value: z.number(),
  tags: z.optional(z.record(z.string(), z.string())),
});

const DenialShape = z.object({
  permission: z.string(),
  value: z.optional(z.string()),
  layer: z.optional(z.enum(["deno", "kernel"])),
});

const ExpressionPlaceShape = z.object({
  text: z.string(),
  offset: z.int().check(z.gte(0)),
});

const Record_ = z.union([
  z.object({ type: z.literal("log"), level, message: z.string() }),
  z.object({ type: z.literal("metric"), metric: MetricShape }),
  z.object({ type: z.literal("denied"), denial: DenialShape }),
  // What it asks is read apart: a child that waits is answered, whatever it says.
  z.object({ type: z.literal("ask"), question: z.unknown() }),
  z.object({ type: z.literal("result"), state: z.literal("success"), outputs: z.unknown() }),
  z.object({ type: z.literal("result"), state: z.literal("skipped") }),
  z.object({
    type: z.literal("result"),
    state: z.literal("failed"),
    message: z.string(),
    denial: z.optional(DenialShape),
    at: z.optional(ExpressionPlaceShape),
    outputs: z.optional(z.unknown()),
  }),
]);

/** What a child says, before it is known whether what it asks is a question. */
export type ReadRecord =
  | Exclude<ChildRecord, { readonly type: "ask" }>
  | { readonly type: "ask"; readonly question: unknown };

/**
 * Reads what a child says. A child is not trusted: what is no record is told as such.
 *
 * @returns `undefined` for anything that is not a well-formed record.
 */
export function readRecord(text: string): ReadRecord | undefined {
  try {
    const parsed = Record_.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data as ReadRecord : undefined;
  } catch {
    return undefined;
  }
}
