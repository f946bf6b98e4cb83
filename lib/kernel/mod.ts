/**
 * The kernel layer: rules that hold for a process and all that it starts, by Landlock and seccomp,
 * from TypeScript alone; and power over processes that Deno has no words for.
 *
 * @module
 */
export * from "./adopt_orphans.ts";
export * from "./held_file.ts";
export * from "./kernel_threads.ts";
export * from "./libc.ts";
export * from "./limit_process.ts";
export * from "./lock_file.ts";
export * from "./process.ts";
export * from "./read_kernel.ts";
export * from "./tie_process.ts";
export * from "./cgroups.ts";
