import type { Operator } from "./shapes.ts";
import type { Assertion } from "./test_suite.ts";

/** What became of one check. */
export interface CheckVerdict {
  readonly operator: Operator;
  readonly expected: unknown;
  readonly actual: unknown;
  readonly holds: boolean;
  /** Why it does not hold. */
  readonly message?: string;
}

/** An assertion with everything in it rendered. */
export interface RenderedAssertion {
  readonly actual: unknown;
  /** In the order of the assertion's checks. */
  readonly expected: readonly unknown[];
}

/**
 * Decides whether what is asserted is true.
 *
 * Values are compared as texts, as in Kestra, where everything is text once it is rendered: `200` is
 * `"200"`. What is rendered to nothing is null. Lists and maps are compared as JSON.
 *
 * @param assertion As written, for the words.
 */
export function judgeAssertion(
  { checks, value, errorMessage }: Pick<Assertion, "checks" | "value" | "errorMessage">,
  { actual, expected }: RenderedAssertion,
): readonly CheckVerdict[] {
  return checks.map(({ operator }, i) => {
    const wanted = expected[i];
    const { holds, words } = OPERATIONS[operator];
    const found = holds(actual, wanted);
    if (found === true) return { operator, expected: wanted, actual, holds: true };
    const fact = found === false ? `it is ${shown(actual)}` : found;
    return {
      operator,
      expected: wanted,
      actual,
      holds: false,
      message: errorMessage ?? `${shown(value.value)} ${words(wanted)}: ${fact}`,
    };
  });
}

/** What an operator asks, and in which words. */
interface Operation {
  /** Whether it holds, or the fact for which it cannot be asked. */
  readonly holds: (actual: unknown, expected: unknown) => boolean | string;
  readonly words: (expected: unknown) => string;
}

const OPERATIONS: Readonly<Record<Operator, Operation>> = {
  equalTo: { holds: isEqual, words: (it) => `is not equal to ${shown(it)}` },
  notEqualTo: { holds: (a, b) => !isEqual(a, b), words: (it) => `is equal to ${shown(it)}` },
  contains: onTexts((a, b) => a.includes(b), "does not contain"),
  startsWith: onTexts((a, b) => a.startsWith(b), "does not start with"),
  endsWith: onTexts((a, b) => a.endsWith(b), "does not end with"),
  greaterThan: onNumbers((a, b) => a > b, "is not greater than"),
  greaterThanOrEqualTo: onNumbers((a, b) => a >= b, "is not greater than or equal to"),
  lessThan: onNumbers((a, b) => a < b, "is not less than"),
  lessThanOrEqualTo: onNumbers((a, b) => a <= b, "is not less than or equal to"),
  in: onList((a, list) => list.some((it) => isEqual(a, it)), "is not one of"),
  notIn: onList((a, list) => !list.some((it) => isEqual(a, it)), "is one of"),
  isNull: onFlag((isNull, wanted) => isNull === wanted, "is not null", "is null"),
  isNotNull: onFlag((isNull, wanted) => isNull !== wanted, "is null", "is not null"),
};

/** Whether a rendered value is nothing. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function isEqual(actual: unknown, expected: unknown): boolean {
  if (textOf(actual) === textOf(expected)) return true;
  if (typeof expected !== "object" || expected === null || typeof actual !== "string") return false;
  try {
    return canonical(JSON.parse(actual)) === canonical(expected);
  } catch {
    return false;
  }
}

/** As expressions print it. */
function textOf(value: unknown): string {
  if (isNothing(value)) return "";
  return typeof value === "object" ? canonical(value) : String(value);
}

/** JSON that does not depend on the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, it) =>
      typeof it === "object" && it !== null && !Array.isArray(it)
        ? Object.fromEntries(Object.entries(it).toSorted(([a], [b]) => a < b ? -1 : 1))
        : it,
  );
}

function onTexts(holds: (actual: string, expected: string) => boolean, words: string): Operation {
  return {
    holds: (a, b) => isNothing(a) ? false : holds(textOf(a), textOf(b)),
    words: (it) => `${words} ${shown(it)}`,
  };
}

function onNumbers(holds: (actual: number, expected: number) => boolean, words: string): Operation {
  return {
    holds(a, b) {
      const [actual, expected] = [numberOf(a), numberOf(b)];
      if (actual === undefined) return `${shown(a)} is no number`;
      if (expected === undefined) return `${shown(b)} is no number`;
      return holds(actual, expected);
    },
    words: (it) => `${words} ${shown(it)}`,
  };
}

function numberOf(value: unknown): number | undefined {
  const text = textOf(value).trim();
  const number = Number(text);
  return text === "" || !Number.isFinite(number) ? undefined : number;
}

function onList(
  holds: (actual: unknown, list: readonly unknown[]) => boolean,
  words: string,
): Operation {
  return {
    holds(a, b) {
      const list = listOf(b);
      return list === undefined ? `${shown(b)} is no list` : holds(a, list);
    },
    words: (it) => `${words} ${shown(it)}`,
  };
}

function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  try {
    const parsed = typeof value === "string" ? JSON.parse(value) : undefined;
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function onFlag(
  holds: (isNull: boolean, wanted: boolean) => boolean,
  yes: string,
  no: string,
): Operation {
  const flag = (it: unknown) => textOf(it).trim().toLowerCase();
  return {
    holds(a, b) {
      const wanted = flag(b);
      return wanted === "true" || wanted === "false"
        ? holds(isNothing(a), wanted === "true")
        : `${shown(b)} is neither true nor false`;
    },
    words: (it) => flag(it) === "false" ? no : yes,
  };
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "null";
  const text = typeof value === "string" ? `"${value}"` : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
