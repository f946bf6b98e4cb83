import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { ExpressionError, render } from "./mod.ts";
import { sampleScope } from "./sample_scope.ts";

interface Row {
  readonly name: string;
  readonly template: string;
  /** What follows `Cannot render `. */
  readonly says: string;
  readonly help?: string;
  readonly at?: readonly [line: number, column: number];
  readonly control: string;
}

const fine = "{{ inputs.name }}";

const values: Row[] = [
  {
    name: "a list joined with ~",
    template: "{{ 'x' ~ inputs.tags }}",
    says: `"'x' ~ inputs.tags": a list has no text of its own`,
    help: "Turn it into JSON: … | toJson",
    control: "{{ 'x' ~ (inputs.tags | toJson) }}",
  },
  {
    name: "an uneven division of numbers from outside",
    template: "{{ inputs.count / 2 }}",
    says: '"inputs.count / 2": the division does not come out even, and its numbers may be whole ' +
      "or decimal",
    help: 'Divide by "2.0" for a decimal; write "(a - a % b) / b" for a whole number',
    control: "{{ inputs.count / 2.0 }}",
  },
  {
    name: "division by zero",
    template: "{{ 1 / 0 }}",
    says: '"1 / 0": division by zero',
    control: "{{ 0 / 1 }}",
  },
  {
    name: "a number beyond 2^53",
    template: "{{ 9007199254740993 }}",
    says: '"9007199254740993": the number is beyond 2^53',
    control: "{{ 9007199254740991 }}",
  },
  {
    name: "a sum beyond 2^53",
    template: "{{ 9007199254740991 + 1 }}",
    says: '"9007199254740991 + 1": the number is beyond 2^53',
    control: "{{ 9007199254740990 + 1 }}",
  },
  {
    name: "text minus a number",
    template: "{{ 'x' - 1 }}",
    says: `"'x' - 1": "-" needs numbers, not text`,
    control: "{{ 2 - 1 }}",
  },
  {
    name: "text compared with a number",
    template: "{{ '2' > 1 }}",
    says: `"'2' > 1": ">" cannot compare text and a number`,
    help: "Turn a text into a number: … | number",
    control: "{{ ('2' | number) > 1 }}",
  },
  {
    name: "text + null",
    template: "{{ 'x' + null }}",
    says: `"'x' + null": "+" cannot join text and null`,
    help: 'Use "~", which takes null as nothing',
    control: "{{ 'x' ~ null }}",
  },
  {
    name: "null as a condition",
    template: "{% if inputs.nothing %}{% endif %}",
    says: '"if inputs.nothing": "if" needs true or false, not null',
    help: "Test it: … is not null",
    at: [1, 1],
    control: "{% if inputs.nothing is not null %}{% endif %}",
  },
  {
    name: "a list as a condition",
    template: "{{ inputs.tags and true }}",
    says: '"inputs.tags and true": "and" needs true or false, not a list',
    help: "Test it: … is not empty",
    control: "{{ inputs.tags is not empty and true }}",
  },
  {
    name: "a loop over text",
    template: "{% for x in 'abc' %}{% endfor %}",
    says: `"for x in 'abc'": "for" needs a list or a map, not text`,
    control: "{% for x in ['abc'] %}{% endfor %}",
  },
];

const syntax: Row[] = [
  {
    name: "an open expression",
    template: "a\n{{ inputs",
    says: '"inputs": "}}" is missing',
    at: [2, 1],
    control: fine,
  },
  {
    name: "an open tag",
    template: "{% if true",
    says: '"if true": "%}" is missing',
    control: "{% if true %}{% endif %}",
  },
  {
    name: "an open comment",
    template: "{# x",
    says: 'the template: "#}" is missing',
    control: "{# x #}",
  },
  {
    name: "an open text",
    template: "{{ 'x }}",
    says: `"'x": the text "'x }}" has no closing '`,
    control: "{{ 'x' }}",
  },
  {
    name: "an open bracket",
    template: "{{ (1 }}",
    says: '"(1": expected ")", found "}"',
    control: "{{ (1) }}",
  },
  {
    name: "no expression",
    template: "{{ }}",
    says: "the template: expected a value, found nothing",
    control: "{{ '' }}",
  },
  {
    name: "two values",
    template: "{{ 1 2 }}",
    says: '"1 2": expected an operator or the end, found "2"',
    at: [1, 6],
    control: "{{ 12 }}",
  },
  {
    name: "an unknown word",
    template: "{{ 1 in [1] }}",
    says: '"1 in [1]": expected an operator or the end, found "in"',
    control: "{{ 1 isIn [1] }}",
  },
  {
    name: "a strange character",
    template: "{{ a § b }}",
    says: '"a § b": unexpected character "§"',
    at: [1, 6],
    control: fine,
  },
  {
    name: "an assignment",
    template: "{{ a = 1 }}",
    says: '"a = 1": expected an operator or the end, found "="',
    control: "{% set a = 1 %}",
  },
  {
    name: "a digit as a property",
    template: "{{ inputs.tags.0 }}",
    says: '"inputs.tags.0": a property cannot begin with a digit',
    help: "Put it in brackets: [0]",
    control: "{{ inputs.tags[0] }}",
  },
  {
    name: "an interpolation",
    template: '{{ "a#{1}" }}',
    says: '""a#{1}"": "#{…}" inside a text is not supported',
    help: "Join with ~ instead",
    control: "{{ 'a#{1}' }}",
  },
  {
    name: "an open if",
    template: "x {% if true %}",
    says: '"if true": "endif" is missing',
    at: [1, 3],
    control: "{% if true %}{% endif %}",
  },
  {
    name: "an open raw",
    template: "{% raw %}{{",
    says: '"raw": "endraw" is missing',
    control: "{% raw %}{{{% endraw %}",
  },
  {
    name: "a lone endif",
    template: "{% endif %}",
    says: '"endif": "endif" is not inside "if"',
    control: "{% if 1 %}{% endif %}",
  },
  {
    name: "a wrong ending",
    template: "{% if 1 %}{% endfor %}",
    says: '"endfor": "endfor" is not inside "for"',
    control: "{% if 1 %}{% endif %}",
  },
  {
    name: "a misspelt tag",
    template: "{% esle %}",
    says: '"esle": unknown tag "esle"',
    help: 'Did you mean "else"?',
    control: "{% set a = 1 %}",
  },
  {
    name: "an unknown tag",
    template: "{% while true %}",
    says: '"while true": unknown tag "while"',
    help: "Tags are: for, if, set, raw, verbatim",
    control: "{% set a = 1 %}",
  },
  ...["include", "import", "macro", "extends", "block", "embed"].map((it) => ({
    name: `Pebble's tag ${it}`,
    template: `{% ${it} 'x' %}`,
    says: `"${it} 'x'": tag "${it}" is not supported yet`,
    control: "{% set a = 1 %}",
  })),
  {
    name: "a reserved name",
    template: "{% set true = 1 %}",
    says: '"set true = 1": expected the name of a variable, found "true"',
    control: "{% set a = 1 %}",
  },
];

Deno.test.each([...values, ...syntax])("render() explains $name", (row) => {
  render(row.control, sampleScope);
  throws(() => render(row.template, sampleScope), (error) => {
    ok(error instanceof ExpressionError, String(error));
    equal(error.message, `Cannot render ${row.says}`);
    if (row.help !== undefined) equal(error.help, row.help);
    if (row.at !== undefined) deepEqual([error.line, error.column], row.at);
    return true;
  });
});
