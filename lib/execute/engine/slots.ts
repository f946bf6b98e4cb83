/** Room for so many at a time. */
export interface Slots {
  /** How many there are. */
  readonly most: number;
  /**
   * Waits for a slot; those who have waited longest come first.
   *
   * @returns To be disposed of, once; or `undefined` when the signal fired first.
   */
  take(signal: AbortSignal): Promise<Disposable | undefined>;
}

/** Makes room for `most` at a time: 1 at least. */
export function makeSlots(most: number): Slots {
  let free = Math.max(1, Math.floor(most));
  const waiting = new Set<() => void>();
  const release = () => {
    const [next] = waiting;
    if (next === undefined) free++;
    else {
      waiting.delete(next);
      next(); // the slot passes on
    }
  };
  const held = (): Disposable => {
    let isHeld = true;
    return {
      [Symbol.dispose]() {
        if (isHeld) release();
        isHeld = false;
      },
    };
  };
  return {
    most: free,
    async take(signal) {
      if (signal.aborted) return undefined;
      if (free > 0) {
        free--;
        return held();
      }
      const { promise, resolve } = Promise.withResolvers<Disposable | undefined>();
      const give = () => {
        signal.removeEventListener("abort", leave);
        resolve(held());
      };
      const leave = () => {
        waiting.delete(give);
        resolve(undefined);
      };
      waiting.add(give);
      signal.addEventListener("abort", leave, { once: true });
      return await promise;
    },
  };
}
