import type { Sourced, Task } from "../../model/mod.ts";

/** A text that has to be there: where it is not, that is a complaint of somebody else's. */
export function textOr(text: Sourced<string> | undefined, { effective }: Task): Sourced<string> {
  return text ?? { value: "", source: effective.source };
}
