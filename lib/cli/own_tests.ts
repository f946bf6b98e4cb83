import { parseOwnTests, runPolicyCase, type TestMeans } from "../check/mod.ts";
import {
  type Diagnostic,
  type Policy,
  StageError,
  type TestedCase,
  type TestedSuite,
} from "../model/mod.ts";
import { loadPolicy, type PolicyText } from "../policy/mod.ts";
import { ASSUMED_HOST } from "./assumed_host.ts";
import { prepareFlow } from "./read_flows.ts";

/** What became of the tests that a policy file carries, and the policy that it is alone. */
export interface OwnTests {
  readonly suite: TestedSuite;
  readonly policy: Policy;
}

/**
 * Judges the tests that policy files carry (`bulkhead.tests`), each by its own file alone: what its author
 * has tested is that file, and a chain only tightens it.
 *
 * @param chain What the files come to; where it is one file that is not loaded again.
 * @throws {StageError} When tests cannot be read.
 */
export async function runOwnTests(
  chain: Policy,
  files: readonly PolicyText[],
): Promise<readonly OwnTests[]> {
  const judged: OwnTests[] = [];
  const problems: Diagnostic[] = [];
  for (const located of chain.tests ?? []) {
    const text = files.find((it) => it.file === located.source.file)!;
    const policy = files.length === 1 ? chain : await loadPolicy([text]);
    const means = {
      policy,
      host: ASSUMED_HOST,
      prepare: prepareFlow,
      texts: new Map([[text.file, text.text]]),
    } as const satisfies TestMeans;
    try {
      const cases = parseOwnTests(located).map((it) => runPolicyCase(it, means));
      judged.push({
        suite: { file: text.file, id: text.file, policies: [text.file], cases },
        policy,
      });
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems.push(...error.diagnostics);
    }
  }
  if (problems.length > 0) throw new StageError(problems);
  return judged;
}

/**
 * Refuses policies that do not keep what they promise of themselves.
 *
 * @throws {StageError} `policy/tests-fail` with each test that fails.
 */
export async function holdToOwnTests(chain: Policy, files: readonly PolicyText[]): Promise<void> {
  const judged = await runOwnTests(chain, files);
  const problems = judged.flatMap(({ suite }) =>
    findingsOf(suite, "policy/tests-fail", `Cannot use policy "${suite.file}"`)
  );
  if (problems.length > 0) throw new StageError(problems);
}

/**
 * What fails in a suite, a finding for each test: at the first of its expectations that is not true, with
 * the rule behind what is the case instead.
 *
 * @param words What cannot be done for that.
 */
export function findingsOf(
  suite: TestedSuite,
  code: "policy/tests-fail" | "check/tests-fail",
  words: string,
): readonly Diagnostic[] {
  return suite.cases.flatMap((it) => findingOf(it, suite, code, words) ?? []);
}

function findingOf(
  { id, at, verdict, checks, problems }: TestedCase,
  { file }: TestedSuite,
  code: "policy/tests-fail" | "check/tests-fail",
  words: string,
): Diagnostic | undefined {
  if (verdict === "passed" || verdict === "skipped") return undefined;
  const wrong = checks.find((it) => !it.holds);
  const [problem] = problems;
  const fact = wrong?.message ?? problem?.message ?? "it cannot be judged";
  const rule = wrong?.because?.find((it) => it.source !== "built-in");
  return {
    code,
    severity: "error",
    message: `${words}: test "${id}" fails: ${fact}`,
    at: wrong?.at ?? problem?.at ?? at,
    ...(rule && rule.source !== "built-in" && {
      related: [{ message: `because ${rule.effect} (${rule.rule})`, at: rule.source }],
    }),
    help: `Mend the rule or the test; bulkhead test ${file} shows all of it`,
  };
}
