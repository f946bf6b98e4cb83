import { CLASSES } from "../../../catalog/classes.ts";
import type { Diagnostic } from "../../../model/mod.ts";
import { spawnDecider } from "../../../plan/decide_spawn.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";

/** Classes of script plugins: their tasks run what their author writes. */
const AUTHORS = [...CLASSES].flatMap(([name, it]) =>
  it.kind === "script" || /\.(?:Eval|FileTransform)$/.test(name) ? [name] : []
);

/** How many classes a message names. */
const SHOWN = 4;

function* find({ policy }: LintContext): Generator<Diagnostic> {
  if (policy === undefined || policy.authorizedClassPrefixes.length === 0) return;
  const decide = spawnDecider(policy);
  const byRule = new Map<string, { classes: string[]; because: ReturnType<typeof decide> }>();
  for (const name of AUTHORS) {
    const verdict = decide(name);
    const { source } = verdict.because;
    if (verdict.spawn !== "allowed" || source === "built-in") continue;
    const key = `${source.file}:${source.line}:${source.column}`;
    const group = byRule.get(key) ?? { classes: [], because: verdict };
    group.classes.push(name);
    byRule.set(key, group);
  }
  for (const { classes, because } of byRule.values()) {
    const { source } = because.because;
    if (source === "built-in") continue;
    const prefix = policy.authorizedClassPrefixes.flat().find((it) => it.source === source);
    yield {
      code: "check/script-class-authorized",
      severity: "warning",
      message: `"${prefix?.value ?? classes[0]}" lets authors of scripts start threads and ` +
        `processes: ${shown(classes)}`,
      at: source,
      help:
        "Take it out of authorized-class-prefix, or name them in forbidden-class-prefix, which wins",
    };
  }
}

function shown(classes: readonly string[]): string {
  const more = classes.length - SHOWN;
  return `${classes.slice(0, SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function* unrestricted({ policy, policyRoots }: LintContext): Generator<Diagnostic> {
  if (policy === undefined || policy.spawn.value === "never") return;
  const { authorizedClassPrefixes, forbiddenClassPrefixes, disabledAt } = policy;
  if (authorizedClassPrefixes.length + forbiddenClassPrefixes.length > 0) return;
  const file = policy.files[0]?.file;
  const root = file === undefined ? undefined : policyRoots.get(file);
  const at = disabledAt[0] ?? root?.source;
  if (at === undefined) return;
  yield {
    code: "check/spawn-unrestricted",
    severity: "warning",
    message: "No rule says which classes may start threads and processes: every class may",
    at,
    help:
      'Name those that may in authorized-class-prefix, or write "spawn: never" below "bulkhead"',
  };
}

const policy = (authorized: string) =>
  `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix:
        - io.kestra.plugin.core
        - ${authorized}
`;

/** Script classes that are authorized to spawn. */
export const SCRIPT_CLASS_AUTHORIZED: LintRule = {
  code: "check/script-class-authorized",
  severity: "warning",
  title: "a class that runs its author's code is authorized to start threads and processes",
  why:
    "A class is authorized because its code is known to be safe; what a script does is known to nobody. " +
    "Kestra's page on Worker Isolation says so in an alert: all official plugins are safe to be " +
    "whitelisted except script plugins. The alert ends in a mistake: “Do not add these to the " +
    "`forbidden-class-prefix`” must say `authorized-class-prefix`. The page's own example forbids " +
    "`io.kestra.plugin.scripts`, and its first editions had the right word.",
  bad: policy("io.kestra.plugin.scripts"),
  good: policy("io.kestra.plugin.gcp.bigquery"),
  find,
};

/** Policies under which every class may spawn. */
export const SPAWN_UNRESTRICTED: LintRule = {
  code: "check/spawn-unrestricted",
  severity: "warning",
  title: "no rule says which classes may start threads and processes",
  why:
    "With neither `authorized-class-prefix` nor `forbidden-class-prefix`, and no `spawn: never`, a class " +
    "is not kept from starting threads and processes, as in Kestra. What a task starts is held by the " +
    "kernel layer alone, where there is one. Scripts still go to containers.",
  bad: `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - /srv/secrets
`,
  good: `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - /srv/secrets
bulkhead:
  spawn: never
`,
  find: unrestricted,
};
