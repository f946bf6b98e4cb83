import * as z from "zod/mini";
import { once } from "../source/once.ts";
import { ContainersShape, ScriptsShape } from "./containers/shape.ts";
import { byteSize, duration, maybeNone, memorySize, texts } from "./field_shapes.ts";

/** `kestra.ee.java-security`. Its four keys are all that Kestra documents. */
export const JavaSecurity = once(() =>
  z.strictObject({
    enabled: z.boolean(),
    forbiddenPaths: z.optional(texts()),
    authorizedClassPrefix: z.optional(texts()),
    forbiddenClassPrefix: z.optional(texts()),
  })
);

/** An entry of `kestra.plugins.defaults`. */
export const PluginDefaultShape = once(() =>
  z.strictObject({
    type: z.string().check(z.minLength(1, "expected a class")),
    ref: z.optional(z.string().check(z.minLength(1, "expected a name"))),
    forced: z.optional(z.boolean()),
    values: z.record(z.string(), z.unknown()),
  })
);

/** `kestra.plugins.security`. */
export const PluginSecurity = once(() =>
  z.strictObject({
    includes: z.optional(texts()),
    excludes: z.optional(texts()),
  })
);

/** `kestra.local-files`. */
export const LocalFiles = once(() => z.object({ allowedPaths: z.optional(texts()) }));

const LimitsShape = once(() =>
  z.strictObject({
    timeout: z.optional(duration()),
    memory: z.optional(memorySize()),
    processes: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
    files: z.optional(
      z.int().check(
        z.minimum(32, "expected 32 or more: the runtime needs some itself"),
        z.maximum(1_000_000),
      ),
    ),
    output: z.optional(byteSize()),
    workspace: z.optional(byteSize()),
  })
);

/** `bulkhead`: ours, so an unknown key is an error. */
export const Bulkhead = once(() =>
  z.strictObject({
    forcedPrecedence: z.optional(z.enum(["admin", "flow-first", "ignore-flow-forced"])),
    filesystem: z.optional(z.enum(["open", "closed"])),
    spawn: z.optional(z.enum(["by-class", "never"])),
    writable: z.optional(texts()),
    kernel: z.optional(z.enum(["require", "prefer", "off"])),
    network: z.optional(
      z.strictObject({ allow: z.optional(maybeNone()), deny: z.optional(texts()) }),
    ),
    env: z.optional(z.strictObject({ allow: maybeNone() })),
    limits: z.optional(LimitsShape()),
    containers: z.optional(ContainersShape()),
    scripts: z.optional(ScriptsShape()),
    // What the policy promises of itself; its own shape is that of policy tests.
    tests: z.optional(z.unknown()),
  })
);
