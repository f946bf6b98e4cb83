import type { ExpressionPlace, Located, Source } from "../model/mod.ts";
import { placesInScalar } from "../source/place_in_scalar.ts";

/** Gives the text of a file that the plan was made from; `undefined` where it is not known. */
export type TextOf = (file: string) => string | undefined;

/**
 * Adds to a message where the expression stands that it is about: behind its first line, above its advice.
 *
 * @param at As the renderer said it; a message without it stays as it is.
 * @param located What the expression was rendered from. Where its text is not one of its scalars, it came
 * from a variable, and there is no place to tell.
 * @param textOf Without it the place is where the text begins.
 */
export function tellPlace(
  message: string,
  at: ExpressionPlace | undefined,
  located: Located,
  textOf: TextOf = () => undefined,
): string {
  const source = at && placeOf(at, located, textOf);
  if (source === undefined) return message;
  const [fact, ...advice] = message.split("\n");
  return [fact, `  at ${source.file}:${source.line}:${source.column}`, ...advice].join("\n");
}

function placeOf(
  { text, offset }: ExpressionPlace,
  located: Located,
  textOf: TextOf,
): Source | undefined {
  const source = sourceOf(text, located);
  const lines = source && textOf(source.file)?.split("\n");
  if (lines === undefined) return source;
  const before = text.slice(0, offset).split("\n");
  return placesInScalar(lines, source!, text)(before.length - 1, before.at(-1)!.length);
}

/** Of the first scalar, or key, that is this text. */
function sourceOf(text: string, located: Located): Source | undefined {
  switch (located.kind) {
    case "scalar":
      return located.value === text ? located.source : undefined;
    case "list":
      return firstOf(located.items, (it) => sourceOf(text, it));
    case "map":
      return firstOf(
        located.entries,
        ([key, it]) => key === text ? it.key : sourceOf(text, it.value),
      );
  }
}

function firstOf<T, R>(items: Iterable<T>, find: (item: T) => R | undefined): R | undefined {
  for (const it of items) {
    const found = find(it);
    if (found !== undefined) return found;
  }
  return undefined;
}
