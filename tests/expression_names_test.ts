import { deepEqual } from "node:assert/strict";
import {
  EXPRESSION_FILTERS,
  EXPRESSION_FUNCTIONS,
  EXPRESSION_TESTS,
} from "../lib/catalog/expression_names.ts";
import { FILTERS } from "../lib/child/expression/filters.ts";
import { FUNCTIONS } from "../lib/child/expression/functions.ts";
import { TESTS } from "../lib/child/expression/tests.ts";

Deno.test.each([
  { what: "functions", named: EXPRESSION_FUNCTIONS, there: FUNCTIONS },
  { what: "filters", named: EXPRESSION_FILTERS, there: FILTERS },
  { what: "tests", named: EXPRESSION_TESTS, there: TESTS },
])("the catalogue names the $what that children render with", ({ named, there }) => {
  deepEqual(named, [...there.keys()].toSorted());
});
