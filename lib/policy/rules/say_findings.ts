import type { Diagnostic, Refusal, Source } from "../../model/mod.ts";
import type { Finding } from "./judge_flow.ts";
import { inWords, type Obstacle, type RuleChange } from "./mutate_flow.ts";
import type { Place } from "./visit_plugins.ts";

/** What may not run because of a policy. */
export interface Violation {
  /** The nearest task's path, as `Task.path`; absent: the whole flow. */
  readonly path?: string;
  readonly refusal: Refusal;
}

/** A finding of a rule that blocks. */
export function findingRefusal({ rule, place, code, fact, at, help }: Finding): Violation {
  const said = rule.rule.errorMessage === undefined ? fact : `${fact}: ${rule.rule.errorMessage}`;
  return violation(place, {
    code,
    message: `Cannot run ${subject(place)}: ${said}`,
    by: "policy",
    source: rule.rule.source,
    related: [{ message: "the flow says so here", at }],
    ...(help !== undefined && { help }),
  });
}

/** A finding of a rule that only warns. */
export function findingWarning({ rule, place, code, fact, at, help }: Finding): Diagnostic {
  const said = rule.rule.errorMessage === undefined ? fact : `${fact}: ${rule.rule.errorMessage}`;
  return warning(
    code,
    `${capital(subject(place))} may run, but ${said}`,
    at,
    rule.rule.source,
    help,
  );
}

/** A rule that should change a plugin and cannot. */
export function obstacleRefusal({ place, rule, plugin, why }: Obstacle): Violation {
  const id = rule.policy.id.value;
  const at = { message: "the flow says so here", at: plugin.source };
  const base = { by: "policy" as const, source: rule.rule.source };
  if (why === "unknown") {
    const fields = rule.rule.where.map((it) => `"${it.field.value}"`).join(", ");
    return violation(place, {
      ...base,
      code: "policy/undecided",
      message: `Cannot run ${subject(place)}: policy "${id}" cannot tell whether to change ${
        inWords(place, plugin)
      }: ${fields} holds an expression`,
      related: [at],
      help:
        "Write the value itself: what a policy goes by is decided before expressions are rendered",
    });
  }
  return violation(place, {
    ...base,
    code: "policy/conflict",
    message: `Cannot run ${subject(place)}: policy "${id}" deletes "${why.property}", ` +
      `policy "${why.conflict.policy.id.value}" adds it`,
    related: [{ message: "added here", at: why.conflict.rule.source }, at],
    help: 'To replace what an author wrote, "Add" with "override: true" is enough',
  });
}

/** What a policy would refuse, were it switched on. */
export function evaluatedWarning({ code, message, source, related, help }: Refusal): Diagnostic {
  const at = related?.at(-1)?.at;
  const said = message.replace(/^Cannot run (\w+ "[^"]*")/, "$1 would be refused");
  return warning(
    code,
    capital(said),
    at ?? (source as Source),
    source === "built-in" ? undefined : source,
    help,
  );
}

/** What a policy would change, were it switched on. */
export function changeWarning({ effect, property, where, policy, source }: RuleChange): Diagnostic {
  const verb = effect === "set" ? "set" : "remove";
  return {
    code: "policy/would-change",
    severity: "warning",
    message: `Policy "${policy}" would ${verb} "${property}" of ${where}`,
    at: source,
  };
}

function violation({ path }: Place, refusal: Refusal): Violation {
  return path === undefined ? { refusal } : { path, refusal };
}

function subject({ what, name }: Place): string {
  // A trigger is refused with its flow: nothing starts the one without the other.
  return `${what} "${name}"`;
}

function warning(
  code: Diagnostic["code"],
  message: string,
  at: Source,
  rule: Source | undefined,
  help: string | undefined,
): Diagnostic {
  return {
    code,
    severity: "warning",
    message,
    at,
    ...(rule && { related: [{ message: "the rule stands here", at: rule }] }),
    ...(help !== undefined && { help }),
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
