import { openLibc } from "./libc.ts";
import { lockFile } from "./lock_file.ts";

/**
 * Locks a file that is there, as {@linkcode lockFile} does, for a caller that has no `Libc`.
 *
 * @returns `held` when another process has it, `missing` when there is no such file.
 */
export function holdFile(path: string): Disposable | "held" | "missing" {
  const libc = openLibc();
  try {
    const lock = lockFile(libc, Deno.build.arch, path);
    if (lock !== "held" && lock !== "missing") {
      let held = true;
      return {
        [Symbol.dispose]() {
          // Twice would close what has the number of the descriptor by then.
          if (!held) return;
          held = false;
          lock[Symbol.dispose]();
          libc[Symbol.dispose]();
        },
      };
    }
    libc[Symbol.dispose]();
    return lock;
  } catch (error) {
    libc[Symbol.dispose]();
    throw error;
  }
}

/**
 * Makes a file that is locked before it has its name: whoever finds it finds it held.
 *
 * @param path Of a file that is not there yet, in a directory of the caller's alone.
 * @param text What it says.
 * @throws When it cannot be made (permission, full disk, …).
 */
export function makeHeldFile(path: string, text: string): Disposable {
  const made = `${path}.new`;
  Deno.writeTextFileSync(made, text, { mode: 0o600, createNew: true });
  const lock = holdFile(made);
  if (lock === "held" || lock === "missing") throw new Error(`the lock "${made}" is ${lock}`);
  Deno.renameSync(made, path);
  return lock;
}
