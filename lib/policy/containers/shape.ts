import * as z from "zod/mini";
import { once } from "../../source/once.ts";
import { byteSize, maybeNone, memorySize, texts } from "../field_shapes.ts";

const ImagesShape = once(() =>
  z.strictObject({
    allow: z.optional(texts()),
    deny: z.optional(texts()),
    requireDigest: z.optional(z.boolean()),
  })
);

/** `bulkhead.containers`. */
export const ContainersShape = once(() =>
  z.strictObject({
    engine: z.optional(z.string()),
    transport: z.optional(z.enum(["auto", "cli", "api"])),
    images: z.optional(ImagesShape()),
    networks: z.optional(texts()),
    users: z.optional(
      z.array(z.string().check(z.regex(/^\d{1,10}:\d{1,10}$/, 'expected "uid:gid" in digits')))
        .check(z.minLength(1)),
    ),
    privileged: z.optional(
      z.literal(false, "expected false: privileged containers are not supported"),
    ),
    capabilities: z.optional(maybeNone()),
    volumes: z.optional(
      z.union(
        [z.literal(false), maybeNone()],
        'expected false, or a list of paths such as "/data/in:ro"',
      ),
    ),
    devices: z.optional(maybeNone()),
    ports: z.optional(
      z.array(
        z.union(
          [z.string(), z.int()],
          'expected a port, or a range of them such as "9000-9010"',
        ),
      ),
    ),
    readOnly: z.optional(z.boolean()),
    cpus: z.optional(
      // The least that engines take.
      z.number().check(z.minimum(0.01, "expected 0.01 processors or more"), z.maximum(100_000)),
    ),
    memory: z.optional(memorySize()),
    shm: z.optional(byteSize()),
    tmp: z.optional(byteSize()),
  })
);

/** `bulkhead.scripts`. */
export const ScriptsShape = once(() =>
  z.strictObject({
    inProcess: z.optional(z.array(z.enum(["deno", "node", "bun"]))),
  })
);
