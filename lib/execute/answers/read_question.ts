import * as z from "zod/mini";
import type { Question } from "../../model/mod.ts";
import { isNestedDeeper } from "../is_nested_deeper.ts";

/** The largest part of a file that is read or written at once, in bytes. */
export const MAX_PART_BYTES = 1024 * 1024;

const name = z.string().check(z.minLength(1), z.maxLength(1_000));
const namespace = z.optional(name);
const offset = z.int().check(z.gte(0));
const length = z.int().check(z.gte(0), z.lte(MAX_PART_BYTES));
const kv = z.literal("kv");
const state = z.literal("state");
const file = z.literal("file");
const namespaceFile = z.literal("namespaceFile");

const QuestionShape = z.union([
  z.object({ about: kv, do: z.literal("get"), key: name, namespace }),
  z.object({
    about: kv,
    do: z.literal("set"),
    key: name,
    value: z.unknown(),
    ttlMs: z.optional(z.number().check(z.gte(0))),
    overwrite: z.boolean(),
    namespace,
  }),
  z.object({ about: kv, do: z.literal("delete"), key: name, namespace }),
  z.object({ about: kv, do: z.literal("keys"), prefix: z.string(), namespace }),
  z.object({ about: state, do: z.enum(["get", "delete"]), name }),
  z.object({ about: state, do: z.literal("set"), name, value: z.unknown() }),
  z.object({ about: file, do: z.literal("read"), uri: name, offset, length }),
  z.object({ about: file, do: z.enum(["size", "delete"]), uri: name }),
  z.object({
    about: file,
    do: z.literal("write"),
    name,
    uri: z.optional(name),
    // Four letters for three bytes.
    base64: z.string().check(z.maxLength(Math.ceil(MAX_PART_BYTES / 3) * 4)),
  }),
  z.object({
    about: z.literal("labels"),
    do: z.literal("set"),
    labels: z.record(z.string(), z.string()),
  }),
  z.object({
    about: z.literal("logs"),
    do: z.literal("fetch"),
    level: z.enum(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]),
    tasks: z.optional(z.array(z.string())),
  }),
  z.object({ about: z.literal("execution"), do: z.literal("errorLogs") }),
  z.object({
    about: z.literal("execution"),
    do: z.literal("tasksWithState"),
    state: z.optional(name),
  }),
  z.object({ about: namespaceFile, do: z.literal("read"), path: name, offset, length }),
  z.object({ about: namespaceFile, do: z.literal("size"), path: name }),
]);

/**
 * Reads what a child asks. A child is not trusted: keys that a question does not have are left out.
 *
 * @returns `undefined` for anything that is no question, and for one with a value that is nested deeper
 * than outputs may be.
 */
export function readQuestion(given: unknown): Question | undefined {
  if (isNestedDeeper(given)) return undefined;
  const parsed = QuestionShape.safeParse(given);
  return parsed.success ? parsed.data as Question : undefined;
}
