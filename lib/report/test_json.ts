import type { TestedSuite } from "../model/mod.ts";
import { safeJson } from "./safe_json.ts";
import { countVerdicts } from "./test_text.ts";

/** What became of unit tests as one JSON document, `v: 1`; its shape is part of the interface. */
export function testJson(suites: readonly TestedSuite[]): string {
  return `${safeJson({ v: 1, ...countVerdicts(suites), suites }, 2)}\n`;
}
