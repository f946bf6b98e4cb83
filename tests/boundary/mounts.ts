/** Bind mounts of a test run, gone when they are disposed of. */
export interface Mounts extends AsyncDisposable {
  /** Shows a directory at a place, which is made. Takes the right to mount. */
  bind(what: string, at: string): Promise<void>;
}

/** Starts without any. */
export function makeMounts(): Mounts {
  const mounted: string[] = [];
  return {
    async bind(what, at) {
      await Deno.mkdir(at, { recursive: true });
      await call("mount", "--bind", what, at);
      mounted.push(at);
    },
    // What is still mounted must not be removed with the box that it is in.
    async [Symbol.asyncDispose]() {
      for (const at of mounted.toReversed()) await call("umount", at);
    },
  };
}

async function call(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
