import { equal } from "node:assert/strict";
import { render } from "./mod.ts";
import { sampleScope } from "./sample_scope.ts";

interface Row {
  readonly name: string;
  readonly template: string;
  readonly is: string;
}

const output: Row[] = [
  { name: "keeps text", template: "a { b } %} }} #}\r\n\t", is: "a { b } %} }} #}\r\n\t" },
  { name: "prints text as it is", template: "<{{ '<&\"' }}>", is: '<<&">' },
  { name: "prints numbers", template: "{{ 1 }} {{ 1.5 }} {{ -0 }} {{ 12L }}", is: "1 1.5 0 12" },
  { name: "prints booleans", template: "{{ true }}{{ FALSE }}", is: "truefalse" },
  { name: "prints null as nothing", template: "[{{ null }}{{ none }}]", is: "[]" },
  {
    name: "prints a list as JSON",
    template: "{{ [1, 'a', null, [true]] }}",
    is: '[1,"a",null,[true]]',
  },
  { name: "prints a map as JSON", template: "{{ {'a': 1, 2: ['b']} }}", is: '{"2":["b"],"a":1}' },
  { name: "drops null entries from JSON", template: "{{ inputs.map }}", is: '{"x":1}' },
  { name: "drops comments", template: "a{# {{ x }} #}b", is: "ab" },
  { name: "trims before", template: "a \n{{- 1 }} b", is: "a1 b" },
  { name: "trims behind", template: "a {{ 1 -}} \n b", is: "a 1b" },
  { name: "trims around tags", template: "a {%- if true -%} b {%- endif -%} c", is: "abc" },
  { name: "trims around comments", template: "a {#- x -#} b", is: "ab" },
  {
    name: "keeps raw",
    template: "{% raw %} {{ x }}{% if %} {% endraw %}",
    is: " {{ x }}{% if %} ",
  },
  { name: "trims no raw", template: "a {%-  raw%}{{ x }}{%endraw -%} b", is: "a {{ x }} b" },
  { name: "keeps verbatim", template: "{% verbatim %}{{ x }}{% endverbatim %}", is: "{{ x }}" },
  { name: "closes outside brackets only", template: "{{ {'a': {'b': 1}} }}", is: '{"a":{"b":1}}' },
  { name: "closes outside texts only", template: "{{ '}}' }}{{ \"%}\" }}", is: "}}%}" },
  { name: "spans lines", template: "{{\n inputs\n .name\n}}", is: "Ada" },
];

const literals: Row[] = [
  { name: "escapes its own quote", template: `{{ 'a\\'b' }}{{ "a\\"b" }}`, is: `a'ba"b` },
  { name: "escapes a backslash", template: `{{ 'a\\\\' }}`, is: "a\\" },
  { name: "keeps other escapes", template: `{{ 'a\\nb\\"' }}`, is: `a\\nb\\"` },
  { name: "takes empty ones", template: "{{ '' }}{{ [] }}{{ {} }}", is: "[]{}" },
  { name: "takes a map key from a name", template: "{{ {inner: 1} }}", is: '{"count":1}' },
  {
    name: "takes names with words inside",
    template: "{{ contains2 }}",
    is: "name with a word in front",
  },
];

const members: Row[] = [
  { name: "reads a name", template: "{{ inputs.name }}", is: "Ada" },
  { name: "reads a text key", template: "{{ outputs['my-task'].value }}", is: "out" },
  { name: "reads a computed key", template: "{{ outputs[taskrun.value]['value'] }}", is: "out" },
  {
    name: "reads a dotted key",
    template: "{{ outputs['my-task'].uris['a/b.txt'] }}",
    is: "kestra:///b",
  },
  { name: "reads an item", template: "{{ inputs.tags[0] }}{{ inputs.tags['1'] }}", is: "ba" },
  { name: "reads below a call", template: "{{ json(inputs.json).a.b[1] }}", is: "2" },
  { name: "reads below parentheses", template: "{{ (inputs.json | length) }}", is: "17" },
  { name: "reads a word as a property", template: "{{ {'is': 1}.is ?? {'or': 2} }}", is: "1" },
];

const operators: Row[] = [
  { name: "adds and multiplies", template: "{{ 1 + 2 * 3 - 4 }}", is: "3" },
  { name: "divides whole numbers", template: "{{ 7 / 2 }} {{ -7 / 2 }} {{ 7 % 4 }}", is: "3 -3 3" },
  { name: "divides decimals", template: "{{ 7 / 2.0 }} {{ inputs.half / 2 }}", is: "3.5 1.75" },
  { name: "divides evenly", template: "{{ inputs.count / 7 }}", is: "1" },
  { name: "divides a length", template: "{{ inputs.json | length / 2 }}", is: "8" },
  { name: "joins", template: "{{ 'a' ~ 1 ~ null ~ true }}", is: "a1true" },
  { name: "joins with +", template: "{{ 'a' + 1 }}", is: "a1" },
  { name: "adds to a list", template: "{{ [1] + [2] + 3 - 1 }}", is: "[2,3]" },
  {
    name: "compares numbers",
    template: "{{ 1 < 2 }}{{ 2 <= 1 }}{{ 1 == 1.0 }}",
    is: "truefalsetrue",
  },
  { name: "compares texts", template: "{{ 'a' < 'b' }}{{ 'a' equals 'a' }}", is: "truetrue" },
  {
    name: "keeps text and number apart",
    template: "{{ '1' == 1 }}{{ '1' != 1 }}",
    is: "falsetrue",
  },
  { name: "compares lists and maps", template: "{{ [1, {'a': 2}] == [1, {'a': 2}] }}", is: "true" },
  {
    name: "finds nothing less than null",
    template: "{{ null < 1 }}{{ 1 >= null }}",
    is: "falsefalse",
  },
  { name: "looks into a list", template: "{{ inputs.tags contains 'a' }}", is: "true" },
  {
    name: "looks into a list for all",
    template: "{{ inputs.tags contains ['a','z'] }}",
    is: "false",
  },
  { name: "looks into a map", template: "{{ inputs.map contains 'y' }}", is: "true" },
  { name: "looks into a text", template: "{{ inputs.name contains 'd' }}", is: "true" },
  { name: "looks into null", template: "{{ null contains 'd' }}", is: "false" },
  {
    name: "looks with isIn",
    template: "{{ 1 isIn ['1'] }}{{ 'z' isIn {'z': 1} }}",
    is: "truetrue",
  },
  { name: "knows and, or, not", template: "{{ not false and (1 or null) }}", is: "true" },
  { name: "stops at and, or", template: "{{ false and nope }}{{ true or nope }}", is: "falsetrue" },
  {
    name: "counts a range",
    template: "{{ 1..3 }}{{ 3..1 }}{{ 'a'..'c' }}",
    is: '[1,2,3][]["a","b","c"]',
  },
  { name: "chooses", template: "{{ inputs.yes ? 'a' : nope }}{{ null ? 1 : 2 }}", is: "a2" },
  { name: "chooses twice", template: "{{ false ? 1 : true ? 2 : 3 }}", is: "2" },
];

const precedence: Row[] = [
  { name: "filters before +", template: "{{ 'a' + 'b' | upper }}", is: "aB" },
  { name: "filters after ~", template: "{{ 'a' ~ 'b' | upper }}", is: "AB" },
  { name: "filters after ??", template: "{{ nope ?? 'b' | upper }}", is: "B" },
  { name: "negates before filters", template: "{{ -2 | abs }}", is: "2" },
  { name: "negates before ==", template: "{{ not true == false }}", is: "true" },
  { name: "compares before and", template: "{{ 1 == 1 and 2 > 1 }}", is: "true" },
  { name: "compares before is", template: "{{ 1 + 1 is even }}", is: "true" },
  { name: "has ?? from the left", template: "{{ nope ?? nope.x ?? 1 }}", is: "1" },
  { name: "chains filters", template: "{{ inputs.tags | sort | join(',') | upper }}", is: "A,B" },
];

const tags: Row[] = [
  {
    name: "loops",
    template: "{% for x in inputs.tags %}{{ loop.index }}{{ x }},{% endfor %}",
    is: "0b,1a,",
  },
  {
    name: "knows the loop",
    template: "{% for x in 1..3 %}{{ loop.length }}{{ loop.revindex }}{{ loop.first }}" +
      "{{ loop.last }};{% endfor %}",
    is: "32truefalse;31falsefalse;30falsetrue;",
  },
  {
    name: "loops over a map",
    template: "{% for e in {'a': 1} %}{{ e.key }}={{ e.value }}{% endfor %}",
    is: "a=1",
  },
  {
    name: "has else for an empty loop",
    template: "{% for x in [] %}x{% else %}none{% endfor %}",
    is: "none",
  },
  {
    name: "does nothing for null",
    template: "{% for x in null %}x{% else %}y{% endfor %}",
    is: "",
  },
  {
    name: "nests loops",
    template:
      "{% for x in 1..2 %}{% for y in 1..x %}{{ y }}{% endfor %}{{ loop.index }};{% endfor %}",
    is: "10;121;",
  },
  { name: "chooses if", template: "{% if inputs.yes %}a{% else %}b{% endif %}", is: "a" },
  {
    name: "chooses elseif",
    template: "{% if 0 %}a{% elseif 'x' %}b{% else %}c{% endif %}",
    is: "b",
  },
  {
    name: "chooses else",
    template: "{% if false %}a{% elseif '' %}b{% else %}c{% endif %}",
    is: "c",
  },
  { name: "sets", template: "{% set x = 1 + 1 %}{{ x }}", is: "2" },
  { name: "hides a variable", template: "{% set inner = 5 %}{{ inner }}", is: "5" },
  {
    name: "sets for a loop only",
    template: "{% set x = 1 %}{% for i in 1..2 %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}",
    is: "241",
  },
];

const tests: Row[] = [
  {
    name: "knows defined",
    template: "{{ inputs.name is defined }}{{ inputs.nope is defined }}",
    is: "truefalse",
  },
  { name: "takes null for undefined", template: "{{ inputs.nothing is defined }}", is: "false" },
  { name: "knows not defined", template: "{{ nope.a.b is not defined }}", is: "true" },
  {
    name: "knows null",
    template: "{{ inputs.nothing is null }}{{ 1 is not null }}",
    is: "truetrue",
  },
  {
    name: "knows empty",
    template: "{{ inputs.blank is empty }}{{ [] is empty }}{{ {} is empty }}{{ 0 is empty }}",
    is: "truetruetruefalse",
  },
  { name: "knows even and odd", template: "{{ 2 is even }}{{ 2 is odd }}", is: "truefalse" },
  {
    name: "knows map and iterable",
    template: "{{ {} is map }}{{ [] is map }}{{ [] is iterable }}",
    is: "truefalsetrue",
  },
  {
    name: "knows json",
    template: "{{ inputs.json is json }}{{ inputs.name is json }}",
    is: "truefalse",
  },
];

Deno.test.each([
  ...output,
  ...literals,
  ...members,
  ...operators,
  ...precedence,
  ...tags,
  ...tests,
])("render() $name", ({ template, is }) => equal(render(template, sampleScope), is));

Deno.test("render() gives a template without a brace back as it is, however long", () => {
  const template = "x".repeat(20_000_000);
  equal(render(template, sampleScope), template);
});
