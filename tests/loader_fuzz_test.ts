import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { canonicalClass } from "../lib/catalog/aliases.ts";
import { parseFlow, readFlow } from "../lib/flow/mod.ts";
import { StageError } from "../lib/model/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../lib/policy/mod.ts";
import { decodeText, MAX_FILE_BYTES } from "../lib/source/mod.ts";

// The counters below ask that enough runs meant something: the same runs every time.
fc.configureGlobal({ seed: 20261123 });

const ROOT = new URL("..", import.meta.url);
const EMPTY = await loadPolicy([{ file: "p", text: "bulkhead: {filesystem: closed}" }]);

/** Whatever the text, there is a value, or diagnostics that say something. */
async function loads(what: "policy" | "flow", text: string): Promise<"value" | "diagnostics"> {
  try {
    if (what === "policy") await loadPolicy([{ file: "f.yaml", text }]);
    else {
      const merged = applyDefaults(readFlow(text, "f.yaml"), EMPTY);
      parseFlow(applyRules(merged, EMPTY.rules, canonicalClass).flow);
    }
    return "value";
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    ok(error.diagnostics.length > 0);
    const lines = text.split("\n").length;
    for (const { code, message, at } of error.diagnostics) {
      ok(/^[a-z]+\/[a-z0-9-]+$/.test(code), code);
      ok(message.length > 5 && !/\n\s+at /.test(message), message);
      ok(at === undefined || (at.line >= 1 && at.line <= lines + 1 && at.column >= 1), message);
    }
    return "diagnostics";
  } finally {
    equal(Object.hasOwn(Object.prototype, "polluted"), false);
  }
}

const KEYS = [
  "kestra",
  "ee",
  "java-security",
  "javaSecurity",
  "enabled",
  "forbidden-paths",
  "plugins",
  "defaults",
  "type",
  "forced",
  "values",
  "ref",
  "security",
  "includes",
  "policies",
  "rules",
  "on",
  "where",
  "field",
  "operator",
  "value",
  "bulkhead",
  "filesystem",
  "writable",
  "network",
  "allow",
  "limits",
  "timeout",
  "id",
  "namespace",
  "tasks",
  "errors",
  "inputs",
  "variables",
  "labels",
  "cases",
  "then",
  "else",
  "pluginDefaults",
  "policyRefs",
  "runIf",
  "retry",
  "__proto__",
  "constructor",
  "toString",
  "1",
  "x",
];
const SCALARS = [
  "null",
  "true",
  "~",
  "0x1f",
  "1e400",
  ".nan",
  ".inf",
  "-.inf",
  "99999999999999999999",
  "2026-11-23",
  "''",
  '"\\u0000"',
  "!!binary aGk=",
  "!x y",
  "&a b",
  "*a",
  "*none",
  "{{ x }}",
  "'{% if %}'",
  "PT1H",
  "/etc/",
  "~/x",
  "io.kestra.plugin.core.log.Log",
  "STRING",
  "|\n  text",
  ">-\n  text",
  "? a",
  "- -",
  "",
];

const scalar = fc.constantFrom(...SCALARS);
const { node } = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    scalar,
    fc.array(tie("node"), { maxLength: 4 }).map((it) => `[${it.map(flat).join(", ")}]`),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), tie("node")), { maxLength: 5 })
      .map((it) => `{${it.map(([key, value]) => `${key}: ${flat(value)}`).join(", ")}}`),
  ),
}));
const document = fc.array(fc.tuple(fc.constantFrom(...KEYS), node), { maxLength: 6 })
  .map((it) => it.map(([key, value]) => `${key}: ${value}\n`).join(""));

function flat(text: string): string {
  return text.includes("\n") || /^[?&-]/.test(text) ? JSON.stringify(text) : text;
}

Deno.test("any text is a policy and a flow, or diagnostics", async () => {
  const seen = { value: 0, diagnostics: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(document, fc.string({ unit: "binary", maxLength: 200 })),
      async (text) => {
        for (const what of ["policy", "flow"] as const) seen[await loads(what, text)]++;
      },
    ),
    { numRuns: 3_000 },
  );
  ok(seen.diagnostics > 2_000, JSON.stringify(seen));
});

/** Files that are right, with one thing changed. */
async function samples(): Promise<readonly { what: "policy" | "flow"; text: string }[]> {
  const found: { what: "policy" | "flow"; text: string }[] = [];
  for (const [directory, what] of [["policies", "policy"], ["examples", "flow"]] as const) {
    for await (const { name } of Deno.readDir(new URL(directory, ROOT))) {
      if (!name.endsWith(".yaml") || name.endsWith(".test.yaml")) continue;
      found.push({ what, text: await Deno.readTextFile(new URL(`${directory}/${name}`, ROOT)) });
    }
  }
  return found;
}

Deno.test("a file with one thing changed is still one, or diagnostics", async () => {
  const all = await samples();
  ok(all.length >= 8);
  for (const { what, text } of all) equal(await loads(what, text), "value");
  const seen = { value: 0, diagnostics: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...all),
      fc.nat(),
      fc.constantFrom("cut", "drop", "twice", "swap", "insert"),
      fc.constantFrom(...SCALARS, ":", "\t", "  ", "#", "[", "}", '"', "\u2028", "é"),
      async ({ what, text }, at, change, piece) => {
        const lines = text.split("\n");
        const line = at % lines.length;
        const place = at % text.length;
        const changed = {
          cut: text.slice(0, place),
          drop: lines.toSpliced(line, 1).join("\n"),
          twice: lines.toSpliced(line, 0, lines[line]!).join("\n"),
          swap: text.slice(0, place) + piece + text.slice(place + 1),
          insert: text.slice(0, place) + piece + text.slice(place),
        }[change];
        seen[await loads(what, changed!)]++;
      },
    ),
    { numRuns: 3_000 },
  );
  ok(seen.diagnostics > 200 && seen.value > 200, JSON.stringify(seen));
});

Deno.test("any bytes are text, or a diagnostic", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    try {
      equal(typeof decodeText(bytes, "f"), "string");
    } catch (error) {
      ok(error instanceof StageError);
      equal(error.diagnostics[0]?.code, "yaml/not-utf8");
    }
  }));
});

const bomb = Array.from(
  { length: 9 },
  (_, i) =>
    i === 0
      ? "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"
      : `a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]`,
).join("\n");

Deno.test.each([
  { name: "an alias bomb", text: bomb, code: "yaml/too-many-values" },
  { name: "100,000 brackets", text: "[".repeat(100_000), code: "yaml/too-deep" },
  {
    name: "a thousand maps in each other",
    text: Array.from({ length: 1_000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
    code: "yaml/too-deep",
  },
  { name: "a merge key", text: "a: &x {b: 1}\nc:\n  <<: *x\n", code: "yaml/merge-key" },
])("$name ends in a diagnostic, as a policy and as a flow", async ({ text, code }) => {
  for (const what of ["policy", "flow"] as const) {
    try {
      await loads(what, text);
      if (what === "policy") await loadPolicy([{ file: "f", text }]);
      else readFlow(text, "f");
      ok(false, "it was accepted");
    } catch (error) {
      ok(error instanceof StageError, String(error));
      equal(error.diagnostics[0]?.code, code);
    }
  }
});

Deno.test("ten megabytes are refused before they are read as YAML", () => {
  const bytes = new Uint8Array(10 * 1024 * 1024).fill(0x20);
  ok(bytes.length > MAX_FILE_BYTES);
  try {
    decodeText(bytes, "f");
    ok(false, "it was accepted");
  } catch (error) {
    ok(error instanceof StageError);
    equal(error.diagnostics[0]?.code, "yaml/too-large");
  }
});

Deno.test("__proto__ and constructor are ordinary keys, and pollute nothing", async () => {
  const evil = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}';
  for (
    const text of [
      `bulkhead: ${evil}`,
      `kestra: {ee: {java-security: ${evil}}}`,
      `kestra: {plugins: {defaults: [{type: a, values: ${evil}}]}}`,
      `kestra: {policies: ${evil}}`,
    ]
  ) await loads("policy", text);
  for (
    const text of [
      `id: f\nnamespace: a\nvariables: ${evil}\ntasks: [{id: t, type: a.B}]`,
      `id: f\nnamespace: a\ntasks: [{id: t, type: a.B, env: ${evil}}]\npluginDefaults: [{type: a, values: ${evil}}]`,
    ]
  ) equal(await loads("flow", text), "value");
  equal(Object.hasOwn(Object.prototype, "polluted"), false);
});
