import { deepEqual, doesNotMatch, equal, ok, throws } from "node:assert/strict";
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

const names: Row[] = [
  {
    name: "an unknown root name",
    template: "{{ input.name }}",
    says: '"input.name": unknown name "input"',
    help:
      'Did you mean "inputs"? There are: inputs, outputs, taskrun, flow, parents, each, inner, contains2, __proto__x',
    at: [1, 4],
    control: fine,
  },
  {
    name: "an unknown property",
    template: "a\nb {{ inputs.map.z }}",
    says: '"inputs.map.z": unknown name "z" in "inputs.map"',
    help: 'Did you mean "x"? "inputs.map" has: x, y',
    at: [2, 17],
    control: "{{ inputs.map.x }}",
  },
  {
    name: "more names than fit",
    template: "{{ inputs.zzzzzzz }}",
    says: '"inputs.zzzzzzz": unknown name "zzzzzzz" in "inputs"',
    help: '"inputs" has: name, count, half, yes, nothing, blank, tags, numbers, nested, map, …',
    control: fine,
  },
  {
    name: "a dash in a name",
    template: "{{ outputs.my-task.value }}",
    says: '"outputs.my-task.value": unknown name "my" in "outputs"',
    help: `A name with "-" needs brackets: ['my-task']`,
    control: "{{ outputs['my-task'].value }}",
  },
  {
    name: "a property of null",
    template: "{{ inputs.nothing.x }}",
    says: '"inputs.nothing.x": no property "x" in "inputs.nothing", which is null',
    control: "{{ inputs.nothing }}",
  },
  {
    name: "a function without a call",
    template: "{{ now }}",
    says: '"now": unknown name "now"',
    help: "Call the function: now(…)",
    control: "{{ now() }}",
  },
  {
    name: "a missing item",
    template: "{{ inputs.tags[2] }}",
    says: '"inputs.tags[2]": no item 2 in "inputs.tags", which has 2',
    control: "{{ inputs.tags[1] }}",
  },
  {
    name: "a map key without quotes",
    template: "{{ {b: 1} }}",
    says: '"{b: 1}": unknown name "b"',
    help: "For the text, quote the key: 'b'",
    control: "{{ {'b': 1} }}",
  },
  {
    name: "is empty of an unknown name",
    template: "{{ inputs.nope is empty }}",
    says: '"inputs.nope is empty": unknown name "nope" in "inputs"',
    help: '"inputs" has: name, count, half, yes, nothing, blank, tags, ' +
      "numbers, nested, map, …",
    control: "{{ inputs.nothing is empty }}",
  },
  {
    name: "is null of an unknown name",
    template: "{{ nope is null }}",
    says: '"nope is null": unknown name "nope"',
    control: "{{ inputs.nothing is null }}",
  },
  {
    name: "right of ??",
    template: "{{ nope ?? nope2 }}",
    says: '"nope ?? nope2": unknown name "nope2"',
    control: "{{ nope ?? nope2 ?? 1 }}",
  },
  {
    name: "default of an unknown default",
    template: "{{ nope | default(nope2) }}",
    says: '"nope | default(nope2)": unknown name "nope2"',
    control: "{{ nope | default('x') }}",
  },
];

const calls: Row[] = [
  {
    name: "a misspelt function",
    template: "{{ secrets('KEY') }}",
    says: `"secrets('KEY')": unknown function "secrets"`,
    help: 'Did you mean "secret"?',
    control: "{{ secret('KEY') }}",
  },
  ...([
    ["subflow", "a task io.kestra.plugin.core.flow.Subflow runs a flow"],
    [
      "http",
      "what renders reaches no network; a task io.kestra.plugin.core.http.Request does",
    ],
    ["randomPort", "what renders opens no socket, so it cannot know which port is free"],
    ["printContext", "it would show all variables; name the one that is wanted"],
  ] as const).map(([it, why]) => ({
    name: `Kestra's function ${it}`,
    template: `{{ ${it}('x') }}`,
    says: `"${it}('x')": function "${it}" is not supported: ${why}`,
    control: "{{ fromJson('1') }}",
  })),
  {
    name: "Kestra's filter toIon",
    template: "{{ 'x' | toIon }}",
    says:
      `"'x' | toIon": filter "toIon" is not supported: nothing here reads Ion; toJson gives JSON, which Ion takes as well`,
    control: "{{ 'x' | toJson }}",
  },
  {
    name: "a misspelt filter",
    template: "{{ 'x' | uper }}",
    says: `"'x' | uper": unknown filter "uper"`,
    help: 'Did you mean "upper"?',
    control: "{{ 'x' | upper }}",
  },
  {
    name: "a misspelt test",
    template: "{{ 'x' is emty }}",
    says: `"'x' is emty": unknown test "emty"`,
    help: 'Did you mean "empty"?',
    control: "{{ 'x' is empty }}",
  },
  {
    name: "an unknown argument",
    template: "{{ now(fromat='iso') }}",
    says: `"now(fromat='iso')": function "now" has no argument "fromat"`,
    help: "It takes: format, timeZone, existingFormat, locale",
    control: "{{ now(format='iso') }}",
  },
  {
    name: "an argument twice",
    template: "{{ now('iso', format='iso') }}",
    says: `"now('iso', format='iso')": function "now" got "format" twice`,
    control: "{{ now('iso', timeZone='UTC') }}",
  },
  {
    name: "too many arguments",
    template: "{{ 'x' | upper(1) }}",
    says: `"'x' | upper(1)": filter "upper" takes no arguments`,
    control: "{{ 'x' | upper() }}",
  },
  {
    name: "a missing argument",
    template: "{{ 'x' | replace }}",
    says: `"'x' | replace": filter "replace" needs an argument "replace_pairs"`,
    control: "{{ 'x' | replace({'x': 'y'}) }}",
  },
  {
    name: "an unknown secret",
    template: "{{ secret('KEYS') }}",
    says: `"secret('KEYS')": function "secret": unknown secret "KEYS"`,
    at: [1, 4],
    control: "{{ secret('KEY') }}",
  },
  {
    name: "an unknown secret left of ??",
    template: "{{ secret('KEYS') ?? 'x' }}",
    says: `"secret('KEYS') ?? 'x'": function "secret": unknown secret "KEYS"`,
    control: "{{ secret('KEY') ?? 'x' }}",
  },
  {
    name: "what render() renders",
    template: "{{ render(inputs.bad) }}",
    says:
      '"render(inputs.bad)": function "render": in "inputs.nope": unknown name "nope" in "inputs"',
    help: '"inputs" has: name, count, half, yes, nothing, blank, tags, ' +
      "numbers, nested, map, …",
    control: "{{ render(inputs.template) }}",
  },
];

Deno.test.each([...names, ...calls])("render() explains $name", (row) => {
  render(row.control, sampleScope);
  throws(() => render(row.template, sampleScope), (error) => {
    ok(error instanceof ExpressionError, String(error));
    equal(error.message, `Cannot render ${row.says}`);
    if (row.help !== undefined) equal(error.help, row.help);
    if (row.at !== undefined) deepEqual([error.line, error.column], row.at);
    return true;
  });
});

Deno.test("render() never shows part of a long value", () => {
  const key = `{"key":"${"s3cret".repeat(20)}"}`;
  const scope = { ...sampleScope, secret: () => key };
  for (const use of ["| number", "| date", "| base64decode", "| split('[')", "/ 2", "| string"]) {
    throws(() => render(`{{ secret('KEY') ${use} }}`, scope), (error) => {
      ok(error instanceof ExpressionError, String(error));
      doesNotMatch(`${error.message} ${error.help}`, /s3cret/);
      return true;
    });
  }
  throws(() => render(`{{ inputs[secret('KEY')] }}`, scope), (error) => {
    doesNotMatch(String(error), /s3cret/);
    return true;
  });
});
