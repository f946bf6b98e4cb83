import { type Spawn, spawnHere } from "../../kernel/mod.ts";
import type { Attempt } from "../../model/mod.ts";

/**
 * Makes an attempt in this process, or in a program that it starts.
 *
 * @param spawn How to start it, `spawnHere` unless a layer is asked.
 * @returns `ok`, or the code of the system's refusal.
 */
export async function attemptHere(
  attempt: Attempt,
  spawn: Spawn = (command) => Promise.resolve(spawnHere(command)),
): Promise<string> {
  try {
    await make(attempt, spawn);
    return "ok";
  } catch (error) {
    const { code, name, message } = error as Error & { readonly code?: string };
    if (code !== undefined) return code;
    return /\(os error 13\)/.test(message) ? "EACCES" : `${name}: ${message.split("\n")[0]}`;
  }
}

async function make(attempt: Attempt, spawn: Spawn): Promise<void> {
  switch (attempt.do) {
    case "read":
      return void await Deno.readTextFile(attempt.path);
    case "link-library":
      return Deno.dlopen(attempt.path, {}).close();
    case "connect-unix":
      return (await Deno.connect({ transport: "unix", path: attempt.path })).close();
    case "execute": {
      const process = await spawn({ argv: [attempt.path], env: {}, cwd: "/", session: "shared" });
      await process.stdin.close().catch(() => {});
      await Promise.all([process.stdout.cancel(), process.stderr.cancel(), process.status]);
      return;
    }
    default:
      throw new TypeError(`the harness makes no attempt "${attempt.do}"`);
  }
}
