import { deepEqual, equal, throws } from "node:assert/strict";
import type { ForcedPrecedence, Located, LocatedMap } from "../model/mod.ts";
import { findLocated, parseYaml, toPlain } from "../source/mod.ts";
import { applyDefaults } from "./apply_defaults.ts";
import { findOverlaps } from "./find_overlaps.ts";
import { parsePolicy } from "./parse_policy.ts";
import { checkPattern } from "./rules/safe_pattern.ts";

const S = "io.kestra.plugin.scripts.shell.Commands";
const D = "io.kestra.plugin.scripts.runner.docker.Docker";
const P = "io.kestra.plugin.core.runner.Process";
/** The recipe of the spec. */
const FORCED = [{
  type: S,
  forced: true,
  values: { containerImage: "ubuntu:latest", taskRunner: { type: D } },
}];

function flowOf(value: object): LocatedMap {
  return parseYaml(JSON.stringify(value), "flow.yaml") as LocatedMap;
}

function apply(
  flow: object,
  defaults: readonly object[],
  forcedPrecedence: ForcedPrecedence = "admin",
): LocatedMap {
  const policy = JSON.stringify({ kestra: { plugins: { defaults } } });
  const parsed = defaults.length === 0 ? [] : parsePolicy(policy, "p.yaml", checkPattern).defaults;
  return applyDefaults(flowOf(flow), { defaults: parsed, forcedPrecedence });
}

const taskOf = (located: Located) => toPlain(findLocated(located, ["tasks", "0"])!);

/** Kestra's own results (1.x), as facts about its merge. */
Deno.test.each([
  {
    name: "forced values are added",
    task: { type: S, commands: ["x"] },
    defaults: FORCED,
    result: { type: S, commands: ["x"], containerImage: "ubuntu:latest", taskRunner: { type: D } },
  },
  {
    name: "forced values beat the task's",
    task: { type: S, taskRunner: { type: P }, containerImage: "alpine" },
    defaults: FORCED,
    result: { type: S, taskRunner: { type: D }, containerImage: "ubuntu:latest" },
  },
  {
    name: "a type matches whatever begins with it",
    task: { type: `${S}Trigger` },
    defaults: FORCED,
    result: { type: `${S}Trigger`, containerImage: "ubuntu:latest", taskRunner: { type: D } },
  },
  {
    name: "another class is untouched",
    task: { type: "io.kestra.plugin.scripts.shell.Script" },
    defaults: FORCED,
    result: { type: "io.kestra.plugin.scripts.shell.Script" },
  },
  {
    name: "a forced empty list clears nothing",
    task: { type: S, a: ["evil"] },
    defaults: [{ type: S, forced: true, values: { a: [] } }],
    result: { type: S, a: ["evil"] },
  },
  {
    name: "forced lists are joined, the task's first",
    task: { type: S, a: ["b", "c"] },
    defaults: [{ type: S, forced: true, values: { a: ["a", "b"] } }],
    result: { type: S, a: ["b", "c", "a"] },
  },
  {
    name: "other lists are joined, the task's last",
    task: { type: S, a: ["b", "c"] },
    defaults: [{ type: S, values: { a: ["a", "b"] } }],
    result: { type: S, a: ["a", "b", "c"] },
  },
  {
    name: "what is not forced fills gaps only",
    task: { type: S, a: 1, m: { x: 1 } },
    defaults: [{ type: S, values: { a: 2, m: { x: 2, y: 2 } } }],
    result: { type: S, a: 1, m: { x: 1, y: 2 } },
  },
  {
    name: "the first to fill a gap wins",
    task: { type: S },
    defaults: [{ type: S, values: { a: 1 } }, { type: S, values: { a: 2 } }],
    result: { type: S, a: 1 },
  },
  {
    name: "of forced values the last listed wins",
    task: { type: S },
    defaults: [{ type: S, forced: true, values: { a: 1 } }, {
      type: S,
      forced: true,
      values: { a: 2 },
    }],
    result: { type: S, a: 2 },
  },
  {
    name: "the more specific type fills first",
    task: { type: S },
    defaults: [{ type: "io.kestra.plugin.scripts", values: { a: "prefix" } }, {
      type: S,
      values: { a: "exact" },
    }],
    result: { type: S, a: "exact" },
  },
  {
    name: "the more specific type forces last",
    task: { type: S },
    defaults: [{ type: S, forced: true, values: { a: "exact" } }, {
      type: "io.kestra",
      forced: true,
      values: { a: "prefix" },
    }],
    result: { type: S, a: "exact" },
  },
  {
    name: "a runner that is written is decorated",
    task: { type: S, taskRunner: { type: D } },
    defaults: [{ type: D, forced: true, values: { pullPolicy: "NEVER" } }],
    result: { type: S, taskRunner: { type: D, pullPolicy: "NEVER" } },
  },
  {
    name: "a runner that is injected first is decorated by force",
    task: { type: S },
    defaults: [{ type: S, values: { taskRunner: { type: D } } }, {
      type: D,
      forced: true,
      values: { pullPolicy: "NEVER" },
    }],
    result: { type: S, taskRunner: { type: D, pullPolicy: "NEVER" } },
  },
])("applyDefaults(): $name", ({ task, defaults, result }) => {
  deepEqual(taskOf(apply({ tasks: [task] }, defaults)), result);
});

/** Kestra's own precedence table, and the two older orders that can be chosen. */
Deno.test.each(
  [
    { flow: true, policy: true, precedence: "admin", wins: D },
    { flow: true, policy: true, precedence: "flow-first", wins: P },
    { flow: true, policy: true, precedence: "ignore-flow-forced", wins: D },
    { flow: true, policy: false, precedence: "admin", wins: P },
    { flow: true, policy: false, precedence: "ignore-flow-forced", wins: D },
    { flow: false, policy: true, precedence: "flow-first", wins: D },
  ] as const,
)(
  "applyDefaults(): flow forced $flow, policy forced $policy, $precedence",
  ({ flow, policy, precedence, wins }) => {
    const result = apply(
      {
        tasks: [{ type: S }],
        pluginDefaults: [{ type: S, forced: flow, values: { taskRunner: { type: P } } }],
      },
      [{ type: S, forced: policy, values: { taskRunner: { type: D } } }],
      precedence,
    );
    const { taskRunner } = taskOf(result) as { taskRunner: { type: string } };
    equal(taskRunner.type, wins);
  },
);

Deno.test("applyDefaults() goes into errors, nested tasks and inputs", () => {
  const result = toPlain(apply(
    {
      inputs: [{ id: "a", type: "STRING" }],
      tasks: [{ type: "x.Seq", tasks: [{ type: S }] }],
      errors: [{ type: S }],
    },
    [{ type: S, forced: true, values: { a: 1 } }, { type: "STRING", values: { required: false } }],
  ));
  deepEqual(result, {
    inputs: [{ id: "a", type: "STRING", required: false }],
    tasks: [{ type: "x.Seq", tasks: [{ type: S, a: 1 }] }],
    errors: [{ type: S, a: 1 }],
  });
});

Deno.test("applyDefaults() marks what it injects with its place, and leaves the rest", () => {
  const task = findLocated(apply({ tasks: [{ type: S, containerImage: "a" }] }, FORCED), [
    "tasks",
    "0",
  ])!;
  const image = findLocated(task, ["containerImage"])!;
  equal(image.injection, "forced plugin default");
  equal(image.source.file, "p.yaml");
  equal(findLocated(task, ["type"])!.injection, undefined);
  equal(findLocated(task, ["type"])!.source.file, "flow.yaml");
});

Deno.test("applyDefaults() refuses a default of the flow that is none", () => {
  throws(
    () => apply({ tasks: [], pluginDefaults: [{ type: S }] }, []),
    /"pluginDefaults.0.values"/,
  );
  throws(() => apply({ tasks: [], pluginDefaults: "x" }, []), /expected a list/);
});

Deno.test("applyDefaults() refuses a reference that leads nowhere, and follows its twin", () => {
  const flow = (ref: string) => ({ tasks: [{ type: S, pluginDefaultsRef: ref }] });
  const defaults = [{ type: S, ref: "small", values: { a: 1 } }];
  throws(() => apply(flow("smal"), defaults), /no default has that ref/);
  throws(() => apply(flow("small"), []), /no default has that ref/);
  deepEqual(taskOf(apply(flow("small"), defaults)), { ...flow("small").tasks[0], a: 1 });
});

Deno.test("defaults that overlap are told, and defaults that do not are not", () => {
  const overlaps = (first: object, second: object) =>
    findOverlaps(
      parsePolicy(
        JSON.stringify({ kestra: { plugins: { defaults: [first, second] } } }),
        "p",
        checkPattern,
      )
        .defaults,
    ).map((it) => it.message);
  deepEqual(
    overlaps({ type: "a", values: { x: { y: 1 } } }, { type: "a.B", values: { x: { y: 2 } } }),
    [
      '"x.y" is set by the defaults of "a.B" and of "a": the longer wins',
    ],
  );
  deepEqual(overlaps({ type: "a", values: { x: 1 } }, { type: "a.B", values: { x: 1 } }), []);
  deepEqual(overlaps({ type: "a", values: { x: 1 } }, { type: "b", values: { x: 2 } }), []);
  deepEqual(
    overlaps({ type: "a", values: { x: 1 } }, { type: "a.B", forced: true, values: { x: 2 } }),
    [],
  );
});
