import { type Located, type Policy, type Sourced, StageError } from "../model/mod.ts";
import { sha256, toPlain } from "../source/mod.ts";
import { type ChainedPolicy, chainPolicies } from "./chain_policies.ts";
import { parsePolicy } from "./parse_policy.ts";
import type { CheckPattern } from "./rules/mod.ts";

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
  const { parsed, problems } = await parseAll(texts);
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

/** What reads patterns is loaded where there are any: it is a fifth of the time of a small check. */
async function parseAll(texts: readonly PolicyText[]) {
  const patterns = new Set<string>();
  const first = parseWith(texts, (text) => {
    patterns.add(text);
    return { ok: false, fact: "it is still to be read" };
  });
  if (patterns.size === 0) return first;
  const { checkPattern } = await import("./rules/safe_pattern.ts");
  return parseWith(texts, checkPattern);
}

function parseWith(texts: readonly PolicyText[], checkPattern: CheckPattern) {
  const problems: StageError[] = [];
  const parsed = texts.flatMap(({ text, file }) => {
    try {
      return [parsePolicy(text, file, checkPattern)];
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems.push(error);
      return [];
    }
  });
  return { parsed, problems };
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
    ...meaningOfContainers(policy),
  ]);
}

/** The rest of what containers and scripts may; nothing of a policy that does not say anything of it. */
function meaningOfContainers({ containers, scripts }: ChainedPolicy): readonly unknown[] {
  const values = (list: readonly Sourced<string>[]) => list.map((it) => it.value).toSorted();
  const meaning = {
    transport: containers.transport?.value,
    allow: containers.images.allow.map(values),
    deny: values(containers.images.deny),
    digest: containers.images.digestRequired !== undefined,
    capabilities: values(containers.capabilities),
    volumes: containers.volumes.map((it) => [it.value, it.readOnly]).toSorted(),
    devices: values(containers.devices),
    ports: values(containers.ports),
    writableRoot: containers.writableRoot?.value === true,
    cpus: containers.cpus?.value,
    memory: containers.memory?.value,
    shm: containers.shm?.value,
    tmp: containers.tmp?.value,
    inProcess: values(scripts.inProcess),
  };
  const said = Object.entries(meaning).filter(([, it]) => Array.isArray(it) ? it.length > 0 : it);
  return said.length === 0 ? [] : [said];
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
