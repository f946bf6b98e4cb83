import {
  type Diagnostic,
  type Located,
  type LocatedMap,
  type PluginDefault,
  type PluginPattern,
  type Sourced,
  StageError,
} from "../model/mod.ts";
import { checkShape, findLocated, parseYaml, sourceAt } from "../source/mod.ts";
import { parseContainers } from "./containers/parse_containers.ts";
import { defined } from "./defined.ts";
import { camelKeys, entryOf, RULE_OWNERS } from "./keys.ts";
import { classesOf, hostsOf, namesOf, pathsAt, textListAt, textsAt } from "./located_lists.ts";
import type { ParsedPolicy } from "./parsed_policy.ts";
import { type CheckPattern, parsePolicies } from "./rules/mod.ts";
import {
  Bulkhead,
  JavaSecurity,
  LocalFiles,
  PluginDefaultShape,
  PluginSecurity,
} from "./shapes.ts";

/**
 * Turns the text of one policy file into what it says.
 *
 * Kestra's own configuration is read as it is, in kebab-case and camelCase; the keys below
 * `kestra:` that say nothing about isolation are ignored.
 *
 * @param text YAML.
 * @param file Shown in diagnostics; never opened.
 * @throws {StageError} With every problem found.
 */
export function parsePolicy(text: string, file: string, checkPattern: CheckPattern): ParsedPolicy {
  const root = parseYaml(text, file);
  const problems: Diagnostic[] = [];
  const start = { file, line: 1, column: 1 };
  if (root === undefined || root.kind !== "map") {
    throw new StageError([{
      code: "policy/not-a-map",
      severity: "error",
      message: `Cannot use policy "${file}": it is ${
        root === undefined ? "empty" : `a ${root.kind}`
      }`,
      at: root?.source ?? start,
      help: 'A policy has a key "kestra" or "bulkhead"',
    }]);
  }
  refuseFlatKeys(root, "", problems);
  const kestra = mapAt(root, "kestra", problems);
  const parsed: ParsedPolicy = {
    file,
    ...javaSecurityOf(kestra, problems),
    defaults: [
      ...defaultsOf(kestra, "tasks", problems),
      ...defaultsOf(kestra, "plugins", problems),
    ],
    ...allowedPathsOf(kestra, problems),
    ...pluginsOf(kestra, checkPattern, problems),
    ...policiesOf(kestra, checkPattern, problems),
    ...bulkheadOf(root, problems),
  };
  if (problems.length === 0 && saysNothing(parsed)) {
    problems.push({
      code: "policy/says-nothing",
      severity: "error",
      message: `Cannot use policy "${file}": it has no rule about isolation`,
      at: start,
      help: "Rules stand below kestra.ee.java-security, kestra.plugins.defaults or bulkhead",
    });
  }
  if (problems.length > 0) throw new StageError(problems);
  return parsed;
}

function javaSecurityOf(kestra: LocatedMap | undefined, problems: Diagnostic[]) {
  const ee = kestra && mapAt(kestra, "ee", problems);
  const written = ee && mapAt(ee, "java-security", problems);
  if (written === undefined) return {};
  const block = camelKeys(written, problems);
  const shape = checkShape(JavaSecurity, block, "policy", "kestra.ee.java-security", problems);
  if (shape === undefined) return {};
  const authorized = textsAt(block, "authorizedClassPrefix");
  return {
    javaSecurity: {
      enabled: { value: shape.enabled, source: sourceAt(block, ["enabled"]) },
      forbiddenPaths: pathsAt(block, ["forbiddenPaths"], problems)?.items ?? [],
      ...(authorized && { authorizedClassPrefix: classesOf(authorized, problems) }),
      forbiddenClassPrefix: classesOf(textsAt(block, "forbiddenClassPrefix"), problems),
    },
  };
}

function defaultsOf(
  kestra: LocatedMap | undefined,
  owner: "tasks" | "plugins",
  problems: Diagnostic[],
): PluginDefault[] {
  const parent = kestra && mapAt(kestra, owner, problems);
  const list = parent && entryOf(parent, "defaults", problems)?.value;
  if (list === undefined) return [];
  if (list.kind !== "list") {
    problems.push(wrongKind(`kestra.${owner}.defaults`, "a list", list));
    return [];
  }
  return list.items.flatMap((item, i) => {
    const entry = parseDefault(item, `kestra.${owner}.defaults.${i}`, problems);
    return entry === undefined ? [] : [entry];
  });
}

/**
 * Reads one entry of plugin defaults, of a policy or of a flow.
 *
 * A value that is null is an error: Kestra's merge lets null never win, so it would do nothing.
 */
export function parseDefault(
  item: Located,
  name: string,
  problems: Diagnostic[],
): PluginDefault | undefined {
  const shape = checkShape(PluginDefaultShape, item, "policy", name, problems);
  const values = findLocated(item, ["values"]);
  if (shape === undefined || values?.kind !== "map") return undefined;
  for (const [key, { value }] of values.entries) {
    if (value.kind === "scalar" && value.value === null) {
      problems.push({
        code: "policy/null-default",
        severity: "error",
        message: `Cannot set "${key}" to null: a null never wins, so this would do nothing`,
        at: value.source,
      });
    }
  }
  return {
    type: { value: shape.type, source: sourceAt(item, ["type"]) },
    ...(shape.ref !== undefined && {
      ref: { value: shape.ref, source: sourceAt(item, ["ref"]) },
    }),
    forced: shape.forced ?? false,
    values,
  };
}

function allowedPathsOf(kestra: LocatedMap | undefined, problems: Diagnostic[]) {
  const written = kestra && mapAt(kestra, "local-files", problems);
  if (written === undefined) return {};
  const block = camelKeys(written, problems);
  if (checkShape(LocalFiles, block, "policy", "kestra.local-files", problems) === undefined) {
    return {};
  }
  const allowedPaths = pathsAt(block, ["allowedPaths"], problems);
  return allowedPaths === undefined ? {} : { allowedPaths };
}

function bulkheadOf(
  root: LocatedMap,
  problems: Diagnostic[],
): Omit<ParsedPolicy, "file" | "defaults"> {
  const written = mapAt(root, "bulkhead", problems);
  if (written === undefined) return { limits: {} };
  const { tests, rules } = withoutTests(written);
  const block = camelKeys(rules, problems);
  const shape = checkShape(Bulkhead, block, "policy", "bulkhead", problems);
  if (shape === undefined) return { limits: {} };
  const sourced = <T>(value: T | undefined, ...path: string[]): Sourced<T> | undefined =>
    value === undefined ? undefined : { value, source: sourceAt(block, path) };
  const { limits = {} } = shape;
  const containers = findLocated(block, ["containers"]);
  const saidOfContainers = shape.containers && containers?.kind === "map"
    ? parseContainers(containers, shape.containers, problems)
    : {};
  const said = defined({
    forcedPrecedence: sourced(shape.forcedPrecedence, "forcedPrecedence"),
    filesystem: sourced(shape.filesystem, "filesystem"),
    spawn: sourced(shape.spawn, "spawn"),
    kernel: sourced(shape.kernel, "kernel"),
    writable: pathsAt(block, ["writable"], problems),
    networkAllow: hostsOf(textListAt(block, ["network", "allow"]), problems),
    networkDeny: hostsOf(textListAt(block, ["network", "deny"]), problems),
    env: namesOf(textListAt(block, ["env", "allow"]), problems),
    containers: Object.keys(saidOfContainers).length > 0 ? saidOfContainers : undefined,
    inProcess: textListAt(block, ["scripts", "inProcess"]),
    tests,
  });
  return {
    ...said,
    limits: defined({
      timeoutMs: sourced(limits.timeout, "limits", "timeout"),
      memoryBytes: sourced(limits.memory, "limits", "memory"),
      processes: sourced(limits.processes, "limits", "processes"),
      files: sourced(limits.files, "limits", "files"),
      outputBytes: sourced(limits.output, "limits", "output"),
      workspaceBytes: sourced(limits.workspace, "limits", "workspace"),
    }),
  };
}

/** Keys of tests are paths and properties of tasks too: they have one spelling, the one that is there. */
function withoutTests(
  written: LocatedMap,
): { readonly rules: LocatedMap; readonly tests?: Located } {
  const tests = written.entries.get("tests")?.value;
  if (tests === undefined) return { rules: written };
  const entries = new Map([...written.entries].filter(([key]) => key !== "tests"));
  return { rules: { ...written, entries }, tests };
}

function pluginsOf(
  kestra: LocatedMap | undefined,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
) {
  const plugins = kestra && mapAt(kestra, "plugins", problems);
  const block = plugins && mapAt(plugins, "security", problems);
  if (block === undefined) return {};
  checkShape(PluginSecurity, block, "policy", "kestra.plugins.security", problems);
  const patterns = (key: string) =>
    textsAt(block, key)?.flatMap((it) => patternOf(it, checkPattern, problems));
  const [includes, excludes] = [patterns("includes"), patterns("excludes")];
  return { ...(includes && { includes }), ...(excludes && { excludes }) };
}

function policiesOf(
  kestra: LocatedMap | undefined,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
) {
  const policies = kestra && entryOf(kestra, "policies", problems)?.value;
  return policies === undefined
    ? {}
    : { policies: parsePolicies(policies, checkPattern, problems) };
}

function patternOf(
  { value, source }: Sourced<string>,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
): PluginPattern[] {
  const checked = checkPattern(value);
  if (checked.ok) return [{ value, source, pattern: checked.pattern }];
  problems.push({
    code: "policy/unsafe-pattern",
    severity: "error",
    message: `Cannot use pattern "${value}": ${checked.fact}`,
    at: source,
    help: "A name, or a regular expression that matches whole names, such as io\\.kestra\\..*",
  });
  return [];
}

/** Where rules stand, in either spelling. */
const RULES = new RegExp(`^(bulkhead|kestra\\.(${RULE_OWNERS}))(\\.|$)`, "i");

/** `kestra.ee.java-security: …` in one key would be ignored, and its rules with it. */
function refuseFlatKeys(map: LocatedMap, owner: string, problems: Diagnostic[]): void {
  for (const [name, { key, value }] of map.entries) {
    const full = owner === "" ? name : `${owner}.${name}`;
    if (name.includes(".") && RULES.test(full)) {
      problems.push({
        code: "policy/flat-key",
        severity: "error",
        message: `Cannot use key "${name}": a dotted key is not taken apart`,
        at: key,
        help: "Write it as nested maps",
      });
    }
    const deeper = full === "kestra" || full === "kestra.ee" || full === "bulkhead";
    if (deeper && value.kind === "map") refuseFlatKeys(value, full, problems);
  }
}

function mapAt(owner: LocatedMap, key: string, problems: Diagnostic[]): LocatedMap | undefined {
  const value = entryOf(owner, key, problems)?.value;
  if (value === undefined || value.kind === "map") return value;
  problems.push(wrongKind(key, "a map", value));
  return undefined;
}

function wrongKind(name: string, expected: string, { kind, source }: Located): Diagnostic {
  return {
    code: "policy/wrong-value",
    severity: "error",
    message: `Cannot use "${name}": expected ${expected}, got a ${kind}`,
    at: source,
  };
}

function saysNothing({ file: _, tests: _tests, defaults, limits, ...rest }: ParsedPolicy): boolean {
  return defaults.length + Object.keys(limits).length + Object.keys(rest).length === 0;
}
