import type { Found, Kernel, Runtime, SelfTestPlan } from "../model/mod.ts";
import { sha256 } from "../source/sha256.ts";

/** What a self-test that held says something about. */
export interface Proved {
  /** Version of the harness. */
  readonly version: string;
  readonly runtime: Runtime;
  readonly kernel: Found<Kernel>;
  /** What was tried, in a directory that stands for any. */
  readonly plan: SelfTestPlan;
}

/**
 * Names what was proved: the system's kernel, the user, the very file of the runtime, and flags,
 * rules and trials. If one of them is another, nothing is proved.
 *
 * @returns A digest in hex.
 * @throws When the runtime is gone.
 */
export async function proofKey({ version, runtime, kernel, plan }: Proved): Promise<string> {
  const { size, mtime, ino, dev } = await Deno.stat(runtime.path);
  const facts = {
    harness: [version, Deno.version.deno, Deno.build.standalone],
    kernel: [Deno.osRelease(), Deno.build.arch, kernel.found ? kernel.value.landlock : null],
    user: [Deno.uid(), Deno.gid()],
    runtime: [runtime.path, runtime.version, size, mtime?.getTime(), ino, dev],
    plan,
  };
  return await sha256(new TextEncoder().encode(JSON.stringify(facts)));
}
