import { deepEqual, equal } from "node:assert/strict";
import { expressionsIn } from "./expressions_in.ts";

Deno.test.each([
  { text: "{{ a }} b {{c}}", found: [" a ", "c"] },
  { text: "{% if a %}b{% endif %}", found: [" if a ", " endif "] },
  { text: "{{ '}}' }} a", found: [" '}}' "] },
  { text: `{{ "a \\" }}" }}`, found: [` "a \\" }}" `] },
  { text: "{{ don't }} {{ a }}", found: [" don't ", " a "] },
  { text: "{# {{ a }} #}{{ b }}", found: [" b "] },
  { text: "{% raw %}{{ a }}{% endraw %}{{ b }}", found: [" b "] },
  { text: "{%- verbatim %}{{ a }}{%- endverbatim %}{{ b }}", found: [" b "] },
  { text: "{{ a", found: [] },
  { text: "{ a } %} }}", found: [] },
])("expressionsIn($text)", ({ text, found }) => {
  const seen = expressionsIn(text);
  deepEqual(seen.map((it) => it.code), found);
  for (const { code, bare, offset } of seen) {
    equal(text.slice(offset, offset + code.length), code);
    equal(bare.length, code.length);
  }
});

Deno.test("expressionsIn() blanks what stands in quotes, and keeps the quotes", () => {
  deepEqual(expressionsIn(`{{ a['b'] ~ "c d" }}`).map((it) => it.bare), [` a[' '] ~ "   " `]);
});
