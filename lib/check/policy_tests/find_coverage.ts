import type {
  Because,
  Coverage,
  CoveredFile,
  LocatedMap,
  Policy,
  TestedSuite,
} from "../../model/mod.ts";
import { isDecided, type RuleLine, ruleLines } from "./rule_lines.ts";

/** A suite of policy tests that was judged, and the policy that it is about. */
export interface JudgedSuite {
  readonly suite: TestedSuite;
  readonly policy: Policy;
  /** The YAML of the policy's files. */
  readonly roots: ReadonlyMap<string, LocatedMap>;
}

/**
 * Says which rules of policies decided something that a test expects.
 *
 * A rule counts where what it does was expected and true: that a test's task ran into it is not enough.
 * A file that several suites test is counted once, with what all of them decide.
 */
export function findCoverage(judged: readonly JudgedSuite[]): Coverage {
  const rules = new Map<string, Map<string, RuleLine>>();
  const decisions = new Map<string, { readonly because: Because; readonly policy: Policy }>();
  for (const { suite, policy, roots } of judged) {
    for (const it of ruleLines(policy, roots)) {
      const { file, line, column } = it.at;
      if (!rules.has(file)) rules.set(file, new Map());
      rules.get(file)!.set(`${line}:${column}`, it);
    }
    for (const { checks } of suite.cases) {
      for (const check of checks) {
        if (!check.holds) continue;
        for (const because of check.because ?? []) {
          decisions.set(JSON.stringify([suite.file, because]), { because, policy });
        }
      }
    }
  }
  const all = [...decisions.values()];
  const decides = (rule: RuleLine) =>
    all.some(({ because, policy }) =>
      // What is said without a place is said of that policy's own files.
      isDecided(rule, because) && policy.files.some((it) => it.file === rule.at.file)
    );
  return {
    files: [...rules].map(([file, lines]): CoveredFile => {
      const list = [...lines.values()];
      const open = list.filter((rule) => !decides(rule));
      return {
        file,
        rules: list.length,
        decided: list.length - open.length,
        open: open.map(({ rule, at }) => ({ rule, at })),
      };
    }),
  };
}
