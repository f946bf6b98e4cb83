import { hostMatches } from "../../../access/mod.ts";
import type { Diagnostic, Policy, Sourced } from "../../../model/mod.ts";
import { excludes } from "../../../policy/rules/check_policy_chain.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { knownClassNames } from "../written/known_classes.ts";
import { dropItem, entryAt, isEnabled, JAVA_SECURITY, wordsAt } from "../written/written_policy.ts";

function* find(context: LintContext): Generator<Diagnostic> {
  const { policy } = context;
  yield* disabledBlocks(context);
  if (policy === undefined) return;
  yield* listsWithoutSpawn(context, policy);
  yield* paths(context, policy);
  yield* hosts(context, policy);
  yield* excluded(policy);
  yield* rules(policy);
}

function* disabledBlocks({ policyRoots }: LintContext): Generator<Diagnostic> {
  for (const root of policyRoots.values()) {
    const lists = ["forbidden-paths", "authorized-class-prefix", "forbidden-class-prefix"].filter(
      (it) => wordsAt(root, `${JAVA_SECURITY}/${it}`).length > 0,
    );
    const enabled = entryAt(root, `${JAVA_SECURITY}/enabled`)?.value;
    if (lists.length === 0 || isEnabled(root) || enabled === undefined) continue;
    yield idle(
      `"enabled: false" takes all effect from ${lists.join(", ")}`,
      enabled,
      "Write enabled: true, or leave the block out",
    );
  }
}

function* listsWithoutSpawn(context: LintContext, { spawn }: Policy): Generator<Diagnostic> {
  if (spawn.value !== "never") return;
  for (const root of context.policyRoots.values()) {
    if (!isEnabled(root)) continue;
    for (const key of ["authorized-class-prefix", "forbidden-class-prefix"]) {
      const list = entryAt(root, `${JAVA_SECURITY}/${key}`);
      if (list === undefined) continue;
      yield {
        ...idle(
          `"${key}" says nothing: no class may spawn`,
          { source: list.key },
          "Leave one of the two out",
        ),
        ...(spawn.source && { related: [{ message: "it is said here", at: spawn.source }] }),
      };
    }
  }
}

function* paths(context: LintContext, { filesystem }: Policy): Generator<Diagnostic> {
  if (filesystem.value !== "open") return;
  for (const root of context.policyRoots.values()) {
    const list = entryAt(root, "kestra/local-files/allowed-paths");
    if (list === undefined || list.value.kind !== "list" || list.value.items.length === 0) continue;
    // In Kestra the list governs file:// alone; a policy of Kestra's own means that.
    if (entryAt(root, "bulkhead") === undefined) continue;
    yield {
      ...idle(
        '"allowed-paths" allows nothing more: the file system is open to reading',
        { source: list.key },
        'Write "filesystem: closed" below "bulkhead", or leave the list out',
      ),
      ...(filesystem.source && {
        related: [{ message: "it is said here", at: filesystem.source }],
      }),
    };
  }
}

function* hosts(context: LintContext, { network }: Policy): Generator<Diagnostic> {
  const { allow, deny } = network;
  if (allow === undefined) return;
  for (const it of deny) {
    // A host with a port narrows one that is allowed with all of its ports.
    const covers = ({ value }: Sourced<string>) =>
      hostMatches(it.value, value) || hostMatches(value, it.value);
    if (allow.some(covers)) continue;
    const fix = deny.length > 1 ? dropItem(context, it) : undefined;
    yield {
      ...idle(
        `Denying "${it.value}" has no effect: it is not allowed`,
        it,
        "Leave it out; what is not in network.allow is not reached",
      ),
      ...(fix && { fix }),
    };
  }
}

function* excluded({ plugins }: Policy): Generator<Diagnostic> {
  if (plugins.includes.length === 0) return;
  for (const it of plugins.excludes) {
    const names = knownClassNames().filter((name) => it.pattern.test(name));
    // Of what nobody here knows nobody can tell.
    if (names.length === 0) continue;
    const isIncluded = names.some((name) =>
      plugins.includes.every((list) => list.some(({ pattern }) => pattern.test(name)))
    );
    if (isIncluded) continue;
    yield idle(
      `Excluding "${it.value}" has no effect: nothing of it is included`,
      it,
      "Leave it out; what is not in includes is not run",
    );
  }
}

function* rules({ rules }: Policy): Generator<Diagnostic> {
  for (const { id, enforcement, enforcementSource, rules: inner } of rules) {
    if (enforcement === "DISABLED") {
      yield idle(
        `Policy "${id.value}" is DISABLED: none of its ${inner.length} rules has an effect`,
        { source: enforcementSource },
        "Write EVALUATE to see what it would do, ACTIVE to have it done",
      );
      continue;
    }
    for (const { where } of inner) {
      const pair = where.flatMap((a, i) =>
        where.slice(i + 1).flatMap((b) =>
          excludes(a, b) || excludes(b, a) ? [[a, b] as const] : []
        )
      )[0];
      if (pair === undefined) {
        continue;
      }
      yield {
        ...idle(
          `A rule of policy "${id.value}" reaches nothing: two of its conditions on ` +
            `"${pair[0].field.value}" exclude each other`,
          pair[1],
          "All conditions of a rule must hold. Write two rules, or one condition with IN",
        ),
        related: [{ message: "the other condition", at: pair[0].source }],
      };
    }
  }
}

function idle(
  message: string,
  { source }: Pick<Sourced<unknown>, "source">,
  help: string,
): Diagnostic {
  return { code: "check/idle-rule", severity: "warning", message, at: source, help };
}

const policy = (denied: string) =>
  `bulkhead:
  network:
    allow:
      - example.com
    deny:
      - ${denied}
`;

/** Parts of policies that have no effect. */
export const IDLE_RULE: LintRule = {
  code: "check/idle-rule",
  severity: "warning",
  title: "a part of a policy has no effect",
  why:
    "Whoever reads it counts on it. Found are blocks that are switched off, lists of classes where no class " +
    "may spawn, `allowed-paths` where the file system is open, denied hosts that are not allowed, excludes " +
    "of what is not included, DISABLED policies, and rules whose conditions exclude each other.",
  bad: policy("example.org"),
  good: policy("example.com:80"),
  find,
};
