/** The longest that one timer of the runtime waits: 2^31 - 1 milliseconds, some 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Waits, until the signal fires at most. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !signal.aborted; left -= LONGEST_MS) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(left, LONGEST_MS));
    const wake = () => resolve();
    signal.addEventListener("abort", wake, { once: true });
    await promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", wake);
  }
}
