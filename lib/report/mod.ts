/**
 * Events, plans and diagnostics into text.
 *
 * @module
 */
export { doctorJson, type DoctorReport } from "./doctor_json.ts";
export { doctorText } from "./doctor_text.ts";
export { planJson } from "./plan_json.ts";
export { planText } from "./plan_text.ts";
export { printable } from "./printable.ts";
export { renderDiagnostics, type Texts } from "./render_diagnostics.ts";
export { safeJson } from "./safe_json.ts";
export { runText } from "./run_text.ts";
export { makeStyle, type Style } from "./style.ts";
