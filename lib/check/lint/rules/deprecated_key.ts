import { canonicalClass } from "../../../catalog/aliases.ts";
import type { Diagnostic, Fix, Located, LocatedMap, Source } from "../../../model/mod.ts";
import { findLocated } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { replaceWord } from "../written/place_at.ts";
import { entryAt, itemsAt } from "../written/written_policy.ts";

const LISTS = ["kestra/tasks/defaults", "kestra/plugins/defaults"];

function* find(context: LintContext): Generator<Diagnostic> {
  for (const root of context.policyRoots.values()) {
    yield* oldOwner(context, root);
    for (const item of LISTS.flatMap((it) => itemsAt(root, it))) yield* inDefault(context, item);
    for (const old of ["task-defaults", "plugin-defaults"]) {
      const entry = entryAt(root, `kestra/${old}`);
      if (entry === undefined) continue;
      yield deprecated(
        `"kestra.${old}" is no key of Kestra's: as taskDefaults and pluginDefaults flows have them`,
        entry.key,
        "Write kestra.plugins.defaults",
      );
    }
  }
}

function* oldOwner(context: LintContext, root: LocatedMap): Generator<Diagnostic> {
  const defaults = entryAt(root, "kestra/tasks/defaults");
  const tasks = entryAt(root, "kestra/tasks");
  if (defaults !== undefined && tasks?.value.kind === "map") {
    const isAlone = tasks.value.entries.size === 1 &&
      entryAt(root, "kestra/plugins") === undefined;
    const edit = isAlone ? replaceWord(context, tasks.key, "tasks", "plugins") : undefined;
    yield deprecated(
      '"kestra.tasks.defaults" is deprecated',
      defaults.key,
      "Write kestra.plugins.defaults, which means the same",
      edit && { title: 'replace "tasks" by "plugins"', edits: [edit] },
    );
  }
  const volumes = entryAt(root, "kestra/tasks/scripts/docker/volume-enabled");
  if (volumes !== undefined) {
    yield deprecated(
      '"kestra.tasks.scripts.docker.volume-enabled" was removed, and has no effect',
      volumes.key,
      "Kestra has volume-enabled in kestra.plugins.configurations of the Docker runner; here volumes " +
        "are given with bulkhead.containers.volumes",
    );
  }
}

function* inDefault(context: LintContext, item: Located): Generator<Diagnostic> {
  const values = findLocated(item, ["values"]);
  if (values?.kind !== "map") return;
  for (const key of ["runner", "docker", "dockerOptions"]) {
    const entry = values.entries.get(key);
    if (entry === undefined) continue;
    yield deprecated(
      `"${key}" is deprecated: a task that gets it is not run here`,
      entry.key,
      "Use taskRunner, and containerImage for the image",
    );
  }
  const type = findLocated(values, ["taskRunner", "type"]);
  if (type?.kind !== "scalar" || typeof type.value !== "string") return;
  const today = canonicalClass(type.value);
  if (today === type.value) return;
  const edit = replaceWord(context, type.source, type.value, today);
  yield deprecated(
    `"${type.value}" is the old name of a task runner`,
    type.source,
    `Use ${today}`,
    edit && { title: "use the name of today", edits: [edit] },
  );
}

function deprecated(
  message: string,
  at: Source,
  help: string,
  fix?: Fix,
): Diagnostic {
  return {
    code: "check/deprecated-key",
    severity: "warning",
    message,
    at,
    help,
    ...(fix && { fix }),
  };
}

function* removed({ policyRoots }: LintContext): Generator<Diagnostic> {
  for (const root of policyRoots.values()) {
    for (const path of LISTS) {
      const list = entryAt(root, path);
      if (list === undefined) continue;
      yield {
        code: "check/policy-removed-in-2",
        severity: "warning",
        message: `Kestra 2.0 has no "${path.replaceAll("/", ".")}"`,
        at: list.key,
        help:
          "Write a policy below kestra.policies, with a rule io.kestra.plugin.ee.rules.Add; for a forced " +
          "default with override: true",
      };
    }
  }
}

const policy = (owner: string) =>
  `kestra:
  ${owner}:
    defaults:
      - type: io.kestra.plugin.core.http
        values:
          timeout: PT5M
`;

/** Keys and names of old versions. */
export const DEPRECATED_KEY: LintRule = {
  code: "check/deprecated-key",
  severity: "warning",
  title: "a policy uses a key or a name of old versions",
  why:
    "`kestra.tasks.defaults` is what `kestra.plugins.defaults` was called; 1.x takes it with a warning. " +
    "`runner` and `docker` of script tasks became `taskRunner`; in versions of Kestra until May 2026 " +
    "`runner: PROCESS` beat a forced task runner. `volume-enabled` moved to the configuration of the runner.",
  bad: policy("tasks"),
  good: policy("plugins"),
  find,
};

/** What Kestra 2.0 no longer takes. */
export const POLICY_REMOVED_IN_2: LintRule = {
  code: "check/policy-removed-in-2",
  severity: "warning",
  title: "a policy says something that Kestra 2.0 has removed",
  why:
    "Kestra 2.0 has no plugin defaults, neither in flows nor in its configuration; the Enterprise Edition " +
    "replaces them by policies. Here both are taken. Source: Kestra's migration guide to 2.0.0, “Plugin " +
    "defaults removed”.",
  bad: policy("plugins"),
  good: `kestra:
  policies:
    - id: timeouts
      rules:
        - type: io.kestra.plugin.ee.rules.Add
          on: PLUGIN
          where:
            - field: type
              operator: STARTS_WITH
              value: io.kestra.plugin.core.http
          values:
            timeout: PT5M
`,
  find: removed,
};
