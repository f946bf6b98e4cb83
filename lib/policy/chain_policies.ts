import { isWithin } from "../paths/is_within.ts";
import {
  type Diagnostic,
  type Limits,
  type Policy,
  type Sourced,
  StageError,
} from "../model/mod.ts";
import {
  listed,
  narrowed,
  type Said,
  smallest,
  tightest,
  unique,
  type Widens,
  within,
} from "./chain_rules.ts";
import { chainContainers } from "./containers/chain_containers.ts";
import { idleCapabilities } from "./containers/idle_capabilities.ts";
import { findOverlaps } from "./find_overlaps.ts";
import { checkPolicyChain } from "./rules/mod.ts";
import type { ParsedPolicy, SourcedList } from "./parsed_policy.ts";

/** What a chain comes to, before its digests are known. */
export type ChainedPolicy = Omit<Policy, "files" | "digest">;

/**
 * Lays policy files over each other, outermost first; a later one can only tighten.
 *
 * Forbidden paths and prefixes are united, of limits the smaller counts, and a class must be
 * authorized by every file that authorizes classes. What would widen (switching a block off,
 * opening the file system again, a path or a host that the outer file does not give) is an
 * error that shows both places.
 *
 * @param chain At least one file.
 * @throws {StageError} `policy/widens`, `policy/forbidden-writable`, `policy/forbidden-volume`.
 */
export function chainPolicies(chain: readonly ParsedPolicy[]): ChainedPolicy {
  const problems: Diagnostic[] = [];
  const widens: Widens = (message, at, outer) =>
    problems.push({
      code: "policy/widens",
      severity: "error",
      message,
      at,
      ...(outer && { related: [{ message: "what it would widen", at: outer }] }),
      help: "A later file can only tighten: say it in the outermost file, or leave it out",
    });

  const blocks = chain.flatMap((it) => it.javaSecurity ?? []);
  const on = blocks.filter((it) => it.enabled.value);
  for (const [i, block] of blocks.entries()) {
    const outer = blocks.slice(0, i).find((it) => it.enabled.value);
    if (!block.enabled.value && outer) {
      widens(
        `Cannot switch "java-security" off: an outer file switches it on`,
        block.enabled.source,
        outer.enabled.source,
      );
    }
  }
  const said = <Key extends keyof ParsedPolicy>(key: Key) =>
    chain.map((it): Said<NonNullable<ParsedPolicy[Key]>> => ({
      file: it.file,
      value: it[key] ?? undefined,
    }));
  const choose = <T extends string>(
    list: readonly Said<Sourced<T>>[],
    order: readonly T[],
    silent: T,
    name: string,
  ) => tightest(list, { order, silent, name }, widens);
  const given = (list: readonly Said<SourcedList>[], name: string, covers = listed) =>
    within(list, { name, covers }, widens);
  const filesystem = choose(said("filesystem"), ["open", "closed"], "open", "filesystem");
  const spawn = choose(said("spawn"), ["by-class", "never"], "by-class", "spawn");
  const kernel = choose(said("kernel"), ["off", "prefer", "require"], "prefer", "kernel");
  const forcedPrecedence = choose(
    said("forcedPrecedence"),
    ["flow-first", "admin", "ignore-flow-forced"],
    "admin",
    "forced-precedence",
  );
  const forbiddenPaths = unique(on.flatMap((it) => it.forbiddenPaths));
  const writable = given(said("writable"), "bulkhead.writable", below);
  const allow = narrowed(chain.map((it) => it.networkAllow));
  const defaults = chain.flatMap((it) => it.defaults);
  const rules = chain.flatMap((it) => it.policies ?? []);
  problems.push(...checkPolicyChain(rules));
  const containers = chainContainers(said("containers"), widens);
  const tests = chain.flatMap((it) => it.tests ?? []);
  const policy: ChainedPolicy = {
    forbiddenPaths,
    authorizedClassPrefixes: on.flatMap((it) =>
      it.authorizedClassPrefix === undefined ? [] : [it.authorizedClassPrefix]
    ),
    forbiddenClassPrefixes: unique(on.flatMap((it) => it.forbiddenClassPrefix)),
    disabledAt: blocks.filter((it) => !it.enabled.value).map((it) => it.enabled.source),
    defaults,
    plugins: {
      includes: chain.flatMap((it) => it.includes === undefined ? [] : [it.includes]),
      excludes: chain.flatMap((it) => it.excludes ?? []),
    },
    rules,
    warnings: [...findOverlaps(defaults), ...idleCapabilities(containers)],
    forcedPrecedence: forcedPrecedence?.value ?? "admin",
    spawn: spawn ?? { value: "by-class" },
    filesystem: filesystem ?? { value: "open" },
    allowedPaths: given(said("allowedPaths"), "kestra.local-files.allowed-paths", below),
    writable,
    kernel: kernel ?? { value: "prefer" },
    network: {
      ...(allow && { allow }),
      deny: unique(chain.flatMap((it) => it.networkDeny?.items ?? [])),
    },
    env: given(said("env"), "bulkhead.env.allow"),
    limits: smallest(chain.map((it) => it.limits), LIMITS),
    containers,
    scripts: { inProcess: given(said("inProcess"), "bulkhead.scripts.in-process") },
    ...(tests.length > 0 && { tests }),
  };
  // Not spread into one call: more of them than it takes arguments would be an error of ours.
  for (const it of writable) {
    const code = "policy/forbidden-writable";
    const deed = `make "${it.value}" writable`;
    for (const found of forbiddenProblems(it, forbiddenPaths, { code, deed })) problems.push(found);
  }
  for (const it of containers.volumes) {
    const code = "policy/forbidden-volume";
    const deed = `let containers mount "${it.value}"`;
    for (const found of forbiddenProblems(it, forbiddenPaths, { code, deed })) problems.push(found);
  }
  if (problems.length > 0) throw new StageError(problems);
  return policy;
}

/** Whoever may write above a forbidden path may move it; below one, nothing may be granted. */
function forbiddenProblems(
  { value, source }: Sourced<string>,
  forbidden: readonly Sourced<string>[],
  { code, deed }: { readonly code: Diagnostic["code"]; readonly deed: string },
): Diagnostic[] {
  return forbidden.filter((it) => isWithin(it.value, value) || isWithin(value, it.value)).map((
    it,
  ) => ({
    code,
    severity: "error",
    message: `Cannot ${deed}: ${
      isWithin(it.value, value) ? "it lies in" : "it holds"
    } the forbidden path "${it.value}"`,
    at: source,
    related: [{ message: "forbidden here", at: it.source }],
  }));
}

/** Covers what lies below a path of the list. */
function below(outer: readonly Sourced<string>[], inner: Sourced<string>): boolean {
  return outer.some((it) => isWithin(it.value, inner.value));
}

const LIMITS = [
  "timeoutMs",
  "memoryBytes",
  "processes",
  "files",
  "outputBytes",
  "workspaceBytes",
] as const satisfies readonly (keyof Limits)[];
