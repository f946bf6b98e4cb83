import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { canonicalClass } from "../catalog/aliases.ts";
import type { ForcedPrecedence, LocatedMap, PluginDefault } from "../model/mod.ts";
import { findLocated, parseYaml, toPlain } from "../source/mod.ts";
import { applyDefaults } from "./apply_defaults.ts";
import { mergeMaps } from "./merge.ts";
import { parsePolicy } from "./parse_policy.ts";
import { checkPattern } from "./rules/safe_pattern.ts";

/** Beginnings of one another, of half a segment too, and both names of one class. */
const TYPES = [
  "io",
  "io.kestra.plugin.core",
  "io.kestra.plugin.core.log.L",
  "io.kestra.plugin.core.log.Log",
  "io.kestra.core.tasks.log.Log",
  "io.kestra.core",
  "com.example.Task",
  "com.example.Tas",
];
const type = fc.constantFrom(...TYPES);
const ref = fc.option(fc.constantFrom("small", "5"), { nil: undefined });
const key = fc.constantFrom("a", "b", "c");
const scalar = fc.constantFrom<unknown>(0, 1, true, "x", "y", "");

interface Said {
  readonly type: string;
  readonly ref?: string | undefined;
  readonly forced: boolean;
  readonly values: Record<string, unknown>;
}

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(key, tie("tree"), { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
  ),
}));
const said = (values: fc.Arbitrary<unknown>): fc.Arbitrary<Said> =>
  fc.record({
    type,
    ref,
    forced: fc.boolean(),
    values: fc.dictionary(key, values, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
  });

const located = (value: object, file = "f") => parseYaml(JSON.stringify(value), file) as LocatedMap;

function defaultsOf(file: string, list: readonly Said[]): readonly PluginDefault[] {
  if (list.length === 0) return [];
  return parsePolicy(
    JSON.stringify({ kestra: { plugins: { defaults: list } } }),
    file,
    checkPattern,
  ).defaults;
}

const taskOf = (flow: LocatedMap) => toPlain(findLocated(flow, ["tasks", "0"])!);

/** What {@linkcode applyDefaults} promises, by looking at every default for the one task. */
function byScan(
  task: Record<string, unknown>,
  flow: readonly Said[],
  files: readonly (readonly Said[])[],
  precedence: ForcedPrecedence,
): unknown {
  const own = task["type"] as string;
  const isMeant = (it: Said) =>
    [it.type, canonicalClass(it.type)].some((beginning) =>
      own.startsWith(beginning) || canonicalClass(own).startsWith(beginning)
    ) &&
    (it.ref === undefined
      ? it.forced || task["pluginDefaultsRef"] === undefined
      : it.ref === task["pluginDefaultsRef"]);
  const sorted = (list: readonly Said[], direction: number) =>
    list.filter(isMeant).toSorted((a, b) => direction * (a.type.length - b.type.length));
  const filled = sorted([...flow, ...files.flat()].filter((it) => !it.forced), -1)
    .reduce((it, { values }) => mergeMaps(located(values), it), located(task));
  const forced = (list: readonly Said[]) => list.filter((it) => it.forced);
  const inward = files.toReversed().map(forced);
  const laid = {
    "admin": [...sorted(forced(flow), 1), ...inward.flatMap((it) => sorted(it, 1))],
    "flow-first": [
      ...inward.flatMap((it) => sorted(it.toReversed(), 1)),
      ...sorted(forced(flow).toReversed(), 1),
    ],
    "ignore-flow-forced": inward.flatMap((it) => sorted(it, 1)),
  }[precedence];
  return toPlain(laid.reduce((it, { values }) => mergeMaps(it, located(values)), filled));
}

const defaults = fc.array(said(tree), { maxLength: 4 });
const task = fc.record({
  type,
  pluginDefaultsRef: ref,
  own: fc.dictionary(key, tree, { maxKeys: 2, noNullPrototype: true }),
}).map(({ own, type, pluginDefaultsRef }) => ({
  type,
  ...(pluginDefaultsRef !== undefined && { pluginDefaultsRef }),
  ...own,
}));
const precedence = fc.constantFrom<ForcedPrecedence>("admin", "flow-first", "ignore-flow-forced");
/** The defaults that every reference leads to, so that none is refused. */
const NAMED: readonly Said[] = ["small", "5"].map((ref) => ({
  type: "never",
  ref,
  forced: false,
  values: { z: 1 },
}));

Deno.test("applyDefaults() finds what looking at every default finds", () => {
  let changed = 0;
  fc.assert(
    fc.property(task, defaults, defaults, defaults, precedence, (task, own, outer, inner, mode) => {
      const flow = located({ tasks: [task], pluginDefaults: [...own, ...NAMED] });
      const policy = {
        defaults: [...defaultsOf("outer", outer), ...defaultsOf("inner", inner)],
        forcedPrecedence: mode,
      };
      const is = taskOf(applyDefaults(flow, policy));
      deepEqual(is, byScan(task, own, [outer, inner], mode));
      if (JSON.stringify(is) !== JSON.stringify(task)) changed++;
    }),
    { numRuns: 1_000 },
  );
  ok(changed > 300, `defaults changed ${changed} tasks only`);
});

Deno.test("applyDefaults() does for many tasks what it does for each alone", () => {
  fc.assert(
    fc.property(fc.array(task, { minLength: 1, maxLength: 5 }), defaults, (tasks, list) => {
      const policy = {
        defaults: defaultsOf("p", [...list, ...NAMED]),
        forcedPrecedence: "admin",
      } as const;
      const all = toPlain(applyDefaults(located({ tasks }), policy))["tasks"];
      deepEqual(all, tasks.map((it) => taskOf(applyDefaults(located({ tasks: [it] }), policy))));
    }),
    { numRuns: 300 },
  );
});

/** Scalars below a map, by their keys. */
function* scalarsOf(map: object, path: readonly string[] = []): Generator<[string[], unknown]> {
  for (const [key, value] of Object.entries(map)) {
    if (value !== null && typeof value === "object") {
      if (!Array.isArray(value)) yield* scalarsOf(value, [...path, key]);
    } else yield [[...path, key], value];
  }
}

/** Maps and scalars only, a letter for a level: what is forced is never replaced by a list. */
const nested = fc.record({
  type: fc.constantFrom("com", "com.example", "com.example.Task"),
  values: fc.record({
    a: scalar,
    m: fc.dictionary(key, scalar, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
  }, { requiredKeys: ["a"] }),
});

Deno.test("what an outer file forces holds, whatever inner files and the flow force", () => {
  fc.assert(
    fc.property(
      nested,
      fc.array(nested, { maxLength: 3 }),
      fc.array(nested, { maxLength: 3 }),
      fc.dictionary(key, tree, { maxKeys: 3, noNullPrototype: true }),
      fc.constantFrom<ForcedPrecedence>("admin", "ignore-flow-forced"),
      (outer, inner, own, task, forcedPrecedence) => {
        const forced = (list: readonly Omit<Said, "forced">[]) =>
          list.map((it) => ({ ...it, forced: true }));
        const flow = located({
          tasks: [{ ...task, type: "com.example.Task" }],
          pluginDefaults: forced(own),
        });
        const merged = applyDefaults(flow, {
          defaults: [
            ...defaultsOf("outer", forced([outer])),
            ...defaultsOf("inner", forced(inner)),
          ],
          forcedPrecedence,
        });
        for (const [path, value] of scalarsOf(outer.values)) {
          const is = findLocated(merged, ["tasks", "0", ...path])!;
          equal(is.kind === "scalar" && is.value, value);
          equal(is.source.file, "outer");
        }
      },
    ),
    { numRuns: 500 },
  );
});

/** Where one key is now a list and now a map, what is laid twice may fill what it replaced before. */
Deno.test("applyDefaults() changes nothing the second time, where every key keeps its kind", () => {
  const kept = fc.record({
    type,
    forced: fc.boolean(),
    values: fc.record({
      a: scalar,
      l: fc.array(scalar, { maxLength: 3 }),
      m: fc.dictionary(key, scalar, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
    }, { requiredKeys: [] }),
  });
  const many = fc.array(kept, { maxLength: 4 });
  fc.assert(
    fc.property(kept, many, many, ({ type, values }, outer, inner) => {
      const policy = {
        defaults: [...defaultsOf("outer", outer), ...defaultsOf("inner", inner)],
        forcedPrecedence: "admin",
      } as const;
      const once = applyDefaults(located({ tasks: [{ ...values, type }] }), policy);
      deepEqual(toPlain(applyDefaults(once, policy)), toPlain(once));
    }),
    { numRuns: 500 },
  );
});
