import { deepEqual, equal } from "node:assert/strict";
import type { LocatedMap } from "../../../model/mod.ts";
import { parseYaml } from "../../../source/mod.ts";
import { comesLater, textsOf, writtenFlow } from "./written_flow.ts";

const CORE = "io.kestra.plugin.core.flow";
const log = (id: string) => `{id: ${id}, type: io.kestra.plugin.core.log.Log, message: m-${id}}`;

const FLOW = writtenFlow(
  parseYaml(
    `id: f
namespace: a.b
tasks:
  - ${log("a")}
  - id: seq
    type: ${CORE}.Sequential
    tasks: [${log("b")}, ${log("c")}]
    errors: [${log("d")}]
  - id: dag
    type: ${CORE}.Dag
    tasks: [{task: ${log("e")}}, {task: ${log("g")}, dependsOn: [e]}]
  - id: switch
    type: ${CORE}.Switch
    value: x
    cases: {x: [${log("h")}, ${log("i")}], y: [${log("j")}]}
  - {id: broken}
  - text
errors: [${log("k")}]
finally: [${log("l")}]
`,
    "f.yaml",
  ) as LocatedMap,
);

Deno.test("writtenFlow() finds tasks wherever a flow keeps them, and nothing else", () => {
  deepEqual(FLOW.tasks.map((it) => it.id).join(" "), "a seq b c d dag e g switch h i j k l");
  deepEqual([FLOW.id, FLOW.namespace], ["f", "a.b"]);
});

Deno.test.each([
  { other: "seq", than: "a", later: true },
  { other: "c", than: "a", later: true },
  { other: "c", than: "b", later: true },
  { other: "i", than: "h", later: true },
  { other: "a", than: "c", later: false },
  { other: "b", than: "b", later: false },
  { other: "b", than: "seq", later: false },
  { other: "seq", than: "b", later: false },
  // Side by side, in another branch, or whenever something fails.
  { other: "g", than: "e", later: false },
  { other: "j", than: "h", later: false },
  { other: "d", than: "b", later: false },
  { other: "l", than: "k", later: false },
  { other: "k", than: "a", later: false },
])("comesLater($other, $than) is $later", ({ other, than, later }) => {
  const [a, b] = [other, than].map((id) => FLOW.tasks.find((it) => it.id === id)!);
  equal(comesLater(a!, b!), later);
});

Deno.test("textsOf() leaves out the tasks in a task", () => {
  const seq = FLOW.tasks.find((it) => it.id === "seq")!;
  deepEqual(textsOf(seq).map((it) => it.path.join(".")), ["id", "type"]);
});
