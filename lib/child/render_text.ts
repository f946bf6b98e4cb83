import type { Scope } from "./expression/mod.ts";
import { lazyPart } from "./parts.ts";

const expression = lazyPart("expression");

/** Loads what renders, ahead of the first text that needs it. */
export function loadExpressions(): void {
  expression();
}

/** What is certain to be within the limits of `renderDeep()`, and cheap to look through. */
const PLAIN_STEPS = 2_000;
const PLAIN_DEPTH = 32;

/** As `render()` of the expressions; a text without `{` stays as it is and loads nothing. */
export function renderText(template: string, scope: Scope): string {
  return template.includes("{") ? expression().render(template, scope) : template;
}

/** As `renderDeep()` of the expressions, with which it begins where any text holds a `{`. */
export function renderValue(value: unknown, scope: Scope): unknown {
  const left = { steps: PLAIN_STEPS };
  return isPlain(value, left, 0) ? copied(value) : expression().renderDeep(value, scope);
}

/** Whether rendering would change nothing and run into no limit. */
function isPlain(value: unknown, left: { steps: number }, depth: number): boolean {
  if (--left.steps < 0 || depth > PLAIN_DEPTH) return false;
  if (typeof value === "string") return !value.includes("{");
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, it]) =>
    !key.includes("{") && isPlain(it, left, depth + 1)
  );
}

/** The same data; maps without a prototype, as rendering gives them. */
function copied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  const map: Record<string, unknown> = Object.create(null);
  for (const [key, it] of Object.entries(value)) map[key] = copied(it);
  return map;
}
