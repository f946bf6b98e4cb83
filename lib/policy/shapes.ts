import { z } from "zod";
import { parseDuration, parseSize } from "../source/mod.ts";

const texts = z.array(z.string()).nonempty("expected at least one entry");
const maybeNone = z.array(z.string());

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) {
    context.addIssue({ code: "custom", message: 'expected a duration such as "PT1H"' });
    return z.NEVER;
  }
  return ms;
});

const size = z.union([z.string(), z.number()]).transform((text, context) => {
  const bytes = parseSize(String(text));
  if (bytes === undefined || bytes < 6 * 2 ** 20) {
    context.addIssue({
      code: "custom",
      message: 'expected a size of 6MB or more, such as "512MB"',
    });
    return z.NEVER;
  }
  return bytes;
});

const bytes = z.union([z.string(), z.number()]).transform((text, context) => {
  const size = parseSize(String(text));
  if (size === undefined || size < 1024) {
    context.addIssue({ code: "custom", message: 'expected a size of 1KB or more, such as "10MB"' });
    return z.NEVER;
  }
  return size;
});

/** `kestra.ee.java-security`. Its four keys are all that Kestra documents. */
export const JavaSecurity = z.strictObject({
  enabled: z.boolean(),
  forbiddenPaths: texts.optional(),
  authorizedClassPrefix: texts.optional(),
  forbiddenClassPrefix: texts.optional(),
});

/** An entry of `kestra.plugins.defaults`. */
export const PluginDefaultShape = z.strictObject({
  type: z.string().min(1, "expected a class"),
  ref: z.string().min(1, "expected a name").optional(),
  forced: z.boolean().optional(),
  values: z.record(z.string(), z.unknown()),
});

/** `kestra.plugins.security`. */
export const PluginSecurity = z.strictObject({
  includes: texts.optional(),
  excludes: texts.optional(),
});

/** `kestra.local-files`. */
export const LocalFiles = z.object({ allowedPaths: texts.optional() });

/** `bulkhead`: ours, so an unknown key is an error. */
export const Bulkhead = z.strictObject({
  forcedPrecedence: z.enum(["admin", "flow-first", "ignore-flow-forced"]).optional(),
  filesystem: z.enum(["open", "closed"]).optional(),
  spawn: z.enum(["by-class", "never"]).optional(),
  writable: texts.optional(),
  kernel: z.enum(["require", "prefer", "off"]).optional(),
  network: z.strictObject({ allow: maybeNone.optional(), deny: texts.optional() }).optional(),
  env: z.strictObject({ allow: maybeNone }).optional(),
  limits: z.strictObject({
    timeout: duration.optional(),
    memory: size.optional(),
    processes: z.int().min(1).max(100_000).optional(),
    files: z.int().min(32, "expected 32 or more: the runtime needs some itself").max(1_000_000)
      .optional(),
    output: bytes.optional(),
    workspace: bytes.optional(),
  }).optional(),
  containers: z.strictObject({
    engine: z.string().optional(),
    networks: texts.optional(),
    users: z.array(z.string().regex(/^\d{1,10}:\d{1,10}$/, 'expected "uid:gid" in digits'))
      .nonempty()
      .optional(),
    privileged: z.literal(false, "expected false: privileged containers are not supported")
      .optional(),
    volumes: z.literal(false, "expected false: volumes are not supported yet").optional(),
  }).optional(),
});
