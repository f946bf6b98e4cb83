import type { Permission, Permissions } from "../model/mod.ts";

/** What a child is started with beside its permissions. */
export interface ChildStart {
  readonly runtime: string;
  readonly main: string;
  readonly importMap?: string;
  /** V8's heap, and WebAssembly's memory; buffers are the kernel's to limit. */
  readonly memoryBytes?: number;
}

const FIXED = [
  "--quiet",
  "--no-prompt",
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  "--cached-only",
  "--no-check",
] as const;

/**
 * V8 looks in `/proc/self/maps` for a place near its own code, which the kernel layer closes; without
 * one it copies that code at every start, a tenth of what a child takes. So it is told not to.
 */
const NEAR_BUILTINS = "--no-short-builtin-calls";

/** Linux takes no single argument beyond 128 KiB (`MAX_ARG_STRLEN`); a repeated flag adds up. */
const MAX_FLAG_LENGTH = 30_000;

/**
 * The command line of a child: the one place where permissions become flags.
 *
 * One flag for each kind and side. Never a bare grant of reading or writing, a bare denial
 * beside a list of the same kind, `--allow-ffi`, or the task's code as main module.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { denoArgv } from "./deno_argv.ts";
 *
 * const none = { allow: [], deny: [] };
 * const argv = denoArgv({ runtime: "/deno", main: "/child.mjs" }, {
 *   read: { allow: ["/srv"], deny: ["/etc"] },
 *   write: none, net: none, env: none, run: { allow: [], deny: "all" },
 *   ffi: none, sys: none, import: none,
 * });
 * ok(argv.includes("--allow-read=/srv") && argv.includes("--deny-read=/etc"));
 * ok(argv.includes("--deny-run"));
 * ```
 */
export function denoArgv(start: ChildStart, permissions: Permissions): readonly string[] {
  return [
    start.runtime,
    "run",
    ...FIXED,
    `--v8-flags=${[NEAR_BUILTINS, ...memoryFlags(start.memoryBytes)].join(",")}`,
    ...(start.importMap === undefined ? [] : [`--import-map=${start.importMap}`]),
    ...Object.entries(permissions).flatMap(([name, it]) => flags(name, it)),
    start.main,
  ];
}

function memoryFlags(bytes: number | undefined): readonly string[] {
  return bytes === undefined ? [] : [
    `--max-old-space-size=${Math.max(1, Math.floor(bytes / 2 ** 20))}`,
    `--wasm-max-mem-pages=${wasmPages(bytes)}`,
  ];
}

/** WebAssembly counts its memory in pages of 64 KiB, 65,536 of them at most. */
function wasmPages(bytes: number): number {
  return Math.min(65_536, Math.max(1, Math.floor(bytes / 2 ** 16)));
}

function flags(name: string, { allow, deny, rest }: Permission): string[] {
  if (deny === "all" && allow !== "all" && allow.length > 0) {
    throw new TypeError(`Cannot deny all of "${name}" beside a list: the list would win`);
  }
  if (allow === "all" && (name === "read" || name === "write" || name === "ffi")) {
    throw new TypeError(`Cannot grant all of "${name}": denials do not hold beside it`);
  }
  if (rest === "absent" && name !== "env") {
    throw new TypeError(`Cannot leave out the rest of "${name}": it is denied`);
  }
  return [
    ...flag(`--allow-${name}`, allow),
    ...flag(`--deny-${name}`, deny),
    ...(rest === "absent" ? [`--ignore-${name}`] : []),
  ];
}

function flag(name: string, values: Permission["allow"]): string[] {
  if (values === "all") return [name];
  if (values.some((it) => it === "" || it.includes(","))) {
    throw new TypeError(`Cannot write "${name}": a value is empty or holds a comma`);
  }
  const flags: string[] = [];
  let list: string[] = [];
  let length = 0;
  for (const value of values) {
    if (length > 0 && length + value.length > MAX_FLAG_LENGTH) {
      flags.push(`${name}=${list.join(",")}`);
      [list, length] = [[], 0];
    }
    list.push(value);
    length += value.length + 1;
  }
  return list.length === 0 ? flags : [...flags, `${name}=${list.join(",")}`];
}
