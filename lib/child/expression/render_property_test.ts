import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { ExpressionError, render, renderDeep } from "./mod.ts";
import { sampleScope } from "./sample_scope.ts";

const words = [
  ..."{{ }} {% %} {# #} - -}} {%- | . .. , : ? ?? ??? ( ) [ ] { } = == != ~ + * / % ' \" \\ 0 1 2.5"
    .split(" "),
  ..."inputs name tags map nope secret('KEY') now() json( render( range( is not defined empty null"
    .split(" "),
  ..."if elseif else endif for x in endfor set raw endraw verbatim upper date join( replace( slice("
    .split(" "),
  ..."first length constructor __proto__ loop and or contains isIn template json number split("
    .split(" "),
  " ",
  "\n",
  "💥",
  "\ud800",
];
const soup = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((it) => it.join(" "));
const expression = fc.array(fc.constantFrom(...words), { maxLength: 12 })
  .map((it) => `{{ ${it.join(" ")} }}`);

function attempt(template: string): void {
  try {
    equal(typeof render(template, sampleScope), "string");
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    equal(error.message.startsWith("Cannot render "), true);
    equal(Number.isSafeInteger(error.line) && error.line >= 1, true);
    equal(Number.isSafeInteger(error.column) && error.column >= 1, true);
    equal(error.help === undefined || typeof error.help === "string", true);
  }
}

Deno.test("render() throws nothing but ExpressionError, whatever the template", () => {
  fc.assert(fc.property(soup, attempt), { numRuns: 3000 });
  fc.assert(fc.property(expression, attempt), { numRuns: 3000 });
  fc.assert(fc.property(fc.string({ unit: "binary" }), (it) => attempt(`{{ ${it} }}`)));
});

Deno.test("render() throws nothing but ExpressionError, whatever a filter gets", () => {
  const filters = fc.constantFrom(
    ..."upper title split(x) replace(x) date(x) dateAdd(x,y) slice(x,y) number(x) join(x) sort"
      .split(" "),
    ..."flatten chunk(x) merge(x) abbreviate(x) base64decode urldecode urlencode slugify json"
      .split(" "),
    ..."distinct timestamp(x,y) date('iso',x,y) first last keys default(x) startsWith(x) ~ + - contains"
      .split(" "),
  );
  fc.assert(
    fc.property(filters, fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (it, v, x, y) => {
      const variables = { v, x, y };
      const operator = /\w\(|^\w+$/.test(it) && it !== "contains" ? `v | ${it}` : `v ${it} x`;
      try {
        render(`{{ ${operator} }}`, { ...sampleScope, variables });
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
      }
    }),
    { numRuns: 5000 },
  );
});

Deno.test("render() keeps text without a delimiter", () => {
  const plain = fc.string({ unit: "binary" }).filter((it) => !/\{[{%#]/.test(it));
  fc.assert(fc.property(plain, (it) => equal(render(it, sampleScope), it)));
  fc.assert(
    fc.property(
      plain.filter((it) => !it.endsWith("{")),
      (it) => equal(render(`${it}{{ 1 }}${it}`, sampleScope), `${it}1${it}`),
    ),
  );
});

Deno.test("render() prints data as JSON that gives the same data back", () => {
  const data = fc.jsonValue().filter((it) => !/null|\d{16}/.test(JSON.stringify(it)));
  fc.assert(fc.property(data, (value) => {
    const scope = { ...sampleScope, variables: { value } };
    deepEqual(JSON.parse(render("{{ value | toJson }}", scope)), value);
    equal(render("{{ json(value | toJson) == value }}", scope), "true");
  }));
});

Deno.test("renderDeep() keeps data without templates", () => {
  const data = fc.jsonValue().filter((it) => !JSON.stringify(it).includes("{{"));
  fc.assert(fc.property(data, (value) => {
    if (/\{[%#]/.test(JSON.stringify(value))) return;
    equal(JSON.stringify(renderDeep(value, sampleScope)), JSON.stringify(value));
  }));
});
