import { equal, match, throws } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { compileEnv, requireBaseFor } from "./base_runtime.ts";
import { hostTarget, isProgramFor, type Target, targetNamed, TARGETS } from "./targets.ts";
import { onlyPinned } from "./task_runtime.ts";
import { sha256 } from "../source/sha256.ts";

const [x64, arm64] = TARGETS as [Target, Target];

function codeOf(error: unknown): string {
  if (!(error instanceof StageError)) throw error;
  return error.diagnostics[0]!.code;
}

/** The beginning of a program for Linux, by the number of its processor. */
function program(machine: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  new DataView(bytes.buffer).setUint16(18, machine, true);
  return bytes;
}

Deno.test("targetNamed() knows a target by both of its names", () => {
  equal(targetNamed("linux-arm64"), arm64);
  equal(targetNamed("aarch64-unknown-linux-gnu"), arm64);
  equal(targetNamed("linux-x64").triple, "x86_64-unknown-linux-gnu");
});

Deno.test.each([
  { name: "macos-arm64", code: "build/target-unsupported" },
  { name: "x86_64-pc-windows-msvc", code: "build/target-unsupported" },
  { name: "linux-riscv", code: "build/unknown-target" },
  { name: "", code: "build/unknown-target" },
  { name: "constructor", code: "build/unknown-target" },
])("targetNamed() refuses $name with $code", ({ name, code }) => {
  throws(() => targetNamed(name), (error) => codeOf(error) === code);
});

Deno.test("a program is told from one for another processor", () => {
  equal(isProgramFor(program(62), x64), true);
  equal(isProgramFor(program(183), arm64), true);
  equal(isProgramFor(program(183), x64), false);
  equal(isProgramFor(program(62).subarray(0, 63), x64), false);
  equal(isProgramFor(program(62).with(5, 2), x64), false, "big-endian");
  equal(isProgramFor(new TextEncoder().encode("#!/bin/sh\n".repeat(9)), x64), false);
});

Deno.test("a base runtime for another processor is refused, by the variable that names it", () => {
  requireBaseFor(arm64, program(183));
  throws(() => requireBaseFor(arm64, program(62)), (error) => {
    equal(codeOf(error), "build/wrong-base");
    match(
      (error as StageError).diagnostics[0]!.help!,
      /BULKHEAD_DENORT_AARCH64_UNKNOWN_LINUX_GNU$/,
    );
    return true;
  });
});

Deno.test("DENORT_BIN is a base for this machine alone, the target's own variable comes first", () => {
  const own = hostTarget();
  const other = TARGETS.find((it) => it !== own)!;
  const variable = (it: Target) =>
    `BULKHEAD_DENORT_${it.triple.replaceAll("-", "_").toUpperCase()}`;
  const env = { A: "1", DENORT_BIN: "/base" };
  equal(compileEnv(own, env).DENORT_BIN, "/base");
  equal(compileEnv(other, env).DENORT_BIN, undefined);
  equal(compileEnv(other, env).A, "1");
  equal(compileEnv(other, { ...env, [variable(other)]: "/other" }).DENORT_BIN, "/other");
  equal(compileEnv(own, { ...env, [variable(own)]: "/own" }).DENORT_BIN, "/own");
  equal(compileEnv(own, { ...env, [variable(own)]: "" }).DENORT_BIN, "/base");
});

Deno.test("onlyPinned() hands on what has the digest of the sources, and nothing else", async () => {
  const bytes = new TextEncoder().encode("a runtime");
  const digest = await sha256(bytes);
  equal(await onlyPinned(bytes, "@deno/a", digest), bytes);
  const code = await onlyPinned(bytes.with(0, 0) as typeof bytes, "@deno/a", digest)
    .then(() => "accepted", codeOf);
  equal(code, "build/wrong-runtime");
});
