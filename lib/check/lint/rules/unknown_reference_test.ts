import { deepEqual } from "node:assert/strict";
import { found, inShort } from "./lint_sample.ts";
import { UNKNOWN_INPUT, UNKNOWN_OUTPUT, UNKNOWN_VARIABLE } from "./unknown_reference.ts";

const LOG = "io.kestra.plugin.core.log.Log";

/** Two tasks side by side or one behind the other; the first says `message`. */
const twoTasks = (message: string, around = "Sequential") =>
  `id: f
namespace: a.b
inputs:
  - id: user
    type: STRING
  - id: db.name
    type: STRING
variables:
  region: eu
tasks:
  - id: around
    type: io.kestra.plugin.core.flow.${around}
    tasks:
      - id: first
        type: ${LOG}
        message: ${JSON.stringify(message)}
      - id: second
        type: ${LOG}
        message: hello
`;

interface Row {
  readonly name: string;
  readonly message: string;
  readonly around?: string;
  readonly finds: readonly string[];
}

const OUTPUTS: readonly Row[] = [
  {
    name: "a task that is not there",
    message: "{{ outputs.thrid.value }}",
    finds: ['16:30 "outputs.thrid" leads nowhere: the flow has no task "thrid"'],
  },
  {
    name: "a task that runs later",
    message: "{{ outputs.second.value }}",
    finds: ['16:30 "outputs.second" has no value yet: task "second" runs after "first"'],
  },
  {
    name: "a name in brackets",
    message: "{{ outputs['thrid'].value }}",
    finds: ['16:31 "outputs.thrid" leads nowhere: the flow has no task "thrid"'],
  },
  {
    name: "nothing of one beside it",
    message: "{{ outputs.second }}",
    around: "Parallel",
    finds: [],
  },
  {
    name: "nothing of an earlier round",
    message: "{{ outputs.second }}",
    around: "LoopUntil",
    finds: [],
  },
  { name: "nothing of what holds it", message: "{{ outputs.around }}", finds: [] },
  { name: "nothing where a value may be missing", message: "{{ outputs.no ?? 'x' }}", finds: [] },
  { name: "nothing behind another name", message: "{{ x.outputs.no }}", finds: [] },
  { name: "nothing in quotes", message: "{{ 'outputs.no' }}", finds: [] },
  { name: "nothing that is raw", message: "{% raw %}{{ outputs.no }}{% endraw %}", finds: [] },
  { name: "nothing outside of braces", message: "see outputs.no", finds: [] },
  { name: "nothing that is computed", message: "{{ outputs[taskrun.value] }}", finds: [] },
  { name: "nothing of a part of ForEachItem", message: "{{ outputs.around_merge.x }}", finds: [] },
];
Deno.test.each(OUTPUTS)("check/unknown-output finds $name", async ({ message, around, finds }) => {
  const seen = await found(UNKNOWN_OUTPUT, { flows: [twoTasks(message, around)] });
  deepEqual(seen.map(inShort), finds);
});

Deno.test("check/unknown-output goes by the task's own list, not by the file", async () => {
  const flow = (list: string) =>
    `id: f
namespace: a.b
${list}:
  - id: handle
    type: ${LOG}
    message: "{{ outputs.work.value }}"
${list === "tasks" ? "finally" : "tasks"}:
  - id: work
    type: ${LOG}
    message: hello
`;
  deepEqual(await found(UNKNOWN_OUTPUT, { flows: [flow("errors")] }), []);
  deepEqual(await found(UNKNOWN_OUTPUT, { flows: [flow("finally")] }), []);
});

Deno.test("check/unknown-output leaves alone what a started flow gives", async () => {
  const flow = `id: f
namespace: a.b
tasks:
  - id: start
    type: io.kestra.plugin.core.flow.Subflow
    namespace: a.b
    flowId: other
    outputs: {x: "{{ outputs.theirs.value }}"}
    inputs: {y: "{{ outputs.no.value }}"}
`;
  const seen = await found(UNKNOWN_OUTPUT, { flows: [flow] });
  deepEqual(seen.map((it) => it.at?.line), [9]);
});

Deno.test("check/unknown-output tells the place in a block", async () => {
  const flow = `id: f
namespace: a.b
tasks:
  - id: t
    type: ${LOG}
    message: |
      one
      two {{ outputs.no.value }}
`;
  const [it] = await found(UNKNOWN_OUTPUT, { flows: [flow] });
  deepEqual([it?.at?.line, it?.at?.column], [8, 22]);
});

const INPUTS: readonly Row[] = [
  {
    name: "an input that is not declared",
    message: "{{ inputs.usr }} {{ inputs.user }}",
    finds: ['16:29 "inputs.usr" leads nowhere: the flow has no input "usr"'],
  },
  { name: "nothing of a nested name", message: "{{ inputs.db.name }}", finds: [] },
  { name: "nothing with a fallback", message: "{{ inputs.usr | default('x') }}", finds: [] },
  // What a dash does is said by the parser.
  { name: "nothing with a dash", message: "{{ inputs.usr-name }}", finds: [] },
];
Deno.test.each(INPUTS)("check/unknown-input finds $name", async ({ message, finds }) => {
  const seen = await found(UNKNOWN_INPUT, { flows: [twoTasks(message)] });
  deepEqual(seen.map(inShort), finds);
});

Deno.test("check/unknown-variable finds what is not declared, and names what is near", async () => {
  const flows = [twoTasks("{{ vars.regoin }} {{ vars.region }}")];
  const seen = await found(UNKNOWN_VARIABLE, { flows });
  deepEqual(seen.map((it) => [inShort(it), it.help]), [[
    '16:27 "vars.regoin" leads nowhere: the flow has no variable "regoin"',
    'Did you mean "region"?',
  ]]);
});
