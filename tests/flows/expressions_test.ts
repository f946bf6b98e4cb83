import { deepEqual, equal, match } from "node:assert/strict";
import { makeFiles } from "../cli/bulkhead.ts";
import { type Run, runFlow } from "./events.ts";

const LOG = "io.kestra.plugin.core.log.Log";
const IF = "io.kestra.plugin.core.flow.If";
const FOR_EACH = "io.kestra.plugin.core.flow.ForEach";
const SET = "io.kestra.plugin.core.kv.Set";
const FAIL = "io.kestra.plugin.core.execution.Fail";
const WRITE = "io.kestra.plugin.core.storage.Write";

const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix: [io.kestra.plugin.core]
`;

interface Given {
  readonly files?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
}

async function run(flow: string, { files = {}, argv = [] }: Given = {}): Promise<Run> {
  await using made = await makeFiles({
    "flow.yaml": `id: f\nnamespace: a.b\n${flow}`,
    "policy.yaml": POLICY,
    ...files,
  });
  return await runFlow(["flow.yaml", "-p", "policy.yaml", ...argv], { cwd: made.path });
}

function errorOf({ events }: Run, task: string): string {
  const end = events.find((it) => it.type === "task.finished" && it.task === task);
  return end?.type === "task.finished" ? end.error ?? "" : "it did not end";
}

Deno.test("expressions: a key that a task has set is read by a task, a condition and a loop", async () => {
  const said = await run(`
tasks:
  - {id: set, type: ${SET}, key: list, kvType: JSON, value: '["x", "y"]'}
  - {id: log, type: ${LOG}, message: "{{ kv('list') | first }} {{ kv('no', errorOnMissing=false) ?? 'none' }}"}
  - id: if
    type: ${IF}
    condition: "{{ kv('list') contains 'y' }}"
    then: [{id: yes, type: ${LOG}, message: it does}]
  - id: each
    type: ${FOR_EACH}
    values: "{{ kv('list') }}"
    tasks: [{id: value, type: ${LOG}, message: "got {{ taskrun.value }}"}]
`);
  equal(said.states.execution, "SUCCESS", said.stderr);
  deepEqual(said.logs, ["INFO x none", "INFO it does", "INFO got x", "INFO got y"]);
});

Deno.test("expressions: files of the namespace, and stored ones, are read wherever one renders", async () => {
  const said = await run(
    `
tasks:
  - {id: log, type: ${LOG}, message: "{{ read('data/a.txt') }}{{ fileSize('data/a.txt') }}{{ fileExists('no.txt') }}"}
  - {id: write, type: ${WRITE}, content: '["p", "q"]'}
  - id: each
    type: ${FOR_EACH}
    values: "{{ read(outputs.write.uri) }}"
    tasks: [{id: value, type: ${LOG}, message: "{{ taskrun.value }}"}]
  - {id: bad, type: ${LOG}, message: "{{ read('../c/a.txt') }}"}
`,
    {
      files: { "files/a.b/data/a.txt": "hello\n", "files/c/a.txt": "other" },
      argv: ["--namespace-files", "files"],
    },
  );
  deepEqual(said.logs, ["INFO hello\n6false", "INFO p", "INFO q"]);
  match(errorOf(said, "bad"), /Cannot read "\.\.\/c\/a\.txt": it holds "\.\."/);
});

Deno.test("expressions: what failed is told to those who ask, in a task of errors", async () => {
  const said = await run(`
tasks:
  - {id: bad, type: ${FAIL}, errorMessage: it broke}
errors:
  - {id: log, type: ${LOG}, message: "{{ errorLogs() | jq('.[].message') | first }} {{ tasksWithState('failed') | jq('.[].taskId') }}"}
`);
  equal(said.states.execution, "FAILED");
  const last = said.logs.at(-1)!;
  match(last, /it broke/);
  match(last, /\["bad"\]$/);
});

Deno.test("expressions: an error names its place in the flow's file, in a child and in a flowable", async () => {
  const said = await run(`
tasks:
  - id: log
    type: ${LOG}
    allowFailure: true
    message: |
      first line
        {{ inputs.nope }}
  - id: if
    type: ${IF}
    condition: "{{ outputs.lgo.value }}"
    then: [{id: yes, type: ${LOG}, message: never}]
`);
  match(
    errorOf(said, "log"),
    /^Cannot render "inputs\.nope": unknown name "nope" in "inputs"\n {2}at \S*flow\.yaml:10:19\n/,
  );
  match(
    errorOf(said, "if"),
    /^Cannot render "outputs\.lgo\.value": unknown name "lgo" in "outputs"\n {2}at \S*flow\.yaml:13:28\nDid you mean "log"\?/,
  );
});
