import { deepEqual, match, throws } from "node:assert/strict";
import { render } from "./mod.ts";
import { sampleScope } from "./sample_scope.ts";

const ITEMS = [
  { name: "b", size: 2, tags: ["x", "y"] },
  { name: "a", size: 10, tags: [] },
  { name: "c", size: 2, tags: ["x"], more: { deep: null } },
];

function query(text: string, input: unknown = ITEMS): unknown {
  const quoted = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  const template = `{{ input | jq('${quoted}') | toJson(includeNulls=true) }}`;
  return JSON.parse(render(template, { ...sampleScope, variables: { input } }));
}

// What jq 1.6 gives for these.
Deno.test.each([
  { text: ".", input: 1, gives: [1] },
  { text: ".second.third", input: { second: { third: "awesome" } }, gives: ["awesome"] },
  { text: ".test[0]", input: { test: [1, 2, 3] }, gives: [1] },
  { text: ".second[]", input: { second: [1, 2, 3] }, gives: [1, 2, 3] },
  { text: ".nope.deeper", input: {}, gives: [null] },
  { text: '."a b"', input: { "a b": 1 }, gives: [1] },
  { text: '.["a"]', input: { a: 1 }, gives: [1] },
  { text: ".[-1].name", gives: ["c"] },
  { text: ".[1:]|length", gives: [2] },
  { text: ".[:1][].name", gives: ["b"] },
  { text: ".[].name", gives: ["b", "a", "c"] },
  { text: "map(.size) | add", gives: [14] },
  { text: "map(select(.size == 2) | .name)", gives: [["b", "c"]] },
  { text: '.[] | select(.name=="a") | .size', gives: [10] },
  { text: "[.[] | {name, n: (.size * 2)}] | first", gives: [{ name: "b", n: 4 }] },
  { text: '{"k": .[0].name, (.[1].name): 1}', gives: [{ k: "b", a: 1 }] },
  { text: 'sort_by(.name) | map(.name) | join("-")', gives: ["a-b-c"] },
  { text: "group_by(.size) | map(length)", gives: [[2, 1]] },
  { text: "unique_by(.size) | map(.name)", gives: [["b", "a"]] },
  { text: "[max_by(.size).name, min_by(.size).name]", gives: [["a", "b"]] },
  { text: "[.[] | .tags[]] | unique", gives: [["x", "y"]] },
  { text: ".[0] | keys", gives: [["name", "size", "tags"]] },
  { text: '.[0] | has("name"), has("nope")', gives: [true, false] },
  { text: "any(.size > 5), all(.size > 5)", gives: [true, false] },
  { text: ".[0] | to_entries | map(.key)", gives: [["name", "size", "tags"]] },
  { text: "with_entries(.value += 0)", input: {}, fails: /"\+=" of jq is not supported/ },
  { text: "with_entries(.value |= 1)", input: {}, fails: /"\|=" of jq is not supported/ },
  { text: "with_entries({key, value: (.value + 1)})", input: { a: 1 }, gives: [{ a: 2 }] },
  { text: '"\\(.a) of \\(.b | length)"', input: { a: 1, b: [1, 2] }, gives: ["1 of 2"] },
  { text: '@base64 "x\\(.)"', input: "a", fails: /not JSON/ },
  { text: ".a | @base64", input: { a: "a" }, gives: ["YQ=="] },
  { text: ".[] | @csv", input: [['a"b', 1, null]], gives: ['"a""b",1,'] },
  { text: '.a // "none"', input: { a: null }, gives: ["none"] },
  { text: '.a // "none"', input: { a: 0 }, gives: [0] },
  {
    text: 'if .a > 1 then "big" elif .a == 1 then "one" else "small" end',
    input: { a: 1 },
    gives: ["one"],
  },
  { text: "1 + 2 * 3 - 4 / 2", input: null, gives: null },
  { text: "1 + 2 * 3 - 4 / 2, -(.a), 7 % 4", input: { a: 2 }, gives: [5, -2, 3] },
  {
    text: ".a and .b, (.a or .b), (.a | not)",
    input: { a: true, b: false },
    gives: [false, true, false],
  },
  { text: "{a: 1} * {a: {b: 2}, c: 3} + {d: 4}", input: {}, gives: [{ a: { b: 2 }, c: 3, d: 4 }] },
  { text: "[1, 2, 2] - [2]", input: {}, gives: [[1]] },
  { text: "[.[]?]", input: 1, gives: [[]] },
  { text: '.[] | tonumber? // "no"', input: ["1", "x"], gives: [1, "no"] },
  { text: 'try error("e") catch .', input: {}, gives: ["e"] },
  { text: "reduce .[] as $x (0; . + $x)", input: [1, 2, 3], gives: [6] },
  { text: ".a as $n | .b | map(. * $n)", input: { a: 2, b: [1, 2] }, gives: [[2, 4]] },
  {
    text: "[limit(2; .[])], first(.[]), [range(3)], [range(1; 3)]",
    input: [5, 6, 7],
    gives: [[5, 6], 5, [0, 1, 2], [1, 2]],
  },
  {
    text: '.a | split(",") | map(ascii_upcase | ltrimstr("X"))',
    input: { a: "xa,b" },
    gives: [["A", "B"]],
  },
  { text: '.[] | test("^a\\\\d+$")', input: ["a12", "b1"], gives: [true, false] },
  {
    text: '.a | gsub("[aeiou]"; "*"), sub("(?<x>l)"; "<\\(.x)>")',
    input: { a: "hello" },
    gives: ["h*ll*", "he<l>lo"],
  },
  { text: "[..] | length", input: { a: [1, 2] }, gives: [4] },
  { text: "flatten, flatten(1)", input: [1, [2, [3]]], gives: [[1, 2, 3], [1, 2, [3]]] },
  {
    text: "del(.a), del(.b.c)",
    input: { a: 1, b: { c: 2 } },
    gives: [{ b: { c: 2 } }, { a: 1, b: {} }],
  },
  {
    text: "map(type)",
    input: [null, true, 1, "a", [], {}],
    gives: [["null", "boolean", "number", "string", "array", "object"]],
  },
  {
    text: "sort",
    input: [{}, [], "a", 1, true, false, null],
    gives: [[null, false, true, 1, "a", [], {}]],
  },
  { text: ".a | fromjson.b, tojson", input: { a: '{"b":1}' }, gives: [1, '"{\\"b\\":1}"'] },
  { text: "length, (.a | length)", input: { a: "é€" }, gives: [1, 2] },
  {
    text: 'contains({a: ["x"]}), inside({a: ["xyz"], b: 1})',
    input: { a: ["x"] },
    gives: [true, true],
  },
  { text: "transpose", input: [[1, 2], [3]], gives: [[[1, 3], [2, null]]] },
  { text: ".a.b", input: { a: 1 }, fails: /a number has no item "b"/ },
  { text: "nope", input: {}, fails: /"nope" of jq with 0 arguments is not supported/ },
  { text: "def f: 1; f", input: {}, fails: /"def" of jq is not supported/ },
  { text: ".[", input: {}, fails: /expected a value in the query, found nothing/ },
  { text: ". as [$a] | $a", input: [1], fails: /expected "\$"/ },
  { text: "$nope", input: {}, fails: /no variable "\$nope"/ },
  { text: "[range(1e9)]", input: {}, fails: /a range has more than/ },
  { text: "[range(1e5) | range(1e4)]", input: {}, fails: /takes more than \d+ steps/ },
  { text: 'test("(a+)+$")', input: ["a"], fails: /it needs text|repeats a group/ },
])("jq: $text on $input", ({ text, input, gives, fails }) => {
  if (fails !== undefined) {
    throws(() => query(text, input), (error: Error) => (match(error.message, fails), true));
  } else if (input === null) {
    deepEqual(render(`{{ input | jq('.') }}`, { ...sampleScope, variables: { input } }), "");
  } else deepEqual(query(text, input), gives);
});
