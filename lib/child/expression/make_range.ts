import { Fault } from "./fault.ts";
import { MAX_ITEMS } from "./limits.ts";
import type { Value } from "./value.ts";

/**
 * Lists the numbers, or the characters, from `start` to `end`, both included.
 *
 * @throws {Fault} For anything but two whole numbers or two single characters, a step of zero,
 * and more than a hundred thousand items.
 */
export function makeRange(start: Value, end: Value, step: number): readonly Value[] {
  if (step === 0) throw new Fault('"increment" must not be 0');
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end)) {
    return count(start as number, end as number, step);
  }
  if (
    typeof start === "string" && typeof end === "string" && start.length === 1 && end.length === 1
  ) {
    return count(start.charCodeAt(0), end.charCodeAt(0), step)
      .map((it) => String.fromCharCode(it));
  }
  throw new Fault("a range needs two whole numbers or two single characters");
}

function count(start: number, end: number, step: number): number[] {
  const length = Math.max(0, Math.floor((end - start) / step) + 1);
  if (length > MAX_ITEMS) throw new Fault(`a range has at most ${MAX_ITEMS} items`);
  return Array.from({ length }, (_, i) => start + i * step);
}
