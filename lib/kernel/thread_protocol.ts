import type { Kernel, KernelRules } from "../model/kernel.ts";
import type { ProcessCommand } from "./process.ts";

/** What the harness says to a kernel thread. Processes go by numbers of the harness's choice. */
export type ToThread =
  | { readonly type: "restrict"; readonly kernel: Kernel; readonly rules: KernelRules }
  | { readonly type: "spawn"; readonly id: number; readonly command: ProcessCommand }
  | { readonly type: "write"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: "end-input"; readonly id: number }
  /** Wants the next piece of output. */
  | { readonly type: "pull"; readonly id: number; readonly from: Output }
  /** Wants no more of it. */
  | { readonly type: "cancel"; readonly id: number; readonly from: Output };

/** What a kernel thread answers. */
export type FromThread =
  | { readonly type: "restricted" }
  | { readonly type: "not-restricted"; readonly reason: string }
  | { readonly type: "spawned"; readonly id: number; readonly pid: number }
  | { readonly type: "not-spawned"; readonly id: number; readonly reason: string }
  /** What was to be written is in the pipe, or nobody reads it any more. */
  | { readonly type: "written"; readonly id: number; readonly ok: boolean }
  /** Without bytes there are no more. */
  | {
    readonly type: "output";
    readonly id: number;
    readonly from: Output;
    readonly bytes?: Uint8Array<ArrayBuffer>;
  }
  | {
    readonly type: "ended";
    readonly id: number;
    readonly code: number;
    readonly signal: string | null;
  };

/** One of the two streams that a process writes. */
export type Output = "stdout" | "stderr";
