import { StageError } from "../model/mod.ts";
import { buildFailure } from "./build_failure.ts";
import { baseVariable, isProgramFor, type Target } from "./targets.ts";

type Env = Readonly<Record<string, string>>;

/**
 * The environment that `deno compile` gets, so that it takes a base runtime for `target`.
 *
 * `BULKHEAD_DENORT_<TARGET>` names one. Else `DENORT_BIN` does, for this machine's own target
 * only: it says of one program, not of which machine. Without either Deno downloads it.
 */
export function compileEnv(target: Target, env: Env): Record<string, string> {
  const { DENORT_BIN: own, ...rest } = env;
  const base = env[baseVariable(target)] ||
    (target.triple === Deno.build.target ? own : undefined);
  return { ...rest, ...(base ? { DENORT_BIN: base } : {}), NO_COLOR: "1" };
}

/**
 * Refuses what was compiled on a base runtime for another machine.
 *
 * @param program As `deno compile` wrote it.
 */
export function requireBaseFor(target: Target, program: Uint8Array): void {
  if (isProgramFor(program, target)) return;
  throw buildFailure(
    "wrong-base",
    `Cannot build for "${target.short}": the base runtime is not a program for it`,
    `Name one for ${target.triple} with ${baseVariable(target)}`,
  );
}

/** The complaint that `deno compile` failed; mostly it could not get a base runtime. */
export function cannotCompile(target: Target, stderr: string): StageError {
  const said = stderr.split("Stack backtrace:")[0]!.replaceAll(/\s+/g, " ").trim()
    .replace(/^error: /, "");
  return buildFailure(
    "no-base",
    `Cannot build for "${target.short}": deno compile failed: ${said}`,
    `Where dl.deno.land cannot be reached, name a base runtime with ${baseVariable(target)}, ` +
      "and the Deno that it belongs to with BULKHEAD_COMPILE_DENO",
    "host",
  );
}
