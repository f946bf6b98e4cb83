import { StageError } from "../model/mod.ts";
import type { Guard } from "./guard.ts";
import { generateKeys, readSigningKey, type SigningKey } from "./keys.ts";
import { type BundleToWrite, type FileToPack, writeBundle } from "./write_bundle.ts";

/** For tests: a key that nobody else has. */
export async function sampleKey(): Promise<SigningKey> {
  const read = await readSigningKey((await generateKeys()).privatePem);
  if (!read.ok) throw new Error(read.fact);
  return read.key;
}

/** For tests: files of a bundle, of every role. */
export const SAMPLE_FILES: readonly FileToPack[] = [
  sampleFile("policies/edge.yaml", "policy", "bulkhead: {filesystem: closed}\n"),
  sampleFile("flows/hello.yaml", "flow", "id: hello\nnamespace: a.b\n"),
  sampleFile("flows/empty.yaml", "flow", ""),
  sampleFile("plugins/own/task.ts", "plugin", "export default 1;\n".repeat(40)),
  sampleFile("plugins/own/lib/helper.ts", "plugin", "export const x = 1;\n"),
];

/** For tests. */
export function sampleFile(path: string, role: FileToPack["role"], text: string): FileToPack {
  return { path, role, content: new TextEncoder().encode(text) };
}

/** For tests: a bundle that is in force from the first second of 2026 to that of 2027. */
export async function sampleBundle(
  key: SigningKey,
  changed: Partial<BundleToWrite> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return await writeBundle({
    files: SAMPLE_FILES,
    sequence: 10,
    createdAt: new Date("2026-01-01T00:00:00Z"),
    expiresAt: new Date("2027-01-01T00:00:00Z"),
    ...changed,
  }, key);
}

/** For tests: a time at which that bundle is in force. */
export const SAMPLE_NOW = new Date("2026-07-01T00:00:00Z");

/** For tests: a directory that is gone when the test ends. */
export async function sampleDirectory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "bulkhead_bundle_" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** For tests: what keeps others out of a directory, in its simplest form. */
export const SAMPLE_GUARD: Guard = {
  make: async (path) => {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    SAMPLE_GUARD.require(path, await Deno.stat(path));
  },
  require(path, { mode }) {
    if ((mode! & 0o022) === 0) return;
    throw new StageError([{
      code: "host/state-untrusted",
      severity: "error",
      message: `Cannot use "${path}": other users may write it`,
    }], "host");
  },
  cannotWrite: (path, cause) =>
    new StageError(
      [{
        code: "host/state-unwritable",
        severity: "error",
        message: `Cannot write "${path}": ${(cause as Error).message}`,
      }],
      "host",
    ),
};

/** For tests: the codes of what is thrown, after the fault. */
export async function codesOf(promise: Promise<unknown>): Promise<readonly string[]> {
  try {
    await promise;
    return ["nothing"];
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return [error.fault, ...error.diagnostics.map((it) => it.code)];
  }
}
