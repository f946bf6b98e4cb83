/**
 * The kernel layer: rules that hold for a process and all that it starts, by Landlock and seccomp,
 * from TypeScript alone.
 *
 * @module
 */
export * from "./kernel_threads.ts";
export * from "./libc.ts";
export * from "./process.ts";
export * from "./read_kernel.ts";
