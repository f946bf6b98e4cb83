import type { Coverage, TestedSuite } from "../model/mod.ts";
import { safeJson } from "./safe_json.ts";
import { totalOf } from "./coverage_text.ts";
import { countVerdicts } from "./test_text.ts";

/**
 * What became of tests as one JSON document, `v: 1`; its shape is part of the interface.
 *
 * @param coverage Where it was asked for.
 */
export function testJson(suites: readonly TestedSuite[], coverage?: Coverage): string {
  return `${
    safeJson({
      v: 1,
      ...countVerdicts(suites),
      suites,
      ...(coverage && { coverage: { ...totalOf(coverage), files: coverage.files } }),
    }, 2)
  }\n`;
}
