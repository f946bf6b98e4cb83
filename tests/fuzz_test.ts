/**
 * What `loader_fuzz_test.ts` leaves open: bytes that change, block style with anchors and tags,
 * files that are as wide, as long or as deep as they may be, and `__proto__` at every level.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { canonicalClass } from "../lib/catalog/aliases.ts";
import { parseFlow, readFlow } from "../lib/flow/mod.ts";
import { type Diagnostic, type Policy, StageError } from "../lib/model/mod.ts";
import { makePlan } from "../lib/plan/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../lib/policy/mod.ts";
import { decodeText, parseYaml, toPlain } from "../lib/source/mod.ts";
import { HOST } from "./bench/case.ts";

// The counters below ask that enough runs meant something: the same runs every time.
fc.configureGlobal({ seed: 20261123 });

const BASELINE = await read("policies/baseline.yaml");

async function read(path: string): Promise<Policy> {
  const text = await Deno.readTextFile(new URL(`../${path}`, import.meta.url));
  return await loadPolicy([{ file: path, text }]);
}

type What = "policy" | "flow";

/** Takes a file as far as a plan; every complaint has to be one that a person can use. */
async function load(what: What, bytes: Uint8Array): Promise<readonly Diagnostic[]> {
  let text = "";
  try {
    text = decodeText(bytes, "f.yaml");
    if (what === "policy") await loadPolicy([{ file: "f.yaml", text }]);
    else {
      const root = applyDefaults(readFlow(text, "f.yaml"), BASELINE);
      const ruled = applyRules(root, BASELINE.rules, canonicalClass);
      makePlan(BASELINE, [{ ...ruled, ...parseFlow(ruled.flow) }], HOST);
    }
    return [];
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    ok(error.diagnostics.length > 0, "an error says nothing");
    const lines = text.split("\n");
    for (const { code, severity, message, at, related = [] } of error.diagnostics) {
      ok(/^(yaml|policy|flow)\/[a-z0-9-]+$/.test(code), code);
      equal(severity, "error");
      ok(/^Cannot /.test(message) && !/\n\s+at .*:\d+:\d+/.test(message), message);
      ok(at !== undefined || code === "yaml/not-utf8", `${code} has no place`);
      for (const place of [at, ...related.map((it) => it.at)]) {
        if (place === undefined) continue;
        const { file, line, column } = place;
        equal(file, "f.yaml");
        ok(line >= 1 && line <= lines.length, `${code} at line ${line} of ${lines.length}`);
        ok(column >= 1 && column <= lines[line - 1]!.length + 1, `${code} at ${line}:${column}`);
      }
    }
    return error.diagnostics;
  } finally {
    deepEqual([Object.keys({}), "polluted" in {}, Object.keys(Object.prototype)], [[], false, []]);
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

async function samples() {
  const found: { readonly what: What; readonly bytes: Uint8Array }[] = [];
  for (const [directory, what] of [["policies", "policy"], ["examples", "flow"]] as const) {
    const at = new URL(`../${directory}/`, import.meta.url);
    for await (const { name } of Deno.readDir(at)) {
      if (name.endsWith(".yaml") && !name.endsWith(".test.yaml")) {
        found.push({ what, bytes: await Deno.readFile(new URL(name, at)) });
      }
    }
  }
  return found;
}

Deno.test("files of ours with bytes changed are values or diagnostics", async () => {
  const all = await samples();
  const seen = { fine: 0, complaint: 0, notText: 0 };
  const change = fc.record({
    at: fc.nat(),
    how: fc.constantFrom("flip", "set", "cut", "repeat"),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(...encode("\t\n\r -:#&*!|>'\"%@`{}[],?\x00"))),
    length: fc.integer({ min: 1, max: 80 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...all),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async ({ what, bytes }, changes) => {
        const changed = changes.reduce((all, { at, how, byte, length }) => {
          const place = at % Math.max(1, all.length);
          if (how === "cut") {
            return Uint8Array.of(...all.slice(0, place), ...all.slice(place + length));
          }
          if (how === "repeat") {
            return Uint8Array.of(...all.slice(0, place + length), ...all.slice(place));
          }
          return all.map((it, i) => i !== place ? it : how === "set" ? byte : it ^ (1 << byte % 8));
        }, bytes);
        const [first] = await load(what, changed);
        seen[
          first === undefined ? "fine" : first.code === "yaml/not-utf8" ? "notText" : "complaint"
        ]++;
      },
    ),
    { numRuns: 1_500 },
  );
  ok(seen.fine > 100 && seen.complaint > 100 && seen.notText > 20, JSON.stringify(seen));
});

const KEYS: Readonly<Record<What, readonly string[]>> = {
  policy: [
    ..."kestra bulkhead ee java-security javaSecurity enabled forbidden-paths plugins".split(" "),
    ..."defaults security includes tasks local-files allowed-paths policies rules".split(" "),
    ..."forced-precedence filesystem writable network allow deny env limits memory".split(" "),
    ..."containers networks users type forced values ref".split(" "),
    ..."images require-digest capabilities volumes devices ports read-only cpus shm tmp".split(" "),
    ..."engine transport scripts in-process".split(" "),
  ],
  flow: [
    ..."id namespace description labels inputs variables tasks errors pluginDefaults".split(" "),
    ..."taskDefaults type pluginDefaultsRef timeout allowFailure disabled runIf cases".split(" "),
    ..."then else task taskRunner commands env message defaults required triggers".split(" "),
  ],
};
const ODD = ["__proto__", "constructor", "toString", "1", "1.5", "true", "~", "<<", "2026-11-23"];
const VALUES = [
  ...["null", "true", "no", "0", "-1", "1.5", "0o17", "0x1f", "1e400", ".nan", "-.inf", '""'],
  ...["123456789012345678901234567890", "2026-11-23", "2026-11-23T01:02:03Z", "12:30:45"],
  ...["!!str 1", "!!int x", "!!binary aGk=", "!!set {a}", "!own x", "!<tag:x> y", "*a", "*b"],
  ...["/etc/", "/a,b", "~/x", "closed", "never", "PT1H", "64MB", "1000:1000", "a.example:443"],
  ...["io.kestra.plugin.core.log.Log", "io.kestra.plugin.scripts.shell.Commands", "STRING"],
  ...['"\\ud800"', '"\\u202e"', "'{{ x }}'", "|\n  a\n   b", ">-\n  a", "[]", "{}", "[{}]"],
];

/** A value in block style, as lines. */
function blocks(keys: readonly string[]): fc.Arbitrary<string> {
  const anchor = fc.constantFrom("", "", "", "", "&a ", "&b ", "!!map ", "!!seq ");
  const key = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...keys) },
    { weight: 1, arbitrary: fc.constantFrom(...ODD, "? a", "*a ", "&b x", '"a b"') },
  );
  const indent = (text: string, by: string) => text.split("\n").map((it) => by + it).join("\n");
  return fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 6, depthSize: "medium" },
      fc.constantFrom(...VALUES),
      fc.tuple(
        anchor,
        fc.uniqueArray(fc.tuple(key, tie("node")), {
          maxLength: 5,
          minLength: 1,
          selector: ([it]) => it,
        }),
      ).map(([mark, all]) =>
        `${mark}\n${all.map(([name, it]) => `${name}: ${indent(it, "  ").trimStart()}`).join("\n")}`
      ).map((it) => indent(it, "  ")),
      fc.tuple(anchor, fc.array(tie("node"), { maxLength: 4, minLength: 1 })).map(([mark, all]) =>
        `${mark}\n${all.map((it) => indent(`- ${indent(it, "  ").trimStart()}`, "  ")).join("\n")}`
      ),
    ),
  })).node;
}

function documentOf(what: What): fc.Arbitrary<string> {
  const node = blocks(KEYS[what]);
  const top = fc.constantFrom(...KEYS[what]);
  return fc.uniqueArray(fc.tuple(top, node), { selector: ([it]) => it, maxLength: 6 })
    .map((all) => all.map(([name, it]) => `${name}: ${it}\n`).join(""));
}

Deno.test.each([{ what: "policy" }, { what: "flow" }] as const)(
  "any $what in block style is a value or diagnostics",
  async ({ what }) => {
    const codes = new Set<string>();
    let wellFormed = 0;
    await fc.assert(
      fc.asyncProperty(documentOf(what), async (text) => {
        const diagnostics = await load(what, encode(text));
        if (!diagnostics.some((it) => it.code.startsWith("yaml/"))) wellFormed++;
        for (const { code } of diagnostics) codes.add(code);
      }),
      { numRuns: 600 },
    );
    ok(wellFormed > 60 && codes.size > 5, `${wellFormed} are YAML: ${[...codes].join()}`);
  },
);

/** One of everything, all of it right. */
const RIGHT: Readonly<Record<What, object>> = {
  policy: {
    kestra: {
      ee: {
        "java-security": {
          enabled: true,
          "forbidden-paths": ["/etc/"],
          "authorized-class-prefix": ["io.kestra"],
          "forbidden-class-prefix": ["io.kestra.plugin.scripts"],
        },
      },
      plugins: {
        defaults: [
          { type: "io.kestra", forced: true, values: { a: { b: ["c"] } } },
          { type: "io.kestra.plugin", ref: "r", values: { a: 1 } },
        ],
        security: { includes: ["io[.].*"], excludes: ["io.kestra.plugin.fs"] },
      },
      tasks: { defaults: [{ type: "com", values: { a: 1 } }] },
      "local-files": { "allowed-paths": ["/srv"] },
    },
    bulkhead: {
      "forced-precedence": "admin",
      filesystem: "closed",
      spawn: "by-class",
      writable: ["/data"],
      kernel: "prefer",
      network: { allow: ["a.example:443"], deny: ["b.example"] },
      env: { allow: ["A"] },
      limits: { timeout: "PT1H", memory: "64MB", processes: 10 },
      containers: {
        engine: "docker",
        transport: "auto",
        images: { allow: ["ubuntu"], deny: ["*:latest"], "require-digest": true },
        networks: ["none"],
        users: ["1000:1000"],
        capabilities: ["CHOWN"],
        volumes: ["/data/in:ro"],
        devices: ["nvidia"],
        ports: ["9000-9010"],
        "read-only": true,
        cpus: 2,
        memory: "2GB",
        shm: "64MB",
        tmp: "64MB",
        privileged: false,
      },
      scripts: { "in-process": ["deno"] },
    },
  },
  flow: {
    id: "f",
    namespace: "a.b",
    description: "d",
    labels: { a: "b" },
    inputs: [
      { id: "i", type: "STRING", required: true, defaults: "x" },
      { id: "j", type: "JSON", defaults: { a: [1] } },
    ],
    variables: { a: { b: [1] } },
    tasks: [
      { id: "l", type: "io.kestra.plugin.core.log.Log", message: "m", runIf: "{{ true }}" },
      {
        id: "s",
        type: "io.kestra.plugin.scripts.shell.Commands",
        commands: ["true"],
        env: { A: "b" },
        timeout: "PT1M",
        taskRunner: { type: "io.kestra.plugin.scripts.runner.docker.Docker", pullPolicy: "NEVER" },
      },
      {
        id: "w",
        type: "io.kestra.plugin.core.flow.Switch",
        value: "a",
        cases: { a: [{ id: "x", type: "io.kestra.plugin.core.debug.Return", format: "f" }] },
      },
    ],
    errors: [{ id: "e", type: "io.kestra.plugin.graalvm.js.Eval", script: "1", outputs: ["o"] }],
    pluginDefaults: [{ type: "io.kestra", forced: true, values: { description: "d" } }],
  },
};

/** How often {@linkcode replaced} can count. */
function countOf(value: unknown): number {
  if (value === null || typeof value !== "object") return 1;
  return Object.values(value).reduce<number>((sum, it) => sum + countOf(it), 1);
}

/** The value as YAML, with pieces of text in place of some of its nodes, by their number. */
function replaced(value: unknown, pieces: ReadonlyMap<number, string>): string {
  let next = 0;
  const write = (it: unknown): string => {
    const piece = pieces.get(next++);
    if (piece !== undefined) return piece;
    if (Array.isArray(it)) return `[${it.map(write).join(", ")}]`;
    if (it === null || typeof it !== "object") return JSON.stringify(it);
    return `{${Object.entries(it).map(([key, it]) => `${key}: ${write(it)}`).join(", ")}}`;
  };
  return write(value);
}

Deno.test.each([{ what: "policy" }, { what: "flow" }] as const)(
  "any value anywhere in a $what is a value or diagnostics",
  async ({ what }) => {
    deepEqual(await load(what, encode(replaced(RIGHT[what], new Map()))), []);
    const codes = new Set<string>();
    let fine = 0;
    const piece = fc.constantFrom(
      ...VALUES.filter((it) => !it.includes("\n")),
      ...ODD.map((it) => `{${it}: 1}`),
      ...["&a [x]", "[&a x, *a]", "{? [a] : b}", "{a: 1, a: 2}", "[[[[]]]]", "{a: {b: {c: d}}}"],
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(countOf(RIGHT[what]) - 1), piece), { minLength: 1, maxLength: 3 }),
        async (pieces) => {
          const text = replaced(RIGHT[what], new Map(pieces));
          const diagnostics = await load(what, encode(text));
          if (diagnostics.length === 0) fine++;
          for (const { code } of diagnostics) codes.add(code);
        },
      ),
      { numRuns: 1_500 },
    );
    ok(fine > 50 && codes.size > 12, `${fine} are fine: ${[...codes].join()}`);
  },
);

/** The text of many pieces. */
const times = (count: number, text: (i: number) => string, between = "") =>
  Array.from({ length: count }, (_, i) => text(i)).join(between);

/** Work that grows with the square of the file would take minutes here. */
Deno.test.each<{ name: string; what: What; text: string; code?: string }>([
  {
    name: "60,000 keys",
    what: "flow",
    text: `id: f\nnamespace: n\nvariables:\n${times(60_000, (i) => ` k${i}: 1\n`)}` +
      "tasks: [{id: t, type: a.B}]",
  },
  {
    name: "60,000 keys in braces, one twice",
    what: "policy",
    text: `x: {${times(60_000, (i) => `k${i}: 1`, ",")}, k7: 1}`,
    code: "yaml/duplicate-key",
  },
  {
    name: "50,000 aliases",
    what: "flow",
    text: `id: f\nnamespace: n\nvariables: {a: &a 1, b: [${times(50_000, () => "*a", ",")}]}\n` +
      "tasks: [{id: t, type: a.B}]",
  },
  {
    name: "more unknown keys than a call takes arguments",
    what: "policy",
    text: `bulkhead: {${times(150_000, (i) => `${i}: 1`, ",")}}`,
    code: "policy/unknown-key",
  },
  {
    name: "a class of 500,000 letters",
    what: "flow",
    text: `id: f\nnamespace: n\ntasks: [{id: t, type: ${"a".repeat(500_000)}}]\n` +
      "pluginDefaults: [{type: aaa, values: {x: 1}}]",
  },
  { name: "100,000 maps in braces", what: "flow", text: "{a: ".repeat(100_000), code: DEEP() },
  { name: "100,000 maps in block style", what: "flow", text: "? ".repeat(100_000), code: DEEP() },
  { name: "100,000 lists in block style", what: "flow", text: "- ".repeat(100_000), code: DEEP() },
  {
    name: "100,000 brackets that close",
    what: "policy",
    text: "[".repeat(100_000) + "]".repeat(100_000),
    code: DEEP(),
  },
  { name: "an alias in itself", what: "flow", text: "a: &a [*a]", code: DEEP() },
])("$name", async ({ what, text, code }) => {
  equal((await load(what, encode(text)))[0]?.code, code);
});

function DEEP(): string {
  return "yaml/too-deep";
}

/** Every way to add one key to one of the maps of a value. */
function* withKey(value: unknown, key: string, added: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [i, it] of value.entries()) {
      for (const changed of withKey(it, key, added)) yield value.with(i, changed);
    }
  } else if (value !== null && typeof value === "object") {
    // Not spread into an object: `__proto__` has to be a key of the text.
    yield Object.fromEntries([...Object.entries(value), [key, added]]);
    for (const [name, it] of Object.entries(value)) {
      for (const changed of withKey(it, key, added)) yield { ...value, [name]: changed };
    }
  }
}

Deno.test("__proto__ at any level of a file of ours pollutes nothing and opens nothing", async () => {
  let [files, complaints] = [0, 0];
  for (const { what, bytes } of await samples()) {
    const plain = toPlain(parseYaml(decodeText(bytes, "f"), "f")!);
    const before = what === "policy" ? await load(what, bytes) : [];
    deepEqual(before, []);
    for (const key of ["__proto__", "constructor", "prototype"]) {
      for (const changed of withKey(plain, key, { polluted: 1, enabled: false, type: "a.B" })) {
        files++;
        const text = JSON.stringify(changed);
        ok(text.includes(`"${key}":`));
        if ((await load(what, encode(text))).length > 0) complaints++;
      }
    }
  }
  ok(files > 150 && complaints > 40, `${files} files, ${complaints} complaints`);
});
