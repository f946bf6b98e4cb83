import { deepEqual } from "node:assert/strict";
import type { Diagnostic, LocatedMap } from "../../model/mod.ts";
import { parseYaml } from "../../source/mod.ts";
import { applyRules, type RuledFlow } from "./apply_rules.ts";
import { parsePolicies } from "./parse_policies.ts";
import { checkPattern } from "./safe_pattern.ts";

/*
 * What the tests of rules share: policies and flows as plain values, and classes to write.
 */

export const S = "io.kestra.plugin.scripts.shell.Commands";
export const D = "io.kestra.plugin.scripts.runner.docker.Docker";
export const K = "io.kestra.plugin.scripts.runner.kubernetes.Kubernetes";
export const P = "io.kestra.plugin.core.runner.Process";
export const LOG = "io.kestra.plugin.core.log.Log";
/** An alias of {@linkcode LOG}. */
export const OLD_LOG = "io.kestra.core.tasks.log.Log";

export const canonical = (type: string) => type === OLD_LOG ? LOG : type;

/** Applies policies to a flow of `company.team`; they are called `p0`, `p1`, … */
export function apply(flow: object, ...policies: object[]): RuledFlow {
  const problems: Diagnostic[] = [];
  const written = policies.map((it, i) => ({ id: `p${i}`, ...it }));
  const parsed = policies.length === 0
    ? []
    : parsePolicies(parseYaml(JSON.stringify(written), "p.yaml")!, checkPattern, problems);
  deepEqual(problems, []);
  const full = { id: "f", namespace: "company.team", ...flow };
  return applyRules(
    parseYaml(JSON.stringify(full), "f.yaml") as LocatedMap,
    parsed,
    canonical,
  );
}

/** A rule on PLUGIN. */
export const rule = (type: string, rest: object = {}) => ({
  type: `io.kestra.plugin.ee.rules.${type}`,
  on: "PLUGIN",
  ...rest,
});

/** One condition. */
export const on = (field: string, operator: string, value?: unknown) => ({
  where: [{ field, operator, ...(value !== undefined && { value }) }],
});

/** A policy of one rule. */
export const one = (it: object, rest: object = {}) => ({ ...rest, rules: [it] });

export const task = (rest: object = {}) => ({ id: "t", type: S, ...rest });

export const codes = (it: RuledFlow) =>
  it.violations.map(({ path, refusal }) => `${refusal.code} ${path ?? "flow"}`);
