import { posix } from "node:path";
import {
  type JudgedSuite,
  parsePolicyTests,
  type PolicyTest,
  runPolicyCase,
  type TestMeans,
} from "../check/mod.ts";
import { readFlow } from "../flow/mod.ts";
import { type Diagnostic, type LocatedMap, StageError } from "../model/mod.ts";
import { loadPolicy, type PolicyText } from "../policy/mod.ts";
import { parseYaml } from "../source/mod.ts";
import { ASSUMED_HOST } from "./assumed_host.ts";
import type { Io } from "./command.ts";
import { runOwnTests } from "./own_tests.ts";
import { prepareFlow } from "./read_flows.ts";
import { readText } from "./read_text.ts";

/**
 * Judges the tests of one file of policy tests. Nothing runs, and nothing of this machine is looked at:
 * they say the same everywhere.
 *
 * @throws {StageError} When the file, or a policy of it, cannot be read.
 */
export async function runPolicyTests(io: Io, file: string): Promise<JudgedSuite> {
  const suite = parsePolicyTests(await readText(io, file, "test"), file);
  const texts: PolicyText[] = [];
  const problems: Diagnostic[] = [];
  for (const { value, source } of suite.policies) {
    const path = besides(file, value);
    try {
      texts.push({ file: path, text: await readText(io, path, "policy") });
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems.push(...error.diagnostics.map((it) => ({ at: source, ...it })));
    }
  }
  if (problems.length > 0) throw new StageError(problems);
  const policy = await loadPolicy(texts);
  const flows = await readFlowsOf(io, file, suite.tests);
  const means: TestMeans = {
    policy,
    host: ASSUMED_HOST,
    prepare: prepareFlow,
    texts: io.texts,
    flowAt: (test) => {
      const flow = flows.get(test)!;
      if (flow instanceof StageError) throw flow;
      return flow;
    },
  };
  return {
    suite: {
      file,
      id: file,
      policies: texts.map((it) => it.file),
      cases: suite.tests.map((it) => runPolicyCase(it, means)),
    },
    policy,
    roots: rootsOf(texts),
  };
}

/** Judges the tests that a policy file carries, as `run` does before it goes by the policy. */
export async function runTestsOfPolicy(io: Io, file: string): Promise<JudgedSuite | undefined> {
  const texts = [{ file, text: await readText(io, file, "policy") }];
  const [judged] = await runOwnTests(await loadPolicy(texts), texts);
  return judged && { ...judged, roots: rootsOf(texts) };
}

async function readFlowsOf(io: Io, file: string, tests: readonly PolicyTest[]) {
  const flows = new Map<PolicyTest, LocatedMap | StageError>();
  for (const test of tests) {
    if (test.subject.kind !== "file") continue;
    const { value, source } = test.subject.file;
    const path = besides(file, value);
    try {
      flows.set(test, readFlow(await readText(io, path, "flow"), path));
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      flows.set(test, new StageError(error.diagnostics.map((it) => ({ at: source, ...it }))));
    }
  }
  return flows;
}

function rootsOf(texts: readonly PolicyText[]): JudgedSuite["roots"] {
  return new Map(texts.flatMap(({ file, text }) => {
    const root = parseYaml(text, file);
    return root?.kind === "map" ? [[file, root] as const] : [];
  }));
}

/** A path that is written in a file means: from that file on. */
function besides(file: string, path: string): string {
  return posix.isAbsolute(path) ? path : posix.join(posix.dirname(file), path);
}
