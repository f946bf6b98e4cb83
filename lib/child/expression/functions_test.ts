import { equal, match, ok, throws } from "node:assert/strict";
import { render } from "./mod.ts";
import { sampleScope } from "./sample_scope.ts";

/** An expression, what it prints, and one close to it that is refused. */
type Row = readonly [expression: string, is: string, refused?: string, fact?: RegExp];

const rows: Row[] = [
  ["secret('KEY')", "s3cret", "secret('KEY', 'other')", /takes at most 1/],
  ["secret(key='K' ~ 'EY')", "s3cret", "secret(1)", /"key" must be text, not a number/],
  ["json('[1]')[0]", "1", "json('[1')", /the text is not JSON/],
  ["fromJson('{\"a\": null}') | toJson(true)", '{"a":null}', "fromJson([1])", /needs text/],
  [
    "fromJson('1234567890123456')",
    "1234567890123456",
    "fromJson('[12345678901234567890]')",
    /beyond 2\^53/,
  ],
  ["json(null) is null", "true", "json()", /needs an argument "json"/],
  ["max(1, 3, 2)", "3", "max('1')", /needs numbers, not text/],
  ["min(3, 1.5)", "1.5", "min()", /at least one number/],
  ["range(1, 3)", "[1,2,3]", "range(1, 3, 0)", /must not be 0/],
  ["range(5, 1, increment=-2)", "[5,3,1]", "range(1, 'b')", /two whole numbers/],
  ["range('a', 'c')", '["a","b","c"]', "range('aa', 'c')", /single characters/],
  ["randomInt(3, 4)", "3", "randomInt(4, 3)", /"upper" is less than "lower"/],
  ["render(inputs.template)", "Ada!", "render(inputs.bad)", /unknown name "nope"/],
  ["render(inputs.outer)", "Ada!"],
  ["render(inputs.outer, recursive=false)", "{{ inputs.name }}!"],
  ["read(outputs['my-task'].uris['a/b.txt'])", "text of b\n", "read('b')", /no file "b"/],
  ["read('kestra:///empty')", "", "read('kestra:///large')", /has 9000000 bytes: .* 8 MiB/],
  ["read(path='kestra:///b') contains 'of b'", "true", "read(1)", /"path" must be text/],
  ["fileSize('kestra:///large')", "9000000", "fileSize('kestra:///x')", /no stored file/],
  ["isFileEmpty('kestra:///empty')", "true", "isFileEmpty('kestra:///x')", /no stored file/],
  ["isFileEmpty('kestra:///b')", "false"],
  ["fileExists('kestra:///b')", "true", "fileExists()", /needs an argument "path"/],
  ["fileExists('toString')", "false", "fileExists(null)", /"path" must be text/],
  ['fromIon(\'{"a":1}\n{"a":2}\').a', "1", "fromIon('{a:1}')", /all of Ion that is read/],
  ["fromIon('1\n2\n', allRows=true)", "[1,2]"],
  ["fromIon(null) is null", "true", "fromIon(1)", /must be text/],
  ["fileURI('a.txt')", "kestra:///company/team/_files/a.txt", "fileURI(1)", /must be text/],
  ["id() | length", "22", "id(1)", /takes no arguments/],
  ["nanoId(length=5, alphabet='a')", "aaaaa", "nanoId(0)", /from 1 to 1000/],
  ["currentEachOutput(each).value", "inner", "currentEachOutput(1)", /must be a map/],
  ["kv('a')", "key a", "kv('none')", /there is no key "none"/],
  ["kv('none', errorOnMissing=false) is null", "true", "kv('refused')", /not for you/],
  ["kv('none', errorOnMissing=false) ?? 'other'", "other", "kv('none') ?? 'o'", /no key "none"/],
  ["kv(key='a')", "key a", "kv(1)", /"key" must be text/],
  ["kv('a', 'x.y')", "key a in x.y", "kv()", /needs an argument "key"/],
  ["tasksWithState('failed') | length", "1", "tasksWithState()", /needs an argument/],
  ["errorLogs() | first", "it broke", "errorLogs(1)", /takes no arguments/],
  ["renderOnce(inputs.outer)", "{{ inputs.name }}!"],
  ["render([inputs.template, {'a': inputs.outer}, 1])", '["Ada!",{"a":"Ada!"},1]'],
  ["render('{% raw %}{{ x }}{% endraw %}')", "{{ x }}", "render('{{ x }}')", /unknown name "x"/],
  ["render(\"{{ '{% raw %}' }}{{ '{{ x }}' }}{{ '{% endraw %}' }}\")", "{{ x }}"],
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

Deno.test("uuid() makes a new one each time", () => {
  const [first, second] = render("{{ uuid() }} {{ uuid() }}", sampleScope).split(" ");
  match(first!, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  ok(first !== second);
});

Deno.test("now() uses the machine's clock when the scope has none", () => {
  const { variables, secret } = sampleScope;
  const seconds = Number(render("{{ now() | timestamp }}", { variables, secret }));
  ok(Math.abs(seconds - Date.now() / 1000) < 60);
});

Deno.test("secret() keeps what the host threw as the cause", () => {
  const cause = new Error("vault is sealed");
  const scope = {
    ...sampleScope,
    secret: () => {
      throw cause;
    },
  };
  throws(() => render("{{ secret('KEY') }}", scope), { cause, message: /vault is sealed/ });
});
