import { applyIgnores, type Ignored } from "../check/lint/apply_ignores.ts";
import { findIgnores } from "../check/lint/find_ignores.ts";
import type { LintContext } from "../check/lint/lint_rule.ts";
import { LINT_RULES } from "../check/lint/lint_rules.ts";
import { codesOfCheck } from "../check/lint/pages/pages.ts";
import { FLOW_RULES } from "../check/lint/rules/flow_rules.ts";
import { POLICY_RULES } from "../check/lint/rules/policy_rules.ts";
import { byPlace, runRules } from "../check/lint/run_rules.ts";
import {
  type Diagnostic,
  type LocatedMap,
  type Policy,
  StageError,
  type TestedSuite,
} from "../model/mod.ts";
import { diagnosticsOf, makePlan } from "../plan/mod.ts";
import type { PolicyText } from "../policy/mod.ts";
import { parseYaml } from "../source/mod.ts";
import { ASSUMED_HOST } from "./assumed_host.ts";
import { type ParsedFile, parseFile } from "./check_file.ts";
import type { CommandIo } from "./command.ts";
import type { FileKind } from "./kind_of_file.ts";
import { listYamlFiles } from "./list_yaml_files.ts";
import { loadUntested } from "./load_policies.ts";
import { pathFacts } from "./path_facts.ts";
import { readText } from "./read_text.ts";

/** What there is to say of one file. */
export interface CheckedFile {
  readonly file: string;
  readonly kind: FileKind;
  readonly diagnostics: readonly Diagnostic[];
  readonly ignored: readonly Ignored[];
}

/**
 * Checks policies and flows, each file by its parser and by every rule. Nothing is started.
 *
 * @param paths Files, and directories of them.
 * @param policies Under which flows are planned; without any they are not.
 * @returns In the order of the paths; what is said of `policies` comes first.
 */
export async function checkPaths(
  io: CommandIo,
  paths: readonly string[],
  policies: readonly string[],
): Promise<readonly CheckedFile[]> {
  const chain = await chainOf(io, policies);
  const parsed = await parseAll(io, paths, chain.policy);
  const said: readonly Said[] = [
    ...chain.complaints.map((it) => ({ owner: CHAIN, it })),
    ...parsed.flatMap(({ file, diagnostics }) => diagnostics.map((it) => ({ owner: file, it }))),
    ...[...await findInPolicies(io, parsed, chain), ...findInFlows(io, parsed, chain)],
    ...await findInTests(io, parsed, chain),
  ];
  const sifted = applyIgnores(
    said.map((it) => it.it),
    [...new Set([...chain.roots.keys(), ...parsed.map((it) => it.file)])]
      .flatMap((it) => findIgnores(io.texts.get(it) ?? "", it)),
    { all: codesOfCheck(), lookedFor: (code) => policies.length > 0 || !needsPolicy(code) },
  );
  const owners = new Map(said.map(({ it, owner }) => [it, owner]));
  const isChecked = new Set(parsed.map((it) => it.file));
  const ownerOf = (it: Diagnostic) => {
    const owner = owners.get(it) ?? it.at?.file ?? CHAIN;
    return isChecked.has(owner) ? owner : CHAIN;
  };
  const findings = Map.groupBy(sifted.findings, ownerOf);
  const ignored = Map.groupBy(sifted.ignored, ({ finding }) => ownerOf(finding));
  const checked = (file: string, kind: FileKind, owner = file): CheckedFile => ({
    file,
    kind,
    diagnostics: (findings.get(owner) ?? []).toSorted(byPlace),
    ignored: ignored.get(owner) ?? [],
  });
  return [
    ...(findings.has(CHAIN) || ignored.has(CHAIN)
      ? [checked(policies.join(", "), "policy", CHAIN)]
      : []),
    ...parsed.map(({ file, kind }) => checked(file, kind)),
  ];
}

/** Whom a finding is told of: a file that is checked, or the policies of `-p` together. */
interface Said {
  readonly owner: string;
  readonly it: Diagnostic;
}

/** No file has this name. */
const CHAIN = "\0";

function needsPolicy(code: string): boolean {
  return LINT_RULES.some((it) => it.code === code && it.under !== undefined);
}

/** The policies of `-p`; flows are not planned under a chain that is wrong. */
interface Chain {
  readonly policy?: Policy;
  readonly texts?: readonly PolicyText[];
  readonly complaints: readonly Diagnostic[];
  /** The YAML of its files. */
  readonly roots: ReadonlyMap<string, LocatedMap>;
}

async function chainOf(io: CommandIo, paths: readonly string[]): Promise<Chain> {
  if (paths.length === 0) return { complaints: [], roots: new Map() };
  try {
    // What is wrong with their tests is said beside what else is.
    const { policy, texts } = await loadUntested(io, paths);
    const roots = policy.files.flatMap(({ file }) => {
      const root = parseYaml(io.texts.get(file) ?? "", file);
      return root?.kind === "map" ? [[file, root] as const] : [];
    });
    return { policy, texts, complaints: policy.warnings, roots: new Map(roots) };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { complaints: error.diagnostics, roots: new Map() };
  }
}

/** What rules find in the policies: in each file for itself, and in the chain. */
async function findInPolicies(
  io: CommandIo,
  parsed: readonly ParsedFile[],
  chain: Chain,
): Promise<readonly Said[]> {
  const found: Said[] = [];
  const look = async (policy: Policy, policyRoots: LintContext["policyRoots"]) => {
    const paths = await pathFacts(policy);
    const flowRoots = new Map();
    const context = { policy, policyRoots, flowRoots, texts: io.texts, paths, host: ASSUMED_HOST };
    found.push(...runRules(POLICY_RULES, context).map(ofItsFile));
  };
  const single = parsed.filter((it) => it.policy !== undefined);
  for (const { file, policy, root } of single) await look(policy!, new Map([[file, root!]]));
  const names = new Set(single.map((it) => it.file));
  if (chain.policy !== undefined && ![...chain.roots.keys()].every((it) => names.has(it))) {
    await look(chain.policy, chain.roots);
  }
  return found;
}

/** What the planner refuses, and what rules find in flows. */
function findInFlows(
  io: CommandIo,
  parsed: readonly ParsedFile[],
  { policy, roots }: Chain,
): readonly Said[] {
  const flowRoots = new Map(
    parsed.flatMap(({ file, kind, root }) => kind === "flow" && root ? [[file, root]] : []),
  );
  const flows = parsed.flatMap((it) => it.flow ?? []);
  const plan = policy === undefined
    ? undefined
    : makePlan(policy, flows.map((it) => ({ ...it, warnings: [] })), ASSUMED_HOST);
  // A refusal stands in the policy, and is told of the flow.
  const refusals = (plan?.flows ?? []).flatMap(({ flow, tasks }) =>
    diagnosticsOf([
      ...flow.refusals,
      ...tasks.flatMap(({ refusal }) => refusal?.by === "policy" ? [refusal] : []),
    ]).map((it) => ({ owner: flow.file, it }))
  );
  const found = runRules(FLOW_RULES, {
    ...(policy !== undefined && { policy }),
    ...(plan !== undefined && { plan }),
    policyRoots: roots,
    flowRoots,
    texts: io.texts,
    host: ASSUMED_HOST,
  });
  return [...refusals, ...found.map(ofItsFile)];
}

/** Tests of policies that fail: those in files of tests, and those that policies carry. */
async function findInTests(
  io: CommandIo,
  parsed: readonly ParsedFile[],
  chain: Chain,
): Promise<readonly Said[]> {
  const files = parsed.filter(({ kind, diagnostics }) =>
    kind === "policy tests" && diagnostics.length === 0
  );
  const names = new Set(parsed.map((it) => it.file));
  const policies = [
    ...parsed.flatMap(({ file, policy }) =>
      policy?.tests === undefined
        ? []
        : [{ policy, texts: [{ file, text: io.texts.get(file) ?? "" }] }]
    ),
    ...(chain.policy?.tests !== undefined &&
        chain.policy.files.some((it) => !names.has(it.file))
      ? [{ policy: chain.policy, texts: chain.texts ?? [] }]
      : []),
  ];
  if (files.length + policies.length === 0) return [];
  // Few files have any: what judges them is loaded for those alone.
  const { findingsOf, runOwnTests } = await import("./own_tests.ts");
  const { runPolicyTests } = await import("./run_policy_tests.ts");
  const found: Said[] = [];
  const judge = async (owner: string, run: () => Promise<readonly TestedSuite[]>) => {
    try {
      for (const suite of await run()) {
        const words = `Cannot rely on "${suite.policies?.join(" + ")}"`;
        const findings = findingsOf(suite, "check/tests-fail", words);
        found.push(...findings.map((it) => ({ owner: suite.file, it })));
      }
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      found.push(...error.diagnostics.map((it) => ({ owner, it })));
    }
  };
  for (const { file } of files) {
    await judge(file, async () => [(await runPolicyTests(io, file)).suite]);
  }
  for (const { policy, texts } of policies) {
    await judge(
      texts[0]!.file,
      async () => (await runOwnTests(policy, texts)).map((it) => it.suite),
    );
  }
  return found;
}

function ofItsFile(it: Diagnostic): Said {
  return { owner: it.at?.file ?? CHAIN, it };
}

async function filesOf(path: string): Promise<readonly (string | ParsedFile)[]> {
  const problem = (fact: string): readonly ParsedFile[] => [{
    file: path,
    kind: "unknown",
    diagnostics: [{
      code: "check/unreadable",
      severity: "error",
      message: `Cannot check "${path}": ${fact}`,
    }],
  }];
  try {
    const files = await listYamlFiles(path);
    return files.length > 0 ? files : problem("it holds no .yaml or .yml file");
  } catch (error) {
    return problem(
      error instanceof Deno.errors.PermissionDenied
        ? "permission denied"
        : (error as Error).message.replace(/ \(os error \d+\).*$/, ""),
    );
  }
}

/** How many files are read ahead of the one that is parsed. */
const AHEAD = 16;

async function parseAll(
  io: CommandIo,
  paths: readonly string[],
  policy: Policy | undefined,
): Promise<readonly ParsedFile[]> {
  const files: (string | ParsedFile)[] = [];
  for (const path of paths) files.push(...await filesOf(path));
  const read = (file: string | ParsedFile | undefined) =>
    typeof file === "string" ? readOne(io, file) : Promise.resolve(file);
  const ahead = files.slice(0, AHEAD).map(read);
  const parsed: ParsedFile[] = [];
  for (let i = 0; i < files.length; i++) {
    const it = await ahead.shift()!;
    ahead.push(read(files[i + AHEAD]));
    if (it === undefined) continue;
    parsed.push("text" in it ? await parseFile(it.file, it.text, policy) : it);
  }
  return parsed;
}

async function readOne(
  io: CommandIo,
  file: string,
): Promise<ParsedFile | { readonly file: string; readonly text: string }> {
  try {
    return { file, text: await readText(io, file, "file") };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { file, kind: "unknown", diagnostics: error.diagnostics };
  }
}
