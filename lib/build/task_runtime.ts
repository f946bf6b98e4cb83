import { RUNTIME_VERSION } from "../host/runtime.ts";
import { sha256 } from "../source/sha256.ts";
import { buildFailure } from "./build_failure.ts";
import { npmPackage } from "./npm_package.ts";
import type { Target } from "./targets.ts";

/**
 * Gets the Deno that tasks run on, for a target: the one that runs this where it is the pinned
 * one, else from the npm registry, by way of Deno's own cache.
 *
 * Only the pinned bytes are returned, so that a binary does not depend on where the Deno that
 * builds it came from.
 *
 * @throws {StageError} If it cannot be had, or what came is something else.
 */
export async function taskRuntime(target: Target): Promise<Uint8Array<ArrayBuffer>> {
  if (Deno.build.target === target.triple) {
    const own = await Deno.readFile(Deno.execPath());
    if (await sha256(own) === target.runtime.sha256) return own;
  }
  const { package: name, sha256: expected } = target.runtime;
  const directory = await npmPackage(name, RUNTIME_VERSION);
  return await onlyPinned(await Deno.readFile(`${directory}/deno`), name, expected);
}

/**
 * Hands bytes on if they have the digest that the sources name.
 *
 * @throws {StageError} If not: nothing else may come into a binary.
 */
export async function onlyPinned(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  expected: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const actual = await sha256(bytes);
  if (actual === expected) return bytes;
  throw buildFailure(
    "wrong-runtime",
    `Cannot use Deno of "${name}@${RUNTIME_VERSION}": its SHA-256 is ${actual}, not ${expected}`,
    "Remove it from Deno's npm cache; where it comes back, ask the registry's keeper",
    "host",
  );
}
