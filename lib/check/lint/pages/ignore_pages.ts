import type { RulePage } from "../../../model/mod.ts";

const flow = (comment: string, timeout = "") =>
  `id: hello
namespace: company.team
tasks:
  - id: greet
    ${comment}
    type: io.kestra.plugin.core.log.Log
    message: hello
${timeout}`;

/** Codes of comments that take findings out. */
export const IGNORE_PAGES: readonly RulePage[] = [
  {
    code: "check/ignore-unexplained",
    severity: "warning",
    title: "a comment takes a finding out and does not say why",
    why:
      "Whoever reads the file later has to know whether the reason still holds. Without one nothing is " +
      "taken out.",
    bad: flow("# bulkhead-ignore check/no-timeout"),
    good: flow("# a comment that is none of ours"),
  },
  {
    code: "check/ignore-unknown",
    severity: "warning",
    title: "a comment names no code, or one that there is not",
    why: "A misspelt code takes nothing out, and looks as if it did.",
    bad: flow("# bulkhead-ignore check/no-timeuot: it says one word"),
    good: flow("# it says one word"),
  },
  {
    code: "check/ignore-unused",
    severity: "warning",
    title: "a comment takes out what is not found",
    why:
      "It was needed once, or never. It would hide the finding when it comes back. Nothing is said of " +
      "rules that need a policy where none is given.",
    bad: flow("# bulkhead-ignore check/remote-code: it is ours"),
    good: flow("# it is ours"),
  },
  {
    code: "check/ignore-refused",
    severity: "warning",
    title: "a comment would take out what keeps a flow from running",
    why:
      "A file that cannot be read, and a task that the policy refuses, are no matter of taste: a run " +
      "would not start, whatever a comment says.",
    bad: `id: hello
namespace: company.team
tasks:
  # bulkhead-ignore flow/missing-key: the type is obvious
  - id: greet
    message: hello
`,
    good: flow("# what it says"),
  },
];
