import type { Diagnostic } from "../../model/mod.ts";
import { nearest } from "../../source/mod.ts";
import type { Ignore } from "./find_ignores.ts";

/** A finding that a comment takes out, and what the comment gives as a reason. */
export interface Ignored {
  readonly finding: Diagnostic;
  readonly ignore: Ignore;
}

/** What is left of findings when comments have had their say. */
export interface Sifted {
  /** In the order given; then what is wrong with the comments. */
  readonly findings: readonly Diagnostic[];
  readonly ignored: readonly Ignored[];
}

/** What is known of the codes that a comment may name. */
export interface KnownCodes {
  /** All that `check` can say. */
  readonly all: readonly string[];
  /** Of those that were looked for this time: a rule about flows under policies needs a policy. */
  readonly lookedFor: (code: string) => boolean;
}

/**
 * Takes findings out that comments say are meant.
 *
 * What `run` would refuse or could not read is no matter of taste, and stays. A comment that gives no
 * reason, names no code there is, or takes nothing out is a finding of its own.
 */
export function applyIgnores(
  findings: readonly Diagnostic[],
  ignores: readonly Ignore[],
  known: KnownCodes,
): Sifted {
  const used = new Set<string>();
  const kept: Diagnostic[] = [];
  const ignored: Ignored[] = [];
  const refused: Diagnostic[] = [];
  for (const finding of findings) {
    const ignore = ignores.find((it) => isAbout(it, finding));
    if (ignore === undefined) {
      kept.push(finding);
      continue;
    }
    used.add(keyOf(ignore, finding.code));
    if (ignore.reason === "") kept.push(finding);
    else if (canBeIgnored(finding)) ignored.push({ finding, ignore });
    else {
      kept.push(finding);
      refused.push({
        code: "check/ignore-refused",
        severity: "warning",
        message: `Cannot ignore "${finding.code}": a run would not start over it`,
        at: ignore.at,
        help: "Mend what it says, and take the comment out",
      });
    }
  }
  const wrong = ignores.flatMap((it) => [...wrongWith(it, used, known)]);
  return { findings: [...kept, ...refused, ...wrong], ignored };
}

/** Whether a finding is what a rule thinks, and not what keeps a flow from running. */
export function canBeIgnored({ code, severity }: Diagnostic): boolean {
  return severity === "warning" || code.startsWith("check/") && !FACTS.has(code);
}

/**
 * What is no rule's opinion: the path gave nothing to have one of, or a test fails. A policy whose own tests
 * fail is used by nobody; a test that is not meant is switched off by `disabled: true`.
 */
const FACTS: ReadonlySet<string> = new Set([
  "check/unreadable",
  "check/unknown-kind",
  "check/tests-fail",
]);

function isAbout({ at: { file }, line, codes }: Ignore, { code, at }: Diagnostic): boolean {
  return at?.file === file && at.line === line && codes.includes(code);
}

function keyOf({ at }: Ignore, code: string): string {
  return `${at.line}:${at.column} ${code}`;
}

function* wrongWith(
  ignore: Ignore,
  used: ReadonlySet<string>,
  { all, lookedFor }: KnownCodes,
): Generator<Diagnostic> {
  const { codes, reason, at } = ignore;
  const finding = (code: Diagnostic["code"], message: string, help: string): Diagnostic => ({
    code,
    severity: "warning",
    message,
    at,
    help,
  });
  if (codes.length === 0) {
    yield finding(
      "check/ignore-unknown",
      "Cannot ignore anything: the comment names no code",
      "# bulkhead-ignore CODE: reason",
    );
    return;
  }
  if (reason === "") {
    yield finding(
      "check/ignore-unexplained",
      `Cannot ignore "${codes.join(", ")}": the comment gives no reason`,
      `# bulkhead-ignore ${codes.join(", ")}: why it is meant`,
    );
  }
  for (const code of codes) {
    if (!all.includes(code)) {
      const near = nearest(code, all);
      yield finding(
        "check/ignore-unknown",
        `Cannot ignore "${code}": there is no such code`,
        near === undefined ? "bulkhead check --rules lists them" : `Did you mean "${near}"?`,
      );
    } else if (!used.has(keyOf(ignore, code)) && lookedFor(code)) {
      yield finding(
        "check/ignore-unused",
        `Nothing to ignore: "${code}" is not found ${
          ignore.line === 0 ? "below the comment" : `in line ${ignore.line}`
        }`,
        "Take the comment out",
      );
    }
  }
}
