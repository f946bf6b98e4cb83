import { isWithin } from "../paths/is_within.ts";
import {
  type Diagnostic,
  type Limits,
  type Policy,
  type Source,
  type Sourced,
  StageError,
} from "../model/mod.ts";
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
 * @throws {StageError} `policy/widens`, `policy/forbidden-writable`.
 */
export function chainPolicies(chain: readonly ParsedPolicy[]): ChainedPolicy {
  const problems: Diagnostic[] = [];
  const widens = (message: string, at: Source, outer?: Source) =>
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
  const choose = <T extends string>(
    said: (it: ParsedPolicy) => Sourced<T> | undefined,
    order: readonly T[],
    silent: T,
    name: string,
  ) => tightest(chain, { said, order, silent, name }, widens);
  const filesystem = choose((it) => it.filesystem, ["open", "closed"], "open", "filesystem");
  const spawn = choose((it) => it.spawn, ["by-class", "never"], "by-class", "spawn");
  const kernel = choose((it) => it.kernel, ["off", "prefer", "require"], "prefer", "kernel");
  const forcedPrecedence = choose(
    (it) => it.forcedPrecedence,
    ["flow-first", "admin", "ignore-flow-forced"],
    "admin",
    "forced-precedence",
  );
  const forbiddenPaths = unique(on.flatMap((it) => it.forbiddenPaths));
  const writable = within(chain, "writable", isWithin, widens);
  const allow = narrowed(chain.map((it) => it.networkAllow));
  const defaults = chain.flatMap((it) => it.defaults);
  const rules = chain.flatMap((it) => it.policies ?? []);
  problems.push(...checkPolicyChain(rules));
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
    warnings: findOverlaps(defaults),
    forcedPrecedence: forcedPrecedence?.value ?? "admin",
    spawn: spawn ?? { value: "by-class" },
    filesystem: filesystem ?? { value: "open" },
    allowedPaths: within(chain, "allowedPaths", isWithin, widens),
    writable,
    kernel: kernel ?? { value: "prefer" },
    network: {
      ...(allow && { allow }),
      deny: unique(chain.flatMap((it) => it.networkDeny?.items ?? [])),
    },
    env: within(chain, "env", (outer, inner) => outer === inner, widens),
    limits: smallest(chain.map((it) => it.limits)),
    containers: {
      ...engineOf(chain, widens),
      networks: within(chain, "networks", (outer, inner) => outer === inner, widens),
      users: within(chain, "users", (outer, inner) => outer === inner, widens),
    },
  };
  for (const path of writable) {
    for (const it of writableProblems(path, forbiddenPaths)) problems.push(it);
  }
  if (problems.length > 0) throw new StageError(problems);
  return policy;
}

type Widens = (message: string, at: Source, outer?: Source) => void;

/** One choice of a policy. */
interface Choice<T extends string> {
  readonly said: (file: ParsedPolicy) => Sourced<T> | undefined;
  /** From the widest to the tightest; what is not in it may not be changed at all. */
  readonly order: readonly T[];
  /** What a file means that says nothing. */
  readonly silent: T;
  readonly name: string;
}

/**
 * The last of a choice; going back along its order widens. The outermost file makes it also by
 * saying nothing: an inner one may not take back what holds by default.
 */
function tightest<T extends string>(
  chain: readonly ParsedPolicy[],
  { said, order, silent, name }: Choice<T>,
  widens: Widens,
): Sourced<T> | undefined {
  const [outermost, ...rest] = chain;
  const first = outermost && said(outermost);
  let current = first ?? { value: silent, source: startOf(outermost) };
  let spoken = first;
  for (const next of rest.flatMap((it) => said(it) ?? [])) {
    const known = order.includes(next.value) && order.includes(current.value);
    const keeps = known
      ? order.indexOf(next.value) >= order.indexOf(current.value)
      : next.value === current.value;
    if (keeps) current = spoken = next;
    else {
      widens(
        `Cannot set "${name}" to "${next.value}": in the outer files it is "${current.value}"`,
        next.source,
        current.source,
      );
    }
  }
  return spoken;
}

function startOf(file: ParsedPolicy | undefined): Source {
  return { file: file?.file ?? "", line: 1, column: 1 };
}

/**
 * A list whose absence grants nothing: the outermost file that speaks grants, every later one
 * keeps a part of that. A file outside of it that is silent grants nothing, so it must be first.
 */
function within(
  chain: readonly ParsedPolicy[],
  key: "writable" | "allowedPaths" | "env" | "networks" | "users",
  covers: (outer: string, inner: string) => boolean,
  widens: Widens,
): readonly Sourced<string>[] {
  const [outermost, ...rest] = chain;
  let current: SourcedList | undefined = outermost?.[key];
  for (const file of rest) {
    const next = file[key];
    if (next === undefined) continue;
    for (const { value, source } of next.items) {
      if (current?.items.some((it) => covers(it.value, value))) continue;
      widens(
        `Cannot give "${value}": "${NAMES[key]}" of the outer files does not cover it`,
        source,
        current?.source ?? { file: outermost!.file, line: 1, column: 1 },
      );
    }
    const [was, is] = [current?.items[0], next.items[0]];
    if (FIRST_COUNTS.includes(key) && was && is && was.value !== is.value) {
      widens(
        `Cannot put "${is.value}" first: of the outer files containers get "${was.value}"`,
        is.source,
        was.source,
      );
    }
    current = next;
  }
  return unique(current?.items ?? []);
}

/** Lists whose first entry is the one that is given. */
const FIRST_COUNTS: readonly string[] = ["networks", "users"];

const NAMES = {
  writable: "bulkhead.writable",
  allowedPaths: "kestra.local-files.allowed-paths",
  env: "bulkhead.env.allow",
  networks: "bulkhead.containers.networks",
  users: "bulkhead.containers.users",
} as const;

/** A list whose absence restricts nothing: what every file that speaks has in common. */
function narrowed(
  lists: readonly (SourcedList | undefined)[],
): readonly Sourced<string>[] | undefined {
  let current: readonly Sourced<string>[] | undefined;
  for (const list of lists) {
    if (list === undefined) continue;
    const values = new Set(list.items.map((it) => it.value));
    current = current === undefined ? list.items : current.filter((it) => values.has(it.value));
  }
  return current && unique(current);
}

function smallest(all: readonly Limits[]): Limits {
  const least = (key: keyof Limits) =>
    all.flatMap((it) => it[key] ?? []).reduce<Sourced<number> | undefined>(
      (best, it) => best === undefined || it.value < best.value ? it : best,
      undefined,
    );
  const limits: Record<string, Sourced<number>> = {};
  for (const key of new Set(all.flatMap((it) => Object.keys(it) as (keyof Limits)[]))) {
    const it = least(key);
    if (it !== undefined) limits[key] = it;
  }
  return limits;
}

function engineOf(chain: readonly ParsedPolicy[], widens: Widens) {
  const choice = { said: (it: ParsedPolicy) => it.engine, order: [], silent: "docker" };
  const engine = tightest<string>(chain, { ...choice, name: "containers.engine" }, widens);
  return engine === undefined ? {} : { engine };
}

/** Whoever may write above a forbidden path may move it; below one, nothing may be granted. */
function writableProblems(
  { value, source }: Sourced<string>,
  forbidden: readonly Sourced<string>[],
): Diagnostic[] {
  return forbidden.filter((it) => isWithin(it.value, value) || isWithin(value, it.value)).map((
    it,
  ) => ({
    code: "policy/forbidden-writable",
    severity: "error",
    message: `Cannot make "${value}" writable: ${
      isWithin(it.value, value) ? "it lies in" : "it holds"
    } the forbidden path "${it.value}"`,
    at: source,
    related: [{ message: "forbidden here", at: it.source }],
  }));
}

function unique(list: readonly Sourced<string>[]): readonly Sourced<string>[] {
  const seen = new Map<string, Sourced<string>>();
  for (const it of list) if (!seen.has(it.value)) seen.set(it.value, it);
  return [...seen.values()];
}
