import type { Diagnostic, Located, Sourced } from "../../model/mod.ts";
import type { Pattern } from "../../model/rule_policy.ts";
import type { CheckPattern } from "./safe_pattern.ts";
import { textOf } from "./values.ts";

/** Reads a pattern of a policy; one that is not safe is a complaint. */
export function patternOf(
  located: Located,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
): Sourced<Pattern> | undefined {
  const text = textOf(located) ?? "";
  const checked = checkPattern(text);
  if (checked.ok) return { value: checked.pattern, source: located.source };
  problems.push({
    code: "policy/unsafe-pattern",
    severity: "error",
    message: `Cannot use pattern "${text}": ${checked.fact}`,
    at: located.source,
    help: "Patterns are RE2's: no look-around, no back references, no possessive quantifiers",
  });
  return undefined;
}
