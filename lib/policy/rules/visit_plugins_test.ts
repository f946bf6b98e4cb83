import { deepEqual } from "node:assert/strict";
import type { LocatedMap } from "../../model/mod.ts";
import { parseYaml, toPlain } from "../../source/mod.ts";
import { visitPlugins } from "./visit_plugins.ts";

function visited(flow: object): string[] {
  const root = parseYaml(JSON.stringify(flow), "f.yaml") as LocatedMap;
  const seen: string[] = [];
  visitPlugins(root, undefined, (plugin, place) => {
    seen.push(`${(toPlain(plugin) as { type: string }).type} ${place.path ?? place.what}`);
    return { plugin, state: undefined };
  });
  return seen;
}

const it = (type: string, rest: object = {}) => ({ id: type.at(-1), type, ...rest });

/** Paths are those of `Task.path`. */
Deno.test.each<{ name: string; flow: object; plugins: readonly string[] }>([
  {
    name: "tasks, handlers and triggers",
    flow: {
      tasks: [it("io.A"), it("io.B")],
      errors: [it("io.C")],
      finally: [it("io.D")],
      afterExecution: [it("io.E")],
      triggers: [it("io.F", { conditions: [{ type: "io.G" }] })],
    },
    plugins: [
      "io.A tasks[0]",
      "io.B tasks[1]",
      "io.C errors[0]",
      "io.D finally[0]",
      "io.E afterExecution[0]",
      "io.F trigger",
      "io.G trigger",
    ],
  },
  {
    name: "tasks in tasks",
    flow: {
      tasks: [
        it("io.A", {
          tasks: [it("io.B", { then: [it("io.C")], else: [it("io.D")] })],
          errors: [it("io.E")],
        }),
      ],
      errors: [it("io.F", { tasks: [it("io.G")] })],
    },
    plugins: [
      "io.A tasks[0]",
      "io.B tasks[0].tasks[0]",
      "io.C tasks[0].tasks[0].then[0]",
      "io.D tasks[0].tasks[0].else[0]",
      "io.E tasks[0].errors[0]",
      "io.F errors[0]",
      "io.G errors[0].tasks[0]",
    ],
  },
  {
    name: "cases",
    flow: {
      tasks: [it("io.S", { cases: { x: [it("io.A")], y: [it("io.B")] }, defaults: [it("io.C")] })],
    },
    plugins: [
      "io.S tasks[0]",
      "io.A tasks[0].cases.x[0]",
      "io.B tasks[0].cases.y[0]",
      "io.C tasks[0].defaults[0]",
    ],
  },
  {
    name: "steps of a Dag",
    flow: { tasks: [it("io.D", { tasks: [{ task: it("io.A", { tasks: [it("io.B")] }) }] })] },
    plugins: ["io.D tasks[0]", "io.A tasks[0].tasks[0]", "io.B tasks[0].tasks[0].tasks[0]"],
  },
  {
    name: "a step that has a class of its own as well",
    flow: {
      tasks: [it("io.D", { tasks: [{ type: "decoy", task: it("A", { tasks: [it("B")] }) }] })],
    },
    plugins: [
      "io.D tasks[0]",
      "decoy tasks[0].tasks[0]",
      "A tasks[0].tasks[0]",
      "B tasks[0].tasks[0].tasks[0]",
    ],
  },
  {
    name: "what belongs to a task",
    flow: {
      tasks: [
        it("io.A", {
          taskRunner: { type: "Process", config: { type: "io.B" } },
          deep: [{ er: { type: "io.C" } }],
        }),
      ],
    },
    plugins: ["io.A tasks[0]", "Process tasks[0]", "io.B tasks[0]", "io.C tasks[0]"],
  },
  {
    name: "a class without a package where a task stands",
    flow: { tasks: [it("Undotted"), { id: "none" }] },
    plugins: ["Undotted tasks[0]", "undefined tasks[1]"],
  },
  {
    name: "neither inputs nor retries nor data",
    flow: {
      inputs: [{ id: "a", type: "STRING" }],
      variables: { x: { type: "io.A" } },
      labels: { type: "io.B" },
      retry: { type: "constant" },
      pluginDefaults: [{ type: "io.C", values: {} }],
      tasks: [
        it("io.P", {
          retry: { type: "exponential" },
          onResume: [{ id: "x", type: "BOOLEAN" }],
          body: { type: "object", properties: { a: { type: "text/plain; v=1.0" } } },
        }),
      ],
    },
    plugins: ["io.P tasks[0]"],
  },
])("visitPlugins() finds $name", ({ flow, plugins }) => deepEqual(visited(flow), plugins));
