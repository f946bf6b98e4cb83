import * as z from "zod/mini";
import { once } from "../source/once.ts";
import { parseDuration, parseSize } from "../source/mod.ts";

/** A list that says something. */
export const texts = once(() =>
  z.array(z.string()).check(z.minLength(1, "expected at least one entry"))
);

/** A list that may say: nothing. */
export const maybeNone = once(() => z.array(z.string()));

/** What `read` makes of a scalar; what it makes nothing of is not what was expected. */
const readBy = <From>(read: (text: string) => number | undefined, expected: string) =>
  z.transform((value: From, context): number => {
    const made = read(String(value));
    if (made !== undefined) return made;
    context.issues.push({ code: "custom", message: expected, input: value });
    return z.NEVER;
  });

const scalar = once(() => z.union([z.string(), z.number()]));

/** In milliseconds. */
export const duration = once(() =>
  z.pipe(
    z.string(),
    readBy((it) => parseDuration(it) || undefined, 'expected a duration such as "PT1H"'),
  )
);

const atLeast = (least: number) => (text: string) => {
  const size = parseSize(text);
  return size === undefined || size < least ? undefined : size;
};

/** Memory, in bytes: engines take no less than 6 MB. */
export const memorySize = once(() =>
  z.pipe(
    scalar(),
    readBy(atLeast(6 * 2 ** 20), 'expected a size of 6MB or more, such as "512MB"'),
  )
);

/** In bytes. */
export const byteSize = once(() =>
  z.pipe(
    scalar(),
    readBy(atLeast(1024), 'expected a size of 1KB or more, such as "10MB"'),
  )
);
