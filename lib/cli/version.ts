import project from "../../deno.json" with { type: "json" };
import { type DigestedPart, openPayload, type Payload } from "../host/payload.ts";
import { RUNTIME_FILES, RUNTIME_VERSION } from "../host/runtime.ts";
import { StageError } from "../model/mod.ts";
import type { Io } from "./command.ts";
import { ExitCode } from "./exit_code.ts";

/**
 * `--version`: what this is, and the version and digest of every part of it.
 *
 * The first line is `bulkhead X.Y.Z`. Of the binary no more is read than what it says of itself
 * near its end; nothing is unpacked, and no digest is computed from what it names.
 *
 * @param argv What stands behind `--version`: nothing, or `--json`.
 * @returns An exit code.
 */
export async function version(argv: readonly string[], io: Io): Promise<number> {
  const surplus = argv.find((it, i) => it !== "--json" || i > 0);
  if (surplus !== undefined) {
    io.err(
      `error[usage/version]: Cannot use ${JSON.stringify(surplus)}: --version takes --json ` +
        "and nothing else\n  help: bulkhead --help\n",
    );
    return ExitCode.usage;
  }
  try {
    const parts = Deno.build.standalone
      ? partsOf(await openPayload(Deno.execPath()))
      : fromSources();
    io.out(argv.length > 0 ? `${JSON.stringify(asJson(parts))}\n` : asText(parts));
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    // The name and the number are true all the same.
    if (argv.length === 0) io.out(`bulkhead ${project.version}\n`);
    for (const { code, message, help } of error.diagnostics) {
      io.err(`error[${code}]: ${message}\n  help: ${help}\n`);
    }
    return ExitCode.host;
  }
}

/** What a bulkhead consists of, as far as it can tell without looking. */
interface Parts {
  readonly origin: "binary" | "sources";
  /** Where it is pinned: what tasks run on unless another is named. */
  readonly runtime?: DigestedPart;
  readonly base?: DigestedPart;
  readonly harness: readonly DigestedPart[];
  readonly child: readonly DigestedPart[];
  /** Of all that is unpacked; the cache's directory is named for it. */
  readonly payload?: string;
}

function fromSources(): Parts {
  return { origin: "sources", harness: [], child: [] };
}

function partsOf(payload: Payload | undefined): Parts {
  if (payload === undefined) return { origin: "binary", harness: [], child: [] };
  const { files, about } = payload.manifest;
  const parts = files.map(({ name, size, sha256 }) => ({ name, bytes: size, sha256 }));
  const runtime = parts.find((it) => it.name === RUNTIME_FILES.program);
  const known: readonly string[] = Object.values(RUNTIME_FILES);
  return {
    origin: "binary",
    ...(runtime && { runtime }),
    ...(about && { base: about.base }),
    harness: about?.harness ?? [],
    child: parts.filter((it) => !known.includes(it.name)),
    payload: payload.digest,
  };
}

function asJson(parts: Parts) {
  const { origin, runtime, base, harness, child, payload } = parts;
  return {
    v: 1,
    version: project.version,
    origin,
    target: Deno.build.target,
    harness: {
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      ...(base && { base }),
      modules: harness,
    },
    runtime: runtimeOf(parts) && { deno: runtimeOf(parts), ...runtime },
    child,
    ...(payload !== undefined && { payload }),
  };
}

/** The Deno of the tasks: the binary's, or the one that runs the sources. */
function runtimeOf({ origin, runtime }: Parts): string | null {
  if (origin === "sources") return Deno.version.deno;
  return runtime === undefined ? null : RUNTIME_VERSION;
}

function asText(parts: Parts): string {
  const { origin, runtime, base, harness, child, payload } = parts;
  const deno = runtimeOf(parts);
  const lines = [
    `harness   Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, ${Deno.build.target}`,
    ...[...(base ? [base] : []), ...harness].map(line),
    `tasks     ${
      deno === null
        ? "no runtime inside: --runtime or BULKHEAD_RUNTIME names one"
        : `Deno ${deno}, ${origin === "binary" ? "inside this binary" : "the same program"}`
    }`,
    ...(runtime ? [line(runtime)] : []),
    `children  ${child.length > 0 ? "inside this binary" : "bundled from the sources when needed"}`,
    ...child.map(line),
    ...(payload === undefined ? [] : [`payload   sha256:${payload}`]),
  ];
  return `bulkhead ${project.version}\n${lines.map((it) => `${it}\n`).join("")}`;
}

function line({ name, sha256 }: DigestedPart): string {
  return `  ${name.padEnd(24)} sha256:${sha256}`;
}
