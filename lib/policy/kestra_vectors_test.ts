import { deepEqual } from "node:assert/strict";
import type { ForcedPrecedence, LocatedMap } from "../model/mod.ts";
import { parseYaml, toPlain } from "../source/mod.ts";
import { applyDefaults } from "./apply_defaults.ts";
import { parsePolicy } from "./parse_policy.ts";
import { checkPattern } from "./rules/safe_pattern.ts";

const S = "io.kestra.plugin.scripts.shell.Commands";
const D = "io.kestra.plugin.scripts.runner.docker.Docker";
const P = "io.kestra.plugin.core.runner.Process";
const LOG = "io.kestra.plugin.core.log.Log";
const OLD_LOG = "io.kestra.core.tasks.log.Log";
/** The recipe of Kestra's documentation. */
const G = [{
  type: S,
  forced: true,
  values: { containerImage: "ubuntu:latest", taskRunner: { type: D } },
}];

interface Vector {
  readonly name: string;
  /** The flow, or the one task of it. */
  readonly task?: object;
  readonly flow?: object;
  readonly global?: readonly object[];
  readonly precedence?: ForcedPrecedence;
  /** What becomes of the task, or of the flow without its defaults. */
  readonly result: object;
}

/**
 * What Kestra 1.x makes of these (read in `PluginDefaultService` and its tests); where this
 * project decides otherwise the name says so.
 */
const VECTORS: readonly Vector[] = [
  {
    name: "V1",
    task: { type: S, commands: ["x"] },
    global: G,
    result: { type: S, commands: ["x"], containerImage: "ubuntu:latest", taskRunner: { type: D } },
  },
  {
    name: "V2",
    task: { type: S, taskRunner: { type: P }, containerImage: "alpine" },
    global: G,
    result: { type: S, taskRunner: { type: D }, containerImage: "ubuntu:latest" },
  },
  {
    name: "V3: the other keys survive the merge; planning refuses them",
    task: {
      type: S,
      taskRunner: {
        type: D,
        privileged: true,
        networkMode: "host",
        host: "tcp://evil:2375",
        user: "root",
      },
    },
    global: G,
    result: {
      type: S,
      taskRunner: {
        type: D,
        privileged: true,
        networkMode: "host",
        host: "tcp://evil:2375",
        user: "root",
      },
      containerImage: "ubuntu:latest",
    },
  },
  ...([["flow-first", P], ["admin", D], ["ignore-flow-forced", D]] as const).map((
    [precedence, type],
  ): Vector => ({
    name: `V4 under ${precedence}`,
    flow: {
      tasks: [{ type: S }],
      pluginDefaults: [{ type: S, forced: true, values: { taskRunner: { type: P } } }],
    },
    global: G,
    precedence,
    result: { tasks: [{ type: S, taskRunner: { type }, containerImage: "ubuntu:latest" }] },
  })),
  {
    name: "V5",
    flow: { triggers: [{ type: `${S}Trigger` }] },
    global: G,
    result: {
      triggers: [{ type: `${S}Trigger`, containerImage: "ubuntu:latest", taskRunner: { type: D } }],
    },
  },
  {
    name: "V6",
    task: { type: "io.kestra.plugin.scripts.shell.Script", taskRunner: { type: P } },
    global: G,
    result: { type: "io.kestra.plugin.scripts.shell.Script", taskRunner: { type: P } },
  },
  {
    name: "V7",
    task: { type: S, beforeCommands: ["evil"] },
    global: [{ type: S, forced: true, values: { beforeCommands: [] } }],
    result: { type: S, beforeCommands: ["evil"] },
  },
  {
    name: "V7b",
    task: { type: S, outputFiles: ["b", "c"] },
    global: [{ type: S, forced: true, values: { outputFiles: ["a", "b"] } }],
    result: { type: S, outputFiles: ["b", "c", "a"] },
  },
  {
    name: "V7c",
    task: { type: S, outputFiles: ["b", "c"] },
    global: [{ type: S, values: { outputFiles: ["a", "b"] } }],
    result: { type: S, outputFiles: ["a", "b", "c"] },
  },
  {
    name: "V9 under admin",
    flow: {
      tasks: [{ type: S, set: 1 }],
      pluginDefaults: [{ type: S, forced: true, values: { set: 2 } }, {
        type: S,
        forced: true,
        values: { set: 3 },
      }, { type: S, values: { set: 4, value: 1 } }],
    },
    result: { tasks: [{ type: S, set: 3, value: 1 }] },
  },
  {
    name: "V9 under flow-first",
    flow: {
      tasks: [{ type: S, set: 1 }],
      pluginDefaults: [{ type: S, forced: true, values: { set: 2 } }, {
        type: S,
        forced: true,
        values: { set: 3 },
      }, { type: S, values: { set: 4, value: 1 } }],
    },
    precedence: "flow-first",
    result: { tasks: [{ type: S, set: 2, value: 1 }] },
  },
  {
    name: "V10: decided otherwise, the exact type wins",
    task: { type: S },
    global: [{ type: "io.kestra.plugin.scripts", values: { v: "prefix" } }, {
      type: S,
      values: { v: "exact" },
    }],
    result: { type: S, v: "exact" },
  },
  {
    name: "V11",
    task: { type: S, taskRunner: { type: D } },
    global: [{ type: D, forced: true, values: { pullPolicy: "NEVER", networkMode: "none" } }],
    result: { type: S, taskRunner: { type: D, pullPolicy: "NEVER", networkMode: "none" } },
  },
  {
    name: "V11b",
    task: { type: S },
    global: [{ type: D, forced: true, values: { pullPolicy: "NEVER" } }],
    result: { type: S },
  },
  {
    name: "V12",
    task: { type: S },
    global: [{ type: S, values: { taskRunner: { type: D } } }, {
      type: D,
      forced: true,
      values: { networkMode: "none" },
    }],
    result: { type: S, taskRunner: { type: D, networkMode: "none" } },
  },
  {
    name: "V12b, as since #17359",
    task: { type: S },
    global: [{ type: S, values: { taskRunner: { type: D } } }, {
      type: D,
      values: { networkMode: "none" },
    }],
    result: { type: S, taskRunner: { type: D, networkMode: "none" } },
  },
  {
    name: "V12c",
    task: { type: S },
    global: [{ type: S, forced: true, values: { taskRunner: { type: D } } }, {
      type: D,
      forced: true,
      values: { networkMode: "none" },
    }],
    result: { type: S, taskRunner: { type: D } },
  },
  {
    name: "V13: decided otherwise, an old name is the same class",
    task: { type: OLD_LOG, level: "INFO" },
    global: [{ type: LOG, forced: true, values: { level: "ERROR" } }],
    result: { type: OLD_LOG, level: "ERROR" },
  },
  {
    name: "V13 the other way round",
    task: { type: LOG, level: "INFO" },
    global: [{ type: OLD_LOG, forced: true, values: { level: "ERROR" } }],
    result: { type: LOG, level: "ERROR" },
  },
  {
    name: "V14",
    flow: {
      inputs: [{ id: "a", type: "STRING" }],
      tasks: [{ type: "x", retry: { type: "constant", interval: "PT1S" } }],
    },
    global: [{ type: "constant", values: { maxAttempts: 3 } }, {
      type: "STRING",
      values: { required: false },
    }],
    result: {
      inputs: [{ id: "a", type: "STRING", required: false }],
      tasks: [{ type: "x", retry: { type: "constant", interval: "PT1S", maxAttempts: 3 } }],
    },
  },
  ...([
    [false, false, "admin", ["global", "flow", "task"]],
    [false, true, "admin", ["global", "global", "global"]],
    [true, false, "admin", ["global", "flow", "flow"]],
    [true, true, "admin", ["global", "global", "global"]],
    [true, true, "flow-first", ["global", "flow", "flow"]],
  ] as const).map(([flowForced, globalForced, precedence, [foo, bar, baz]]): Vector => ({
    name: `V15 flow forced ${flowForced}, global forced ${globalForced}, ${precedence}`,
    flow: {
      tasks: [{ type: "x.T", baz: "task" }],
      pluginDefaults: [{ type: "x.T", forced: flowForced, values: { bar: "flow", baz: "flow" } }],
    },
    global: [{
      type: "x.T",
      forced: globalForced,
      values: { foo: "global", bar: "global", baz: "global" },
    }],
    precedence,
    result: { tasks: [{ type: "x.T", foo, bar, baz }] },
  })),
  {
    name: "V16",
    task: { type: S, taskRunner: { type: P } },
    global: [{ type: S, values: { taskRunner: { type: D, pullPolicy: "NEVER" } } }],
    result: { type: S, taskRunner: { type: P, pullPolicy: "NEVER" } },
  },
  {
    name: "V17: what the flow forces beside the image survives the merge; planning refuses it",
    flow: {
      tasks: [{ type: S }],
      pluginDefaults: [{
        type: S,
        forced: true,
        values: { containerImage: "bitnami/kubectl", taskRunner: { type: D, networkMode: "host" } },
      }],
    },
    global: G,
    result: {
      tasks: [{
        type: S,
        containerImage: "ubuntu:latest",
        taskRunner: { type: D, networkMode: "host" },
      }],
    },
  },
  {
    name: "a named default is for what names it",
    flow: { tasks: [{ type: S, pluginDefaultsRef: "big" }, { type: S }] },
    global: [{ type: S, ref: "big", values: { a: 1 } }, { type: S, values: { a: 2, b: 2 } }],
    result: { tasks: [{ type: S, pluginDefaultsRef: "big", a: 1 }, { type: S, a: 2, b: 2 }] },
  },
  {
    name: "a forced default is for what names another as well",
    task: { type: S, pluginDefaultsRef: "big" },
    global: [{ type: S, ref: "big", values: { a: 1 } }, {
      type: S,
      forced: true,
      values: { a: 2 },
    }],
    result: { type: S, pluginDefaultsRef: "big", a: 2 },
  },
];

Deno.test.each(VECTORS.map((it) => ({ ...it })))(
  "Kestra's plugin defaults, $name",
  ({ task, flow = { tasks: [task] }, global = [], precedence = "admin", result }) => {
    const parsed = global.length === 0 ? [] : parsePolicy(
      JSON.stringify({ kestra: { plugins: { defaults: global } } }),
      "p",
      checkPattern,
    ).defaults;
    const root = parseYaml(JSON.stringify(flow), "f") as LocatedMap;
    const { pluginDefaults: _, ...merged } = toPlain(
      applyDefaults(root, { defaults: parsed, forcedPrecedence: precedence }),
    );
    deepEqual(merged, task === undefined ? result : { tasks: [result] });
  },
);
