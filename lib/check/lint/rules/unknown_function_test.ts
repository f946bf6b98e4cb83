import { deepEqual } from "node:assert/strict";
import { found, inShort } from "./lint_sample.ts";
import { UNKNOWN_FUNCTION } from "./unknown_function.ts";

const flow = (message: string, type = "io.kestra.plugin.core.log.Log") =>
  `id: f
namespace: a.b
tasks:
  - id: t
    type: ${type}
    message: ${JSON.stringify(message)}
`;

Deno.test.each([
  { message: "{{ nwo() }}", finds: ['6:18 function "nwo"'] },
  { message: "{{ 1 | abss }}", finds: ['6:22 filter "abss"'] },
  { message: "{% for x in rang(1, 2) %}{% endfor %}", finds: ['6:27 function "rang"'] },
  { message: "{{ now() | date('yyyy') | upper }}", finds: [] },
  { message: "{{ (1 + 2) > 2 and (3 > 2) or not (1 > 2) }}", finds: [] },
  { message: "{{ x is equalTo(1) ? 'a()' : 'b | c' }}", finds: [] },
  { message: "{{ x is not equalTo(1) }}", finds: [] },
  { message: "{{ x.call() }} {{ x || y }}", finds: [] },
  { message: "{% if (x) %}{% elseif (y) %}{% endif %}", finds: [] },
  { message: "{% macro greet(x) %}{% endmacro %}{{ greet(1) }}", finds: [] },
  { message: "call() | pipe", finds: [] },
])("check/unknown-function of $message", async ({ message, finds }) => {
  const seen = await found(UNKNOWN_FUNCTION, { flows: [flow(message)] });
  deepEqual(seen.map((it) => inShort(it).replace(/There is no (.*) here.*/, "$1")), finds);
  deepEqual(await found(UNKNOWN_FUNCTION, { flows: [flow(message, "com.example.Task")] }), []);
});
