import { type Located, type Policy, type Sourced, StageError } from "../model/mod.ts";
import { sha256, toPlain } from "../source/mod.ts";
import { type ChainedPolicy, chainPolicies } from "./chain_policies.ts";
import { parsePolicy } from "./parse_policy.ts";

/** A policy file that was read. */
export interface PolicyText {
  readonly file: string;
  readonly text: string;
}

/**
 * Turns the texts of a chain of policy files into one policy.
 *
 * @param texts Outermost first.
 * @throws {StageError} With the problems of every file; there is no fallback policy.
 */
export async function loadPolicy(texts: readonly PolicyText[]): Promise<Policy> {
  const problems: StageError[] = [];
  const parsed = texts.flatMap(({ text, file }) => {
    try {
      return [parsePolicy(text, file)];
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems.push(error);
      return [];
    }
  });
  if (problems.length > 0) throw new StageError(problems.flatMap((it) => it.diagnostics));
  const chained = chainPolicies(parsed);
  return {
    ...chained,
    files: await Promise.all(
      texts.map(async ({ file, text }) => ({ file, digest: await digestOf(text) })),
    ),
    digest: await digestOf(meaningOf(chained)),
  };
}

/** The policy without its places, in one order: equal for equal meaning. */
function meaningOf(policy: ChainedPolicy): string {
  const values = (list: readonly Sourced<string>[]) => list.map((it) => it.value).toSorted();
  return JSON.stringify([
    values(policy.forbiddenPaths),
    policy.authorizedClassPrefixes.map(values),
    values(policy.forbiddenClassPrefixes),
    policy.defaults.map((
      it,
    ) => [it.type.value, it.ref?.value, it.forced, sorted(toPlain(it.values))]),
    policy.forcedPrecedence,
    policy.rules.map(withoutPlaces),
    policy.plugins.includes.map(values),
    values(policy.plugins.excludes),
    policy.spawn.value,
    policy.filesystem.value,
    values(policy.allowedPaths),
    values(policy.writable),
    policy.kernel.value,
    [policy.network.allow && values(policy.network.allow), values(policy.network.deny)],
    values(policy.env),
    Object.entries(policy.limits).map(([key, it]) => [key, it.value]).toSorted(),
    // The first network and the first user are the ones that are given: their order has meaning.
    policy.containers.engine?.value,
    policy.containers.networks.map((it) => it.value),
    policy.containers.users.map((it) => it.value),
  ]);
}

/** A rule without its places, and without which spelling of YAML it was read from. */
function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (value === null || typeof value !== "object") return value;
  if ("kind" in value && "source" in value) return sorted(toPlain(value as Located));
  return sorted(Object.fromEntries(
    // A pattern's `source` is its text; every other one is a place.
    Object.entries(value).filter(([key, it]) => typeof it === "string" || !/source$/i.test(key))
      .map(([key, it]) => [key, withoutPlaces(it)]),
  ));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map((
    [k, v],
  ) => [k, sorted(v)]);
}

async function digestOf(text: string): Promise<string> {
  return `sha256:${await sha256(new TextEncoder().encode(text))}`;
}
