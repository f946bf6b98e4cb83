/**
 * Events, plans and diagnostics into text.
 *
 * @module
 */
export { checkGithub } from "./check_github.ts";
export { checkJunit } from "./check_junit.ts";
export { checkSarif } from "./check_sarif.ts";
export { checkJson, checkText, type Findings } from "./check_text.ts";
export { diagnosticJson } from "./diagnostic_json.ts";
export { diffJson, diffText } from "./diff_text.ts";
export { doctorJson, type DoctorReport } from "./doctor_json.ts";
export { doctorText } from "./doctor_text.ts";
export { explainEventsJson, explainEventsText } from "./explain_events_text.ts";
export { explainJson } from "./explain_json.ts";
export { explainText } from "./explain_text.ts";
export { learnJson } from "./learn_json.ts";
export { planJson } from "./plan_json.ts";
export { planText } from "./plan_text.ts";
export { printable } from "./printable.ts";
export { renderDiagnostics, type Texts } from "./render_diagnostics.ts";
export { ruleList, rulePage } from "./rule_page.ts";
export { safeJson } from "./safe_json.ts";
export { type Detail, runText } from "./run_text.ts";
export { collectReport, type ReportCollector } from "./html/collect_report.ts";
export { type PageFacts, reportPage } from "./html/page.ts";
export { coverageText, totalOf } from "./coverage_text.ts";
export { scoreJson, scoreText } from "./score_text.ts";
export { testJson } from "./test_json.ts";
export { testJunit } from "./test_junit.ts";
export { countVerdicts, testText } from "./test_text.ts";
export { whatIfJson, whatIfText } from "./what_if_text.ts";
export { makeStyle, type Style } from "./style.ts";
