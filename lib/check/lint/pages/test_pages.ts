import type { RulePage } from "../../../model/mod.ts";

const policy = (verdict: string) =>
  `bulkhead:
  filesystem: closed
  tests:
    - name: notes stay private
      task: {type: com.example.Task}
      expect: {access: {read: {/home/somebody/notes: ${verdict}}}}
`;

/** Codes of tests that policies have. */
export const TEST_PAGES: readonly RulePage[] = [
  {
    code: "check/tests-fail",
    severity: "error",
    title: "a policy does not do what its tests say",
    why:
      "One of the two is wrong. A policy that carries a test which fails is refused by run, plan and " +
      "pack: nobody can say what it was meant to do.",
    bad: policy("allowed"),
    good: policy("denied"),
    meant: "disabled: true      in the test; no comment takes it out",
  },
];
