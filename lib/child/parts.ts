/** The parts of the child code that most jobs can do without. */
export interface Parts {
  /** Renders expressions. */
  readonly expression: typeof import("./expression/mod.ts");
  /** Takes scripts apart. */
  readonly script: typeof import("./split_script.ts");
}

// Put around the bundle of each entry by `bundleChild()`.
declare const parts: Readonly<Record<keyof Parts, string>>;

// Taken before the author's code runs, so that it cannot stand in our way by accident.
const Script = Function;

/**
 * Makes a function that gives a part, and reads its code when it is first called.
 *
 * The code lies beside the entry as a string: Deno takes a module apart before it runs it, at
 * some 0.2 ms a kilobyte, and a string costs nothing. It runs at once, so `render()` can stay
 * synchronous, and it needs no permission to read files.
 */
export function lazyPart<K extends keyof Parts>(name: K): () => Parts[K] {
  const made: Parts[K][] = [];
  return () => {
    if (made[0] === undefined) {
      Script("provide", parts[name])((part: Parts[K]) => {
        made[0] = part;
      });
    }
    return made[0]!;
  };
}
