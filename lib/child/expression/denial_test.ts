import { equal, match, ok, throws } from "node:assert/strict";
import { ExpressionError, render, type Scope } from "./mod.ts";
import { sampleScope } from "./sample_scope.ts";

/** An attack or mistake, beside the nearest template that is fine. */
interface Row {
  readonly template: string;
  readonly fact: RegExp;
  readonly control: string;
  readonly is: string;
}

const secretCall = { control: "{{ secret('KEY') }}", is: "s3cret" };
const name = { control: "{{ inputs.name }}", is: "Ada" };
const item = { control: "{{ inputs.tags[0] }}", is: "b" };

/** Ways to a prototype, a constructor, a global or a function of the host. */
const attacks: Row[] = [
  {
    template: "{{ ''.constructor.constructor('return Deno')() }}",
    fact: /cannot be called/,
    ...name,
  },
  { template: "{{ ''.constructor }}", fact: /no property "constructor"/, ...name },
  { template: "{{ ''['constructor'] }}", fact: /no property "constructor"/, ...name },
  { template: "{{ 1.0.constructor }}", fact: /no property "constructor"/, ...name },
  { template: "{{ true.constructor }}", fact: /no property "constructor"/, ...name },
  { template: "{{ null.constructor }}", fact: /no property "constructor"/, ...name },
  { template: "{{ inputs.constructor }}", fact: /unknown name "constructor"/, ...name },
  { template: "{{ inputs['constructor'] }}", fact: /unknown name "constructor"/, ...name },
  { template: "{{ inputs['constr' ~ 'uctor'] }}", fact: /unknown name "constructor"/, ...name },
  { template: "{{ inputs['const' + 'ructor']['name'] }}", fact: /"constructor"/, ...name },
  { template: "{{ inputs.__proto__ }}", fact: /unknown name "__proto__"/, ...name },
  { template: "{{ inputs['__proto__'] }}", fact: /unknown name "__proto__"/, ...name },
  { template: "{{ inputs.hasOwnProperty }}", fact: /unknown name/, ...name },
  { template: "{{ inputs.__defineGetter__ }}", fact: /unknown name/, ...name },
  { template: "{{ inputs.__lookupGetter__('x') }}", fact: /cannot be called/, ...name },
  { template: "{{ inputs.toString() }}", fact: /cannot be called/, ...name },
  { template: "{{ inputs.name.toString() }}", fact: /cannot be called/, ...name },
  { template: "{{ inputs.name.toString }}", fact: /no property "toString"/, ...name },
  { template: "{{ inputs.name.length }}", fact: /no property "length"/, ...name },
  { template: "{{ inputs['name']() }}", fact: /only functions can be called/, ...name },
  { template: "{{ (inputs.name)() }}", fact: /only functions can be called/, ...name },
  { template: "{{ 'x'() }}", fact: /only functions can be called/, ...name },
  { template: "{{ [].map }}", fact: /no property "map"/, ...item },
  { template: "{{ [].constructor }}", fact: /no property "constructor"/, ...item },
  { template: "{{ [].__proto__ }}", fact: /no property "__proto__"/, ...item },
  { template: "{{ [].length }}", fact: /no property "length"/, ...item },
  { template: "{{ [].map(1) }}", fact: /cannot be called/, ...item },
  { template: "{{ inputs.tags['length'] }}", fact: /no property "length"/, ...item },
  { template: "{{ inputs.tags['map'] }}", fact: /no property "map"/, ...item },
  { template: "{{ inputs.tags[-1] }}", fact: /no item -1/, ...item },
  { template: "{{ inputs.tags[0.5] }}", fact: /no item 0.5/, ...item },
  { template: "{{ inputs.tags['1e0'] }}", fact: /no property "1e0"/, ...item },
  { template: "{{ inputs[['constructor']] }}", fact: /not a list/, ...name },
  { template: "{{ inputs[{}] }}", fact: /not a map/, ...name },
  {
    template: "{{ {}.constructor }}",
    fact: /unknown name "constructor"/,
    control: "{{ {'a': 1}.a }}",
    is: "1",
  },
  {
    template: "{{ {}.__proto__ }}",
    fact: /unknown name "__proto__"/,
    control: "{{ {'a': 1}.a }}",
    is: "1",
  },
  {
    template: "{{ {'__proto__': {'a': 1}}.a }}",
    fact: /unknown name "a"/,
    control: "{{ {'__proto__': {'a': 1}}['__proto__'].a }}",
    is: "1",
  },
  {
    template: '{{ json(\'{"__proto__":{"a":1}}\').a }}',
    fact: /unknown name "a"/,
    control: '{{ json(\'{"__proto__":{"a":1}}\').__proto__.a }}',
    is: "1",
  },
  {
    template: "{{ json('{}').constructor }}",
    fact: /unknown name/,
    control: "{{ json('{\"constructor\":1}').constructor }}",
    is: "1",
  },
  {
    template: "{{ ({'a': 1} | merge({'__proto__': {'b': 1}})).b }}",
    fact: /unknown name "b"/,
    control: "{{ ({'a': 1} | merge({'b': 1})).b }}",
    is: "1",
  },
  { template: "{{ secret }}", fact: /unknown name "secret"/, ...secretCall },
  { template: "{{ secret.constructor }}", fact: /unknown name "secret"/, ...secretCall },
  { template: "{{ secret('KEY').constructor }}", fact: /no property "constructor"/, ...secretCall },
  { template: "{{ secret['constructor'] }}", fact: /unknown name "secret"/, ...secretCall },
  { template: "{{ constructor }}", fact: /unknown name "constructor"/, ...name },
  { template: "{{ constructor('x') }}", fact: /unknown function "constructor"/, ...name },
  { template: "{{ __proto__ }}", fact: /unknown name "__proto__"/, ...name },
  { template: "{{ toString() }}", fact: /unknown function "toString"/, ...name },
  { template: "{{ globalThis }}", fact: /unknown name "globalThis"/, ...name },
  { template: "{{ window.Deno }}", fact: /unknown name "window"/, ...name },
  { template: "{{ Deno.env }}", fact: /unknown name "Deno"/, ...name },
  { template: "{{ this }}", fact: /unknown name "this"/, ...name },
  { template: "{{ self }}", fact: /unknown name "self"/, ...name },
  { template: "{{ _context }}", fact: /unknown name "_context"/, ...name },
  { template: "{{ eval('1') }}", fact: /unknown function "eval"/, ...name },
  { template: "{{ Function('return 1')() }}", fact: /only functions can be called/, ...name },
  { template: "{{ import('x') }}", fact: /unknown function "import"/, ...name },
  { template: "{{ undefined }}", fact: /unknown name "undefined"/, control: "{{ null }}", is: "" },
  {
    template: "{{ 'x' | constructor }}",
    fact: /unknown filter "constructor"/,
    control: "{{ 'x' | upper }}",
    is: "X",
  },
  {
    template: "{{ 'x' | __proto__ }}",
    fact: /unknown filter "__proto__"/,
    control: "{{ 'x' | upper }}",
    is: "X",
  },
  {
    template: "{{ 'x' | toString }}",
    fact: /unknown filter "toString"/,
    control: "{{ 'x' | upper }}",
    is: "X",
  },
  {
    template: "{{ 'x' is constructor }}",
    fact: /unknown test "constructor"/,
    control: "{{ {} is map }}",
    is: "true",
  },
  { template: "{{ upper }}", fact: /unknown name "upper"/, control: "{{ 'x' | upper }}", is: "X" },
  {
    template: "{% for x in [1] %}{{ loop.constructor }}{% endfor %}",
    fact: /unknown name "constructor"/,
    control: "{% for x in [1] %}{{ loop.index }}{% endfor %}",
    is: "0",
  },
  {
    template: "{% for x in [1] %}{{ loop.__proto__ }}{% endfor %}",
    fact: /unknown name "__proto__"/,
    control: "{% for x in [1] %}{{ loop.last }}{% endfor %}",
    is: "true",
  },
  {
    template: "{{ loop }}",
    fact: /unknown name "loop"/,
    control: "{% for x in [1] %}{{ loop.last }}{% endfor %}",
    is: "true",
  },
  {
    template: "{% set __proto__ = {'a': 1} %}{{ a }}",
    fact: /unknown name "a"/,
    control: "{% set __proto__ = {'a': 1} %}{{ __proto__.a }}",
    is: "1",
  },
  {
    template: "{% for __proto__ in [{'a': 1}] %}{{ a }}{% endfor %}",
    fact: /unknown name "a"/,
    control: "{% for a in [1] %}{{ a }}{% endfor %}",
    is: "1",
  },
  {
    template: "{{ render('{{ inputs.constructor }}') }}",
    fact: /unknown name "constructor"/,
    control: "{{ render('{{ inputs.name }}') }}",
    is: "Ada",
  },
  {
    template: "{{ inputs | keys.constructor }}",
    fact: /expected an operator/,
    control: "{{ inputs.map | keys }}",
    is: '["x","y"]',
  },
  {
    template: "{{ (inputs.map | keys).constructor }}",
    fact: /no property "constructor"/,
    control: "{{ (inputs.map | keys)[0] }}",
    is: "x",
  },
];

Deno.test.each(attacks)("render() refuses $template", ({ template, fact, control, is }) => {
  equal(render(control, sampleScope), is);
  throws(() => render(template, sampleScope), (error) => {
    ok(error instanceof ExpressionError, String(error));
    match(error.message, fact);
    return true;
  });
});

Deno.test.each([
  { template: "{{ inputs.constructor ?? 'none' }}", is: "none" },
  { template: "{{ inputs.__proto__ is defined }}", is: "false" },
  { template: "{{ ''.constructor.constructor ?? 'none' }}", is: "none" },
  { template: "{{ inputs.tags.map | default('none') }}", is: "none" },
  { template: "{{ inputs contains 'constructor' }}", is: "false" },
  { template: "{{ 'constructor' isIn inputs.map }}", is: "false" },
])(
  "render() forgives $template and finds nothing",
  ({ template, is }) => equal(render(template, sampleScope), is),
);

/** What a careless host might put into a scope. */
const foreign: { readonly name: string; readonly value: unknown }[] = [
  { name: "a function", value: () => 1 },
  { name: "a class", value: class {} },
  { name: "an instance", value: new Date(0) },
  { name: "a Map", value: new Map() },
  { name: "a regular expression", value: /x/ },
  { name: "a symbol", value: Symbol.iterator },
  { name: "a bigint", value: 1n },
  { name: "a promise", value: Promise.resolve() },
  { name: "a typed array", value: new Uint8Array(1) },
];

Deno.test.each(foreign)("render() refuses $name of the host", ({ value }) => {
  for (
    const [variables, template] of [
      [{ x: value }, "{{ x }}"],
      [{ x: value }, "{{ x.constructor ?? 'none' }}"],
      [{ x: { y: value } }, "{{ x.y }}"],
      [{ x: { y: value } }, "{{ x | toJson }}"],
      [{ x: [value] }, "{{ x[0] }}"],
      [{ x: [value] }, "{{ x == [1] }}"],
      [{ x: [value] }, "{% for y in x %}{{ y }}{% endfor %}"],
    ] as const
  ) {
    const scope: Scope = { variables, secret: sampleScope.secret };
    equal(render("{{ 1 }}", scope), "1");
    throws(() => render(template, scope), { name: "ExpressionError" }, template);
  }
});

Deno.test("render() gets nothing but data out of a namespace of the host", () => {
  const scope: Scope = { variables: { x: { Deno, fine: 1 } }, secret: sampleScope.secret };
  equal(render("{{ x.fine }}", scope), "1");
  for (const path of ["x.Deno.readTextFile", "x.Deno.env.get", "x.Deno['exit']", "x", "x.Deno"]) {
    throws(() => render(`{{ ${path} ?? 'none' }}`, scope), { name: "ExpressionError" }, path);
  }
});
