import type { Diagnostic, LocatedMap, Sourced } from "../../../model/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { dropItem, isEnabled, JAVA_SECURITY, wordsAt } from "../written/written_policy.ts";

/** A class prefix of a list, without a `.` at its end. */
interface Prefix extends Sourced<string> {
  readonly root: string;
}

/** The two lists of one file; empty where the block has no effect. */
function listsOf(root: LocatedMap) {
  const list = (key: string): readonly Prefix[] =>
    isEnabled(root)
      ? wordsAt(root, `${JAVA_SECURITY}/${key}`).map((it) => ({
        ...it,
        root: it.value.replace(/\.$/, ""),
      }))
      : [];
  return {
    authorized: list("authorized-class-prefix"),
    forbidden: list("forbidden-class-prefix"),
  };
}

/** Whether `inner` names nothing that `outer` does not. */
function covers(outer: Prefix, inner: Prefix): boolean {
  return inner.root === outer.root || inner.root.startsWith(`${outer.root}.`);
}

/** The one that makes each prefix of a list superfluous: a shorter one, or the same before it. */
function shadows(list: readonly Prefix[]): readonly (readonly [Prefix, Prefix])[] {
  const first = new Map<string, Prefix>();
  for (const it of list) if (!first.has(it.root)) first.set(it.root, it);
  return list.flatMap((it): (readonly [Prefix, Prefix])[] => {
    const same = first.get(it.root)!;
    if (same !== it) return [[it, same]];
    const wider = packagesAbove(it.root).flatMap((above) => first.get(above) ?? [])[0];
    return wider === undefined ? [] : [[it, wider]];
  });
}

/** The packages that a name lies in, the widest first. */
function packagesAbove(name: string): readonly string[] {
  const segments = name.split(".");
  return segments.slice(1).map((_, i) => segments.slice(0, i + 1).join("."));
}

function* find(context: LintContext): Generator<Diagnostic> {
  for (const root of context.policyRoots.values()) {
    for (const list of Object.values(listsOf(root))) {
      for (const [it, other] of shadows(list)) {
        const fix = dropItem(context, it);
        yield {
          code: "check/shadowed-prefix",
          severity: "warning",
          message: it.root === other.root
            ? `"${it.value}" stands twice in this list`
            : `"${it.value}" adds nothing: "${other.value}" in the same list means all of it`,
          at: it.source,
          related: [{ message: "what means it already", at: other.source }],
          help: "Leave one of the two out",
          ...(fix && { fix }),
        };
      }
    }
  }
}

function* contradicted(context: LintContext): Generator<Diagnostic> {
  const lists = [...context.policyRoots.values()].map(listsOf);
  const forbidden = lists.flatMap((it) => it.forbidden);
  const byRoot = new Map(forbidden.map((it) => [it.root, it]));
  for (const { authorized } of lists) {
    for (const it of authorized) {
      const winner = [...packagesAbove(it.root), it.root].flatMap((above) =>
        byRoot.get(above) ?? []
      ).find((other) => covers(other, it));
      if (winner === undefined) continue;
      yield {
        code: "check/contradicted-prefix",
        severity: "error",
        message: `Cannot authorize "${it.value}": "${winner.value}" forbids it, and forbidden wins`,
        at: it.source,
        related: [{ message: "forbidden here", at: winner.source }],
        help: it.root === winner.root
          ? "Leave it out of one of the two lists"
          : "Forbid less, class by class, or leave it out: nothing is taken out of a forbidden package",
      };
    }
  }
}

const policy = (authorized: readonly string[], forbidden: readonly string[] = []) =>
  `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix:
${authorized.map((it) => `        - ${it}\n`).join("")}${
    forbidden.length === 0
      ? ""
      : `      forbidden-class-prefix:\n${forbidden.map((it) => `        - ${it}\n`).join("")}`
  }`;

/** Prefixes that another one of their list makes superfluous. */
export const SHADOWED_PREFIX: LintRule = {
  code: "check/shadowed-prefix",
  severity: "warning",
  title: "a class prefix adds nothing to its list",
  why:
    "A prefix means a class or a package with all below it, by whole segments. One that lies in another " +
    "of the same list, or is there twice, has no effect. Whoever takes the narrow one out, to take a right " +
    "away, takes nothing away.",
  bad: policy(["io.kestra.plugin.core", "io.kestra.plugin.core.http"]),
  good: policy(["io.kestra.plugin.core", "io.kestra.plugin.gcp"]),
  find,
};

/** Prefixes that are authorized and forbidden. */
export const CONTRADICTED_PREFIX: LintRule = {
  code: "check/contradicted-prefix",
  severity: "error",
  title: "a class prefix is authorized, and forbidden as a whole",
  why:
    "Kestra documents no order between its two lists. Here a class that is forbidden may not spawn, " +
    "whatever else is said, so that an authorized prefix inside a forbidden one means nothing. The other way " +
    "round is fine: a forbidden class in an authorized package is an exception.",
  bad: policy(["io.kestra.plugin.gcp", "io.kestra.plugin.scripts.shell"], [
    "io.kestra.plugin.scripts",
  ]),
  good: policy(["io.kestra.plugin.gcp"], ["io.kestra.plugin.gcp.cli"]),
  find: contradicted,
};
