import type { Retry } from "../../model/mod.ts";

/**
 * How long to wait before the next attempt.
 *
 * @param attempts Those that have failed: 1 at least.
 * @param elapsedMs Since the first of them began.
 * @param random 0 to below 1; decides in `random`.
 * @returns Milliseconds; `undefined` where there is to be none.
 *
 * Source: kestra-io/kestra, `io.kestra.core.models.tasks.retrys`.
 */
export function retryDelay(
  retry: Retry,
  attempts: number,
  elapsedMs: number,
  random: number,
): number | undefined {
  const { maxAttempts, maxDurationMs } = retry;
  if (maxAttempts !== undefined && attempts >= maxAttempts) return undefined;
  const delay = intervalOf(retry, attempts, random);
  if (maxDurationMs !== undefined && elapsedMs + delay > maxDurationMs) return undefined;
  return delay;
}

function intervalOf(
  { type, intervalMs, maxIntervalMs = Infinity, factor }: Retry,
  attempts: number,
  random: number,
): number {
  switch (type) {
    case "constant":
      return intervalMs;
    case "exponential":
      return Math.min(intervalMs * factor ** (attempts - 1), maxIntervalMs);
    case "random": {
      const most = maxIntervalMs === Infinity ? intervalMs : Math.max(intervalMs, maxIntervalMs);
      return Math.round(intervalMs + random * (most - intervalMs));
    }
  }
}
