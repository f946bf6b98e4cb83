import type { Diagnostic, LocatedMap, Sourced } from "../../../model/mod.ts";
import { isBelow } from "../../../policy/rules/is_below.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { dropItem, entryAt, wordsAt } from "../written/written_policy.ts";

/** Lists of words, of which each counts once. Paths and class prefixes have rules of their own. */
const LISTS = [
  "kestra/plugins/security/includes",
  "kestra/plugins/security/excludes",
  "bulkhead/network/allow",
  "bulkhead/network/deny",
  "bulkhead/env/allow",
  "bulkhead/scripts/in-process",
  "bulkhead/containers/images/allow",
  "bulkhead/containers/images/deny",
  "bulkhead/containers/networks",
  "bulkhead/containers/users",
  "bulkhead/containers/capabilities",
  "bulkhead/containers/volumes",
  "bulkhead/containers/devices",
  "bulkhead/containers/ports",
];

function* find(context: LintContext): Generator<Diagnostic> {
  for (const root of context.policyRoots.values()) {
    for (const list of LISTS) yield* twins(context, wordsAt(root, list));
    for (const target of targetsOf(root)) yield* namespaces(context, target);
  }
}

function* twins(context: LintContext, list: readonly Sourced<string>[]): Generator<Diagnostic> {
  const first = new Map<string, Sourced<string>>();
  for (const it of list) {
    const before = first.get(it.value);
    if (before === undefined) first.set(it.value, it);
    else yield repeated(context, it, before, `"${it.value}" stands twice in this list`);
  }
}

/** The namespaces of each policy that names some. */
function targetsOf(root: LocatedMap): readonly (readonly Sourced<string>[])[] {
  const policies = entryAt(root, "kestra/policies")?.value;
  const all = policies?.kind === "list"
    ? policies.items
    : policies?.kind === "map"
    ? [...policies.entries.values()].map((it) => it.value)
    : [];
  return all.flatMap((it) => it.kind === "map" ? [wordsAt(it, "target/namespaces")] : []);
}

function* namespaces(
  context: LintContext,
  list: readonly Sourced<string>[],
): Generator<Diagnostic> {
  yield* twins(context, list);
  for (const it of list) {
    const around = list.find((other) => other.value !== it.value && isBelow(it.value, other.value));
    if (around === undefined) continue;
    yield repeated(
      context,
      it,
      around,
      `"${it.value}" adds nothing: it lies in "${around.value}" of the same list`,
    );
  }
}

function repeated(
  context: LintContext,
  it: Sourced<string>,
  other: Sourced<string>,
  message: string,
): Diagnostic {
  const fix = dropItem(context, it);
  return {
    code: "check/repeated-entry",
    severity: "warning",
    message,
    at: it.source,
    related: [{ message: "what means it already", at: other.source }],
    help: "Leave one of the two out",
    ...(fix && { fix }),
  };
}

const policy = (...hosts: readonly string[]) =>
  `bulkhead:
  network:
    allow:
${hosts.map((it) => `      - ${it}\n`).join("")}`;

/** Entries that their list has already. */
export const REPEATED_ENTRY: LintRule = {
  code: "check/repeated-entry",
  severity: "warning",
  title: "an entry stands in a list that has it already",
  why:
    "It adds nothing, and whoever takes one of the two out, to take a right away, takes nothing away. A " +
    "namespace in the target of a policy means all below it, so that one inside of another is there twice.",
  bad: policy("example.com", "example.org", "example.com"),
  good: policy("example.com", "example.org"),
  find,
};
