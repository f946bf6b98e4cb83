import { deepEqual, equal, match, throws } from "node:assert/strict";
import { FILTERS } from "./filters.ts";
import { render } from "./mod.ts";
import { sampleScope } from "./sample_scope.ts";

/** An expression, what it prints, and one close to it that is refused. */
type Row = readonly [expression: string, is: string, refused?: string, fact?: RegExp];

const rows: Row[] = [
  // Expected values of these are those of Kestra's own tests, where it has one.
  ["null | indent(2)", "", "'a' | indent(-1)", /must be from 0/],
  ["'first\nsecond' | indent(2)", "first\n  second", "'a' | indent", /needs an argument/],
  ["'a\r\nb' | indent(1, '\t')", "a\r\n\tb", "[] | indent(1)", /no text of its own/],
  ["'' | nindent(2)", "", "'a' | nindent(5000)", /to 1000/],
  ["'\n\n' | nindent(2)", "\n  \n  \n  "],
  ["'string' | nindent(2)", "\n  string"],
  ["1 | nindent(2)", "\n  1"],
  ["'first line\rsecond line' | nindent(2)", "\r  first line\r  second line"],
  ["'first\nsecond' | nindent(2, '\t')", "\n\t\tfirst\n\t\tsecond"],
  ["\"L'eau\" | escapeChar('single')", "L\\'eau", "'a' | escapeChar('foo')", /unknown type "foo"/],
  ["'\"Hello\"' | escapeChar('double')", '\\"Hello\\"'],
  ["\"L'eau\" | escapeChar('shell')", "L'\\''eau"],
  ["{'a': [\"'\", 1]} | escapeChar('single')", '{"a":["\\\\\'","1"]}'],
  ["'<a>' | escape", "&lt;a&gt;", "'a' | escape('css')", /strategy/],
  ["'a\nb' | nl2br", "a<br />b"],
  ["'hello world' | regexMatch(regex='hello.*')", "true", "'a' | regexMatch('(a+)+')", /repeats/],
  ["'order-12345-done' | regexMatch(regex='\\\\d+')", "true"],
  ["'hello world' | regexMatch(regex='^\\\\d+$')", "false"],
  ["null | regexMatch('.*')", "false"],
  [
    "'aa1bb2cc3' | regexReplace(regex='(\\\\d)', replacement='[$1]')",
    "aa[1]bb[2]cc[3]",
    "'a' | regexReplace('a', '$')",
    /leads nowhere/,
  ],
  ["'hello' | regexReplace('\\\\d+', 'X')", "hello"],
  [
    "'order-12345' | regexExtract(regex='order-(\\\\d+)', group=1)",
    "12345",
    "'a' | regexExtract('a', 1)",
    /no group 1/,
  ],
  ["'hello' | regexExtract('\\\\d+')", ""],
  ["'a1b22c' | split('\\\\d+')", '["a","b","c"]'],
  ["'a1b2' | replace({'([a-z])(\\\\d)': '$2$1'}, regexp=true)", "1a2b"],
  ["'a' | md5", "0cc175b9c0f1b6a831c399e269772661", "1 | md5", /needs text/],
  ["'a' | sha1", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8", "1 | sha1", /needs text/],
  [
    "'a' | sha256",
    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
    "1 | sha256",
    /needs text/,
  ],
  ["('a' | sha512) | slice(0, 16)", "1f40fc92da241694", "1 | sha512", /needs text/],
  [
    "1234567.891 | numberFormat('#,##0.00')",
    "1,234,567.89",
    "1 | numberFormat('0E0')",
    /not supported/,
  ],
  ["-0.5 | numberFormat('0.##%')", "-50%"],
  ["0.125 | numberformat('0.00')", "0.12", "'1' | numberformat", /needs a number/],
  ["7 | numberFormat('000')", "007"],
  ["1234.5 | numberFormat", "1,234.5"],
  [
    "'%s is %05d, %.2f%%' | format('a', 42, 0.5)",
    "a is 00042, 0.50%",
    "'%d' | format('a')",
    /needs a number/,
  ],
  ["'a' | className", "java.lang.String", "'a' | className('x')", /no arguments/],
  ["[1, 1.5, true, null] | first | className", "java.lang.Integer"],
  ["1.5 | className", "java.lang.Double"],
  ["'string' | yaml", "string\n", "'a' | yaml(1)", /no arguments/],
  ["['string', 1, 1.123] | yaml", " - string\n - 1\n - 1.123\n"],
  [
    "{'a': {'b': ['x', {'c': 'yes', 'd': ''}]}, 'e': [], 'f f': null} | yaml",
    'a:\n  b:\n   - x\n   - c: "yes"\n     d: ""\ne: []\nf f: null\n',
  ],
  ["[[1, 2], ['a: b']] | yaml", ' - \n    - 1\n    - 2\n - \n    - "a: b"\n'],
  ["[1, 2, 3] | jq('.[0]') | first", "1", "'a' | jq('.')", /not JSON/],
  [
    "'2013-09-08T16:19:12.123456Z' | timestampMicro",
    "1378657152000123456",
    "'a' | timestampMicro",
    /date/,
  ],
  [
    "'2013-09-08T16:19:12.123456Z' | timestampNano",
    "1378657152123456000",
    "'a' | timestampNano",
    /date/,
  ],
  ["'2024-01-02' | dateFormat('dd.MM.yyyy')", "02.01.2024", "'a' | dateFormat('d')", /date/],
  ["'aé' | upper", "AÉ", "1 | upper", /needs text, not a number/],
  ["'AÉ' | lower", "aé", "[] | lower", /not a list/],
  ["'  ab c' | capitalize", "  Ab c", "{} | capitalize", /not a map/],
  ["'ab cd\u00a0ef' | title", "Ab Cd\u00a0Ef", "true | title", /not a boolean/],
  ["'  a ' | trim", "a", "1 | trim", /needs text/],
  ["null | upper", ""],
  ["'abcdef' | abbreviate(5)", "ab...", "'abcdef' | abbreviate(-1)", /must not be negative/],
  ["'abcdef' | truncate(2)", "ab", "'abcdef' | truncate('x')", /must be a whole number, not text/],
  ["'abc' | abbreviate(4)", "abc", "'abc' | abbreviate", /needs an argument "length"/],
  ["'a,b,,' | split(',')", '["a","b"]', "'a' | split('(a|b)*')", /repeats a group/],
  ["'a,b,c' | split(',', 2)", '["a","b,c"]', "1 | split(',')", /needs text/],
  ["'a.b,' | split('\\.', -1)", '["a","b,"]', "'a' | split('[')", /no regular expression/],
  ["'' | split(',')", '[""]', "'' | split('(')", /no regular expression/],
  ["'a-b-c' | replace({'-': '+', 'a': '$&'})", "$&+b+c", "'a' | replace('a')", /must be a map/],
  [
    "'a\nb' | replace({'\\n': ' '}, regexp=true)",
    "a b",
    "'a' | replace({'(a+)+': ''}, true)",
    /repeats a group/,
  ],
  ["'ab' | replace({'': '-'})", "-a-b-", "'ab' | replace({'a': '$1'}, true)", /no group "1"/],
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
