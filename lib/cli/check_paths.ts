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
  type FlowPlan,
  type LocatedMap,
  type Plan,
  type Policy,
  StageError,
  type TestedSuite,
} from "../model/mod.ts";
import { diagnosticsOf, type FlowToPlan, makePlan } from "../plan/mod.ts";
import type { PolicyText } from "../policy/mod.ts";
import { parseYaml } from "../source/mod.ts";
import { ASSUMED_HOST } from "./assumed_host.ts";
import type { ParsedFile } from "./check_file.ts";
import type { CommandIo } from "./command.ts";
import type { FileKind } from "./kind_of_file.ts";
import { loadUntested } from "./load_policies.ts";
import { parseFiles } from "./parse_files.ts";
import { pathFacts } from "./path_facts.ts";

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
  const flows = flowFinder(io, chain);
  const parsed = await parseFiles(io, paths, chain.policy, flows.look);
  const said: readonly Said[] = [
    ...chain.complaints.map((it) => ({ owner: CHAIN, it })),
    ...parsed.flatMap(({ file, diagnostics }) => diagnostics.map((it) => ({ owner: file, it }))),
    ...await findInPolicies(io, parsed, chain),
    ...flows.found(),
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

/** Rules that judge a flow beside others have an example beside theirs. */
const AMONG_OTHERS = FLOW_RULES.filter((it) => it.beside !== undefined);
const BY_ITSELF = FLOW_RULES.filter((it) => it.beside === undefined);

/** What the planner refuses, and what rules find in flows: some when it looks at them, some at the end. */
function flowFinder(io: CommandIo, { policy, roots }: Chain): {
  readonly look: (parsed: readonly ParsedFile[]) => void;
  readonly found: () => readonly Said[];
} {
  const found: Said[] = [];
  const flowRoots = new Map<string, LocatedMap>();
  const contextOf = (flowRoots: LintContext["flowRoots"], plan?: Plan): LintContext => ({
    ...(policy !== undefined && { policy }),
    ...(plan !== undefined && { plan }),
    policyRoots: roots,
    flowRoots,
    texts: io.texts,
    host: ASSUMED_HOST,
  });
  const planOf = (flows: readonly FlowToPlan[]) =>
    policy && makePlan(policy, flows.map((it) => ({ ...it, warnings: [] })), ASSUMED_HOST);
  const planned: FlowPlan[] = [];
  return {
    look(parsed) {
      const these = new Map(
        // A file may be named twice.
        parsed.flatMap(({ file, kind, root }) =>
          kind === "flow" && root && !flowRoots.has(file) ? [[file, root]] : []
        ),
      );
      for (const [file, root] of these) flowRoots.set(file, root);
      const plan = planOf(parsed.flatMap((it) => it.flow ?? []));
      planned.push(...plan?.flows ?? []);
      found.push(
        ...(plan?.flows ?? []).flatMap(refusalsIn),
        ...runRules(BY_ITSELF, contextOf(these, plan)).map(ofItsFile),
      );
    },
    found() {
      const empty = planOf([]);
      const plan = empty && { ...empty, flows: planned };
      return [...found, ...runRules(AMONG_OTHERS, contextOf(flowRoots, plan)).map(ofItsFile)];
    },
  };
}

/** A refusal stands in the policy, and is told of the flow. */
function refusalsIn({ flow, tasks }: FlowPlan): readonly Said[] {
  return diagnosticsOf([
    ...flow.refusals,
    ...tasks.flatMap(({ refusal }) => refusal?.by === "policy" ? [refusal] : []),
  ]).map((it) => ({ owner: flow.file, it }));
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
