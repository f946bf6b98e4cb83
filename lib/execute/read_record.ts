import { z } from "zod";
import type { ChildRecord } from "../model/mod.ts";

const level = z.enum(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]);

/** A metric, as a child or a line of the script protocol reports it. */
export const MetricShape = z.object({
  name: z.string().max(200),
  type: z.enum(["counter", "timer", "gauge"]),
  value: z.number(),
  tags: z.record(z.string(), z.string()).optional(),
});

const DenialShape = z.object({
  permission: z.string(),
  value: z.string().optional(),
  layer: z.enum(["deno", "kernel"]).optional(),
});

const Record_ = z.union([
  z.object({ type: z.literal("log"), level, message: z.string() }),
  z.object({ type: z.literal("metric"), metric: MetricShape }),
  z.object({ type: z.literal("denied"), denial: DenialShape }),
  z.object({ type: z.literal("result"), state: z.literal("success"), outputs: z.unknown() }),
  z.object({ type: z.literal("result"), state: z.literal("skipped") }),
  z.object({
    type: z.literal("result"),
    state: z.literal("failed"),
    message: z.string(),
    denial: DenialShape.optional(),
    outputs: z.unknown().optional(),
  }),
]);

/**
 * Reads what a child says. A child is not trusted: what is no record is told as such.
 *
 * @returns `undefined` for anything that is not a well-formed record.
 */
export function readRecord(text: string): ChildRecord | undefined {
  try {
    const parsed = Record_.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data as ChildRecord : undefined;
  } catch {
    return undefined;
  }
}
