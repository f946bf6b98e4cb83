import { deepEqual, equal, match, throws } from "node:assert/strict";
import { FILTERS } from "./filters.ts";
import { render } from "./mod.ts";
import { sampleScope } from "./sample_scope.ts";

/** An expression, what it prints, and one close to it that is refused. */
type Row = readonly [expression: string, is: string, refused?: string, fact?: RegExp];

const rows: Row[] = [
  ["'aé' | upper", "AÉ", "1 | upper", /needs text, not a number/],
  ["'AÉ' | lower", "aé", "[] | lower", /not a list/],
  ["'  ab c' | capitalize", "  Ab c", "{} | capitalize", /not a map/],
  ["'ab cd\u00a0ef' | title", "Ab Cd\u00a0Ef", "true | title", /not a boolean/],
  ["'  a ' | trim", "a", "1 | trim", /needs text/],
  ["null | upper", ""],
  ["'abcdef' | abbreviate(5)", "ab...", "'abcdef' | abbreviate(-1)", /must not be negative/],
  ["'abcdef' | truncate(2)", "ab", "'abcdef' | truncate('x')", /must be a whole number, not text/],
  ["'abc' | abbreviate(4)", "abc", "'abc' | abbreviate", /needs an argument "length"/],
  ["'a,b,,' | split(',')", '["a","b"]', "'a' | split('a|b')", /not plain text/],
  ["'a,b,c' | split(',', 2)", '["a","b,c"]', "1 | split(',')", /needs text/],
  ["'a.b,' | split('\\.', -1)", '["a","b,"]', "'a' | split('.')", /not plain text/],
  ["'' | split(',')", '[""]', "'' | split('(')", /not plain text/],
  ["'a-b-c' | replace({'-': '+', 'a': '$&'})", "$&+b+c", "'a' | replace('a')", /must be a map/],
  [
    "'a\nb' | replace({'\\n': ' '}, regexp=true)",
    "a b",
    "'a' | replace({'[a]': ''}, true)",
    /not plain/,
  ],
  ["'ab' | replace({'': '-'})", "-a-b-", "'ab' | replace({'a': '$1'}, true)", /groups/],
  ["12 | replace({'1': 'x'})", "x2", "[1] | replace({'1': 'x'})", /no text of its own/],
  ["' Héllo,  Wörld_x! ' | slugify", "hello-world-x", "[] | slugify", /no text of its own/],
  ["'a.b.c' | substringBefore('.')", "a", "'a' | substringBefore('')", /must not be empty/],
  ["'a.b.c' | substringBeforeLast('.')", "a.b", "'a' | substringBeforeLast(1)", /must be text/],
  ["'a.b.c' | substringAfter('.')", "b.c", "'a' | substringAfter", /needs an argument/],
  ["'a.b.c' | substringAfterLast('.')", "c", "[] | substringAfterLast('.')", /no text of its own/],
  ["('abc' | substringAfter('.')) ~ ('abc' | substringBefore('.'))", "abc"],
  ["'abc' | startsWith('ab')", "true", "'abc' | startsWith(['ab'])", /must be text/],
  ["'abc' | endsWith('ab')", "false", "'abc' | endsWith", /needs an argument/],
  ["'a b&ü~*(' | urlencode", "a+b%26%C3%BC%7E*%28", "1 | urlencode", /needs text/],
  ["'a+b%26%C3%BC' | urldecode", "a b&ü", "'%' | urldecode", /not URL-encoded/],
  ["'aü' | base64encode", "YcO8", "1 | base64encode", /needs text/],
  ["'YcO8' | base64decode", "aü", "'???' | base64decode", /not base64/],

  ["inputs.tags | first", "b", "'' | first", /the text is empty/],
  ["inputs.tags | last", "a", "{} | last", /not a map/],
  ["'abc' | last", "c", "1 | last", /not a number/],
  ["([] | first) is null", "true"],
  ["[1, null, 'x'] | join(', ')", "1, null, x", "[[1]] | join", /no text of its own/],
  ["[1, 2] | join", "12", "'a' | join(',')", /needs a list/],
  ["[1, 2] | reverse", "[2,1]", "'ab' | reverse", /needs a list/],
  ["inputs.numbers | sort", "[1,2,3]", "[1, 'a'] | sort", /numbers only or texts only/],
  ["[10, 9, 1] | rsort", "[10,9,1]", "[null, 1] | rsort", /numbers only/],
  ["['b', 'B', 'a'] | sort", '["B","a","b"]', "[[2], [1]] | sort", /numbers only/],
  ["[1, '1', 1, [1], [1]] | distinct", '[1,"1",[1]]', "'aa' | distinct", /needs a list/],
  ["[2, 1, 2] | uniq", "[2,1]", "{} | uniq", /needs a list/],
  ["inputs.nested | flatten", "[1,[2],3]", "'a' | flatten", /needs a list/],
  ["[1,2,3] | chunk(2)", "[[1,2],[3]]", "[1] | chunk(0)", /must be positive/],
  ["[1,2,3] | slice(1)", "[2,3]", "[1] | slice(2)", /no part/],
  ["'abcd' | slice(1, 3)", "bc", "'ab' | slice(0, 3)", /no part/],
  ["'abcd' | slice(toIndex=1)", "a", "'ab' | slice(-1)", /no part/],
  ["inputs.map | keys", '["x","y"]', "'a' | keys", /list or a map/],
  ["[5, 6] | keys", "[0,1]", "1 | keys", /list or a map/],
  ["{'a': 1} | values", "[1]", "'a' | values", /list or a map/],
  ["{'a': 1, 'b': 1} | merge({'b': 2})", '{"a":1,"b":2}', "{} | merge([1])", /cannot merge/],
  ["[1] | merge([2])", "[1,2]", "[1] | merge(2)", /cannot merge/],

  ["nope | default('x')", "x", "nope | upper", /unknown name/],
  ["inputs.blank | default('x')", "x"],
  ["0 | default('x')", "0"],
  ["inputs.nope.deeper | default(inputs.nope2 ?? 'x')", "x"],
  ["'<b>' | raw", "<b>"],
  ["inputs.name | length", "3"],
  ["inputs.map | length", "2"],
  ["(null | length) ~ (7 | length)", "00"],
  ["'a\"b' | json", '"a\\"b"'],
  ["null | toJson", "null"],
  ["{'a': null, 'b': [null]} | toJson", '{"b":[null]}'],
  ["{'a': null} | toJson(includeNulls=true)", '{"a":null}'],
  ["-1.5 | abs", "1.5", "'1' | abs", /needs a number/],
  ["'12' | number + 1", "13", "1 | number", /needs text/],
  ["'-1.50' | number", "-1.5", "'1.5' | number('INT')", /not a whole number/],
  ["'1e3' | number('DOUBLE')", "1000", "'1' | number('BYTE')", /unknown type "BYTE"/],
  ["'0.5' | number", "0.5", "'010' | number", /is not a number/],
  ["'7' | number('LONG')", "7", "'0x1F' | number", /is not a number/],
  ["1.5 | string", "1.5", "'x' | string", /is not a number/],
  ["'12' | string", "12", "true | string", /needs a number/],
];

Deno.test.each(rows.map(([expression, is, refused, fact]) => ({ expression, is, refused, fact })))(
  "$expression",
  ({ expression, is, refused, fact }) => {
    equal(render(`{{ ${expression} }}`, sampleScope), is);
    if (refused === undefined) return;
    throws(() => render(`{{ ${refused} }}`, sampleScope), (error) => {
      match(String(error), /^ExpressionError: Cannot render/);
      match(String(error), fact!);
      return true;
    });
  },
);

Deno.test("every filter has a row", () => {
  const dates = ["date", "dateAdd", "timestamp", "timestampMilli"];
  const named = new Set(rows.join(" ").match(/(?<=\| )\w+/g));
  deepEqual([...FILTERS.keys()].filter((it) => !named.has(it) && !dates.includes(it)), []);
});
