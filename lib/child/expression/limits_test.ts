import { equal, match, ok, throws } from "node:assert/strict";
import { ExpressionError, render, renderDeep } from "./mod.ts";
import { MAX_CHAIN, MAX_ITEMS, MAX_NESTING, MAX_OUTPUT, MAX_TEMPLATE } from "./limits.ts";
import { sampleScope } from "./sample_scope.ts";

interface Row {
  readonly name: string;
  readonly template: string;
  readonly fact: RegExp;
  /** The most that is allowed, or near to it. */
  readonly control: string;
}

const nested = (open: string, close: string, times: number) =>
  `{{ ${open.repeat(times)}1${close.repeat(times)} }}`;
const ifs = (times: number) => "{% if true %}".repeat(times) + "{% endif %}".repeat(times);
const loops = (times: number) =>
  "{% for x in 1..100 %}".repeat(times) + "." + "{% endfor %}".repeat(times);
const doubled = (times: number, set: string, start: string, name = "x") =>
  `{% set ${name} = ${start} %}` + `{% set ${name} = ${set} %}`.repeat(times);

const rows: Row[] = [
  {
    name: "a long template",
    template: "{" + "x".repeat(MAX_TEMPLATE),
    fact: /the template is longer than/,
    control: "{" + "x".repeat(MAX_TEMPLATE - 1),
  },
  ...[["(", ")"], ["[", "]"], ["{'a':", "}"], ["- ", ""], ["not ", ""], ["true ? ", ": 1"], [
    "max(",
    ")",
  ], ["inputs[", "]"]]
    .map(([open, close]) => ({
      name: `deep ${open}`,
      template: nested(open!, close!, MAX_NESTING + 1),
      fact: /nests deeper than 64/,
      control: nested(
        open === "inputs[" ? "(" : open!,
        open === "inputs[" ? ")" : close!,
        MAX_NESTING / 2 - 1,
      ),
    })),
  ...["(", "[", "{1:", "- ", "true ? "].map((open) => ({
    name: `endless ${open}`,
    template: `{{ ${open.repeat(100_000)}`,
    fact: /is missing|nests deeper/,
    control: "{{ 1 }}",
  })),
  ...["+ 1", "~ 1", "?? 1", "| abs", "and true", "* 1"].map((operation) => ({
    name: `long chains of ${operation}`,
    template: `{{ 1 ${`${operation} `.repeat(MAX_CHAIN + 1)} }}`,
    fact: /chains more than 256/,
    control: `{{ 1 ${`${operation} `.repeat(MAX_CHAIN)} }}`,
  })),
  {
    name: "long chains of properties",
    template: `{{ inputs${".a".repeat(100_000)} ?? 1 }}`,
    fact: /chains more than 256/,
    control: `{{ inputs${".a".repeat(MAX_CHAIN - 1)} ?? 1 }}`,
  },
  {
    name: "deep tags",
    template: ifs(MAX_NESTING + 1),
    fact: /tags nest deeper/,
    control: ifs(MAX_NESTING),
  },
  {
    name: "loops in loops",
    template: loops(4),
    fact: /more than 1000000 steps/,
    control: loops(2),
  },
  {
    name: "long ranges",
    template: `{{ (1..${MAX_ITEMS + 1}) | length }}`,
    fact: /at most 100000 items/,
    control: `{{ (1..${MAX_ITEMS}) | length }}`,
  },
  {
    name: "huge ranges",
    template: "{{ range(-9007199254740991, 9007199254740991) }}",
    fact: /at most/,
    control: "{{ range(-9007199254740991, 9007199254740991, 9007199254740991) }}",
  },
  {
    name: "doubled text",
    template: doubled(30, "x ~ x", "'0123456789abcdef'"),
    fact: /longer than|steps/,
    control: doubled(15, "x ~ x", "'0123456789abcdef'"),
  },
  {
    name: "doubled lists",
    template: doubled(40, "x + x", "[1]"),
    fact: /steps/,
    control: doubled(15, "x + x", "[1]"),
  },
  {
    name: "lists that share their items",
    template: doubled(40, "[x, x]", "1") + "{{ x }}",
    fact: /steps/,
    control: doubled(10, "[x, x]", "1") + "{{ x }}",
  },
  {
    name: "comparing lists that share their items",
    template: doubled(40, "[x, x]", "1") + doubled(40, "[y, y]", "1", "y") + "{{ x == y }}",
    fact: /steps/,
    control: doubled(10, "[x, x]", "1") + doubled(10, "[y, y]", "1", "y") + "{{ x == y }}",
  },
  {
    name: "rendering lists that share their items",
    template: doubled(40, "[x, x]", "'{{ 1 }}'") + "{{ render(x) }}",
    fact: /steps/,
    control: doubled(10, "[x, x]", "'{{ 1 }}'") + "{{ render(x) }}",
  },
  {
    name: "deep lists",
    template: doubled(80, "[x]", "1") + "{{ x }}",
    fact: /the value nests deeper/,
    control: doubled(60, "[x]", "1") + "{{ x }}",
  },
  {
    name: "deep JSON",
    template: "{{ json('[' ~ x ~ ']') }}".replace(
      "x",
      `'${"[".repeat(50_000)}${"]".repeat(50_000)}'`,
    ),
    fact: /nests deeper|stack/,
    control: `{{ json('${"[".repeat(50)}${"]".repeat(50)}') }}`,
  },
  {
    name: "replacements that grow",
    template: doubled(12, "x | replace({'a': 'aaaaaaaa'})", "'a'"),
    fact: /longer than|steps/,
    control: doubled(5, "x | replace({'a': 'aaaaaaaa'})", "'a'"),
  },
  {
    name: "joins that grow",
    template: doubled(16, "x ~ x", "'0123456789abcdef'") + "{{ 1..1000 | join(x) }}",
    fact: /longer than|steps/,
    control: doubled(3, "x ~ x", "'0123456789abcdef'") + "{{ 1..1000 | join(x) }}",
  },
  {
    name: "much output",
    template: doubled(17, "x ~ x", "'0123456789abcdef'") +
      "{{ x }}".repeat(MAX_OUTPUT / 2 ** 21 + 1),
    fact: /longer than|steps/,
    control: doubled(12, "x ~ x", "'0123456789abcdef'") + "{{ x }}".repeat(9),
  },
  {
    name: "text that renders to itself and more",
    template: "{{ render(inputs.endless) }}",
    fact: /still changes after 100 renderings/,
    control: "{{ render(inputs.template) }}",
  },
  {
    name: "render() in render()",
    template: "{{ render(inputs.recursive) }}",
    fact: /calls nest deeper than 4/,
    control: "{{ render(inputs.template) }}",
  },
];

const scope = {
  ...sampleScope,
  variables: {
    inputs: {
      template: "{{ inputs.name }}",
      name: "Ada",
      endless: "{{ inputs.endless2 }}",
      endless2: "{{ inputs.endless }}",
      recursive: "{{ render(inputs.recursive) }}",
    },
  },
};

Deno.test.each(rows)("render() stops at $name", ({ template, fact, control }) => {
  render(control, scope);
  const start = performance.now();
  throws(() => render(template, scope), (error) => {
    ok(error instanceof ExpressionError, String(error).slice(0, 500));
    match(error.message, fact);
    ok(error.message.length < 2000);
    return true;
  });
  ok(performance.now() - start < 3000);
});

Deno.test("render() fails as usual when its caller left no stack", () => {
  let deepest: unknown;
  const dive = () => {
    try {
      dive();
    } catch {
      try {
        render(nested("[", "]", 60), scope);
      } catch (error) {
        deepest ??= error;
      }
    }
  };
  dive();
  ok(deepest instanceof Error);
});

Deno.test("renderDeep() stops at a value that holds itself", () => {
  const loop: unknown[] = ["{{ inputs.name }}"];
  equal(JSON.stringify(renderDeep(loop, scope)), '["Ada"]');
  loop.push(loop);
  throws(() => renderDeep(loop, scope), { name: "ExpressionError", message: /nests deeper/ });
});

Deno.test("a name that misses costs the same however many there are", () => {
  const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`name${i}`, i]));
  const wide = { ...scope, variables: { many } };
  const start = performance.now();
  render("{% for x in 1..10000 %}{{ many.nope ?? '' }}{% endfor %}", wide);
  ok(performance.now() - start < 3000);
});
