/**
 * Has V8 let the heap grow from now on, for a command that makes much and ends soon.
 *
 * The binary is built to keep its heap small, as a run should. A check of many files would spend as much
 * on collecting garbage as on itself.
 */
export async function makeHaste(): Promise<void> {
  // Of use to nobody else.
  const { setFlagsFromString } = await import("node:v8");
  setFlagsFromString("--heap-growing-percent=0");
}
