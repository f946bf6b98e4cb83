/** The parts of the child code that most jobs can do without. */
export interface Parts {
  /** Renders expressions. */
  readonly expression: typeof import("./expression/mod.ts");
  /** Takes scripts apart. */
  readonly script: typeof import("./split_script.ts");
}

// Given to the code of each entry by the module that starts it, see `bundleChild()`.
declare const parts: Readonly<Record<keyof Parts, string>>;

// Taken before the author's code runs, so that it cannot stand in our way by accident.
const Script = Function;

/**
 * Makes a function that gives a part, and reads its code when it is first called.
 *
 * The code is there as a text, which costs next to nothing until it runs. It runs at once, so
 * `render()` can stay synchronous, and it needs no permission to read files.
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
