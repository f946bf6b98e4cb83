import type { Diagnostic, LocatedMap, Policy, Sourced } from "../../../model/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { knownClassNames, unknownName } from "../written/known_classes.ts";
import { isEnabled, itemsAt, JAVA_SECURITY, wordsAt } from "../written/written_policy.ts";

/** A class, a package, or the beginning of one, that a policy names. */
interface Named extends Sourced<string> {
  /** `segments` means whole segments, `text` any beginning, `whole` a class and nothing below it. */
  readonly by: "segments" | "text" | "whole";
}

function* namesIn(root: LocatedMap): Generator<Named> {
  if (isEnabled(root)) {
    for (const key of ["authorized-class-prefix", "forbidden-class-prefix"]) {
      for (const it of wordsAt(root, `${JAVA_SECURITY}/${key}`)) yield { ...it, by: "segments" };
    }
  }
  for (const owner of ["plugins", "tasks"]) {
    for (const it of itemsAt(root, `kestra/${owner}/defaults`)) {
      const type = it.kind === "map" ? it.entries.get("type")?.value : undefined;
      if (type?.kind !== "scalar" || typeof type.value !== "string") continue;
      // What is no dotted name is a retry or an input, which defaults reach as well.
      if (type.value.includes(".")) {
        yield { value: type.value, source: type.source, by: "text" };
      }
    }
  }
}

function* namesInRules({ rules }: Policy): Generator<Named> {
  for (const { where } of rules.flatMap((it) => it.rules)) {
    for (const condition of where) {
      if (!/(?:^|\.)type$/.test(condition.field.value)) continue;
      const values = condition.operator === "IN" || condition.operator === "NOT_IN"
        ? condition.value
        : condition.operator === "EQUAL_TO" || condition.operator === "NOT_EQUAL_TO"
        ? [condition.value]
        : [];
      for (const it of values) {
        if (it.kind === "scalar") {
          yield { value: String(it.value), source: it.source, by: "whole" };
        }
      }
      if (condition.operator === "STARTS_WITH") yield { ...condition.value, by: "text" };
    }
  }
}

function* find({ policy, policyRoots }: LintContext): Generator<Diagnostic> {
  const names = [
    ...[...policyRoots.values()].flatMap((it) => [...namesIn(it)]),
    ...(policy === undefined ? [] : namesInRules(policy)),
  ];
  for (const { value, source, by } of names) {
    const unknown = unknownName(value.replace(/\.$/, ""));
    // A beginning that ends within a word is one all the same where text is compared.
    if (unknown === undefined || (unknown.kind === "part" && by === "text")) continue;
    const { kind, near } = unknown;
    yield {
      code: "check/unknown-class",
      severity: "warning",
      message: kind === "part"
        ? `"${value}" ends within a word: it means no class, as only whole segments count`
        : `"${value}" means no class that is known`,
      at: source,
      help: near === undefined ? "See to it that it is written right" : `Did you mean "${near}"?`,
    };
  }
}

function* patterns({ policy }: LintContext): Generator<Diagnostic> {
  if (policy === undefined) return;
  const all = [...policy.plugins.includes.flat(), ...policy.plugins.excludes];
  for (const { value, source, pattern } of all) {
    const name = value.replaceAll("\\.", ".");
    // Only of a name can it be told what it was to mean.
    if (!/^[\w$]+(?:\.[\w$]+)+\.?$/.test(name)) continue;
    if (knownClassNames().some((it) => pattern.test(it))) continue;
    const isPackage = knownClassNames().some((it) => it.startsWith(name.replace(/\.?$/, ".")));
    const unknown = unknownName(name.replace(/\.$/, ""));
    if (!isPackage && unknown === undefined) continue;
    const mended = `${value.replace(/(?:\\?\.)?$/, "")}\\..*`;
    yield {
      code: "check/idle-pattern",
      severity: "warning",
      message: isPackage
        ? `"${value}" matches no class: it is a package, and a pattern must match the whole name`
        : `"${value}" matches no class that is known`,
      at: source,
      help: isPackage
        ? `Write '${mended}' for all that is in it`
        : unknown?.near === undefined
        ? "See to it that it is written right"
        : `Did you mean "${unknown.near}"?`,
    };
  }
}

const policy = (prefix: string) =>
  `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix:
        - ${prefix}
`;
const plugins = (pattern: string) =>
  `kestra:
  plugins:
    security:
      excludes:
        - ${pattern}
`;

/** Names of classes and packages that nothing has. */
export const UNKNOWN_CLASS: LintRule = {
  code: "check/unknown-class",
  severity: "warning",
  title: "a policy names a class or a package that is not known",
  why:
    "A prefix that no class begins with allows and forbids nothing. Looked at are class prefixes, the types " +
    "of defaults, and conditions of rules on `type`; old names of classes are known. Of plugins that the " +
    "catalog does not list, and of names of your own, only what is very near to a known one is found. In " +
    "class prefixes whole segments count: `io.kestra.plugin.gcpx` is not in `io.kestra.plugin.gcp`.",
  bad: policy("io.kestra.plugin.gcpx"),
  good: policy("io.kestra.plugin.gcp"),
  find,
};

/** Patterns of plugins that no class matches. */
export const IDLE_PATTERN: LintRule = {
  code: "check/idle-pattern",
  severity: "warning",
  title: "a pattern of includes or excludes matches no class",
  why:
    "Entries of `kestra.plugins.security` are names or regular expressions, and match whole names: a package " +
    "by itself is no class, so that it includes or excludes nothing.",
  bad: plugins("io.kestra.plugin.scripts"),
  good: plugins("io\\.kestra\\.plugin\\.scripts\\..*"),
  find: patterns,
};
