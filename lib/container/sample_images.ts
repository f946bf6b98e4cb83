import fc from "fast-check";
import type { ImageReference } from "./image_reference.ts";

/** Few letters, so that patterns fit now and then. */
const part = fc.array(fc.constantFrom("a", "b", "1", "a-b", "b.1", "1_a"), {
  minLength: 1,
  maxLength: 3,
}).map((it) => it.join(""));

/** Images for the tests of properties, as they are written in full. */
export const image: fc.Arbitrary<ImageReference> = fc.record({
  registry: fc.constantFrom("docker.io", "ghcr.io", "localhost", "a.b:5000", "localhost:1"),
  path: fc.array(part, { minLength: 1, maxLength: 4 }).map((it) => it.join("/")),
  tag: fc.constantFrom("latest", "1", "1.2", "a-b", "A_b"),
  digest: fc.constantFrom("a", "b").map((it) => `sha256:${it.repeat(64)}`),
}, { requiredKeys: ["registry", "path"] });
