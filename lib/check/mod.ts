/**
 * Tests of flows and of policies: what they say, and whether it is true. Runs nothing.
 *
 * @module
 */
export { type CheckVerdict, judgeAssertion, type RenderedAssertion } from "./judge_assertion.ts";
export { NO_FIXTURES, parseFixtures } from "./parse_fixtures.ts";
export { parseUnitTests } from "./parse_unit_tests.ts";
export type { Assertion, Check, TestCase, TestSuite } from "./test_suite.ts";
export { type EditedPolicy, editPolicy } from "./explain/edit_policy.ts";
export { findFlips, type Tried } from "./explain/find_flips.ts";
export { whyNoFlip } from "./explain/why_no_flip.ts";
export { findCoverage, type JudgedSuite } from "./policy_tests/find_coverage.ts";
export { parseOwnTests, parsePolicyTests } from "./policy_tests/parse_policy_tests.ts";
export { runPolicyCase, type TestMeans } from "./policy_tests/run_policy_case.ts";
export type { PolicyTest, PolicyTestSuite } from "./policy_tests/policy_test_suite.ts";
