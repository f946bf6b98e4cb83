import { type Diagnostic, type Found, type Runtime, StageError } from "../model/mod.ts";
import type { Env } from "./cache_dir.ts";
import { found } from "./found.ts";
import type { Origin } from "./origin.ts";

/** The oldest Deno that children may run on; the compiled binary carries exactly this one. */
export const RUNTIME_VERSION = "2.9.6";

/** Names of the runtime, and of the text that says its version, in a payload. */
export const RUNTIME_FILES = { program: "deno", version: "deno.version" } as const;

/** Where a runtime may be named, and what the harness brings itself. */
export interface RuntimeSearch {
  /** `--runtime`. */
  readonly flag?: string;
  readonly env: Env;
  readonly origin: Origin;
}

/**
 * Finds the Deno that runs the children.
 *
 * The first that is there is taken: `--runtime`, `BULKHEAD_RUNTIME`, the Deno that runs
 * the harness from its sources, the one in the compiled binary, `deno` on `PATH`. If that
 * one does not fit, no further one is tried: someone chose it.
 */
export function locateRuntime({ flag, env, origin }: RuntimeSearch): Promise<Found<Runtime>> {
  return found(async () => {
    if (flag !== undefined) return await inspect(flag, "--runtime");
    if (env.BULKHEAD_RUNTIME) return await inspect(env.BULKHEAD_RUNTIME, "BULKHEAD_RUNTIME");
    if (origin.kind === "sources") {
      return fitting(await Deno.realPath(Deno.execPath()), Deno.version.deno, "runs bulkhead");
    }
    const directory = await origin.payload();
    if (directory !== undefined) {
      const version = await Deno.readTextFile(`${directory}/${RUNTIME_FILES.version}`);
      const program = await Deno.realPath(`${directory}/${RUNTIME_FILES.program}`);
      return fitting(program, version, "part of this binary");
    }
    const path = await onPath(env.PATH ?? "");
    if (path !== undefined) return await inspect(path, "found on PATH");
    throw problem({
      code: "host/runtime-missing",
      message: "Cannot find a Deno for the tasks: not in --runtime, BULKHEAD_RUNTIME, " +
        "this binary or PATH",
    });
  });
}

async function inspect(given: string, origin: string): Promise<Runtime> {
  let path: string, said: string;
  try {
    path = await Deno.realPath(given);
    const { stdout } = await new Deno.Command(path, {
      args: ["--version"],
      clearEnv: true,
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(10_000),
    }).output();
    said = new TextDecoder().decode(stdout);
  } catch (cause) {
    throw problem({
      code: "host/runtime-missing",
      message: `Cannot use runtime "${given}" (${origin}): ${(cause as Error).message}`,
    }, cause);
  }
  const version = /^deno (\S+)/.exec(said)?.[1];
  if (version === undefined) {
    throw problem({
      code: "host/runtime-version",
      message: `Cannot use runtime "${given}" (${origin}): it does not say it is Deno`,
    });
  }
  return fitting(path, version, origin);
}

function fitting(path: string, version: string, origin: string): Runtime {
  if (fits(version)) return { path, version };
  throw problem({
    code: "host/runtime-version",
    message: `Cannot use runtime "${path}" (${origin}): it is Deno ${version}, ` +
      `and ${RUNTIME_VERSION} or later, below 3, is needed`,
  });
}

/** A pre-release (`2.9.6-rc.1`) never fits. */
function fits(version: string): boolean {
  const parts = /^(\d+)\.(\d+)\.(\d+)(?:\+|$)/.exec(version)?.slice(1).map(Number);
  if (parts === undefined || parts[0] !== 2) return false;
  const least = RUNTIME_VERSION.split(".").map(Number);
  const differs = parts.findIndex((it, i) => it !== least[i]);
  return differs === -1 || parts[differs]! > least[differs]!;
}

async function onPath(path: string): Promise<string | undefined> {
  for (const directory of path.split(":").filter((it) => it.startsWith("/"))) {
    const candidate = `${directory}/deno`;
    const info = await Deno.stat(candidate).catch(() => undefined);
    if (info?.isFile && ((info.mode ?? 0) & 0o111) !== 0) return candidate;
  }
  return undefined;
}

function problem(facts: Pick<Diagnostic, "code" | "message">, cause?: unknown): StageError {
  return new StageError(
    [{
      ...facts,
      severity: "error",
      help: `Name Deno ${RUNTIME_VERSION} with --runtime or BULKHEAD_RUNTIME`,
    }],
    "host",
    { cause },
  );
}
