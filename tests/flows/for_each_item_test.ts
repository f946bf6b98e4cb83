import { deepEqual, equal, match } from "node:assert/strict";
import type { Event } from "../../lib/model/mod.ts";
import { makeFiles } from "../cli/bulkhead.ts";
import { type Run, runFlow } from "./events.ts";

const LOG = "io.kestra.plugin.core.log.Log";
const FAIL = "io.kestra.plugin.core.execution.Fail";

const SUB = {
  id: "sub",
  namespace: "a.b",
  inputs: [{ id: "items", type: "STRING" }, { id: "at", type: "INT" }],
  tasks: [{ id: "say", type: LOG, message: "{{ inputs.at }}: {{ read(inputs.items) | trim }}" }],
  outputs: [{ id: "at", type: "INT", value: "{{ inputs.at }}" }],
};

async function run(
  each: object,
  { content = "a\nb\nc\nd\ne\n", sub = SUB as object, after = [] as readonly object[] } = {},
): Promise<Run> {
  await using files = await makeFiles({
    "main.yaml": JSON.stringify({
      id: "main",
      namespace: "a.b",
      tasks: [
        {
          id: "write",
          type: "io.kestra.plugin.core.storage.Write",
          content,
          extension: ".txt",
        },
        {
          id: "each",
          type: "io.kestra.plugin.core.flow.ForEachItem",
          items: "{{ outputs.write.uri }}",
          namespace: "a.b",
          flowId: "sub",
          inputs: { items: "{{ taskrun.items }}", at: "{{ taskrun.iteration }}" },
          ...each,
        },
        ...after,
      ],
    }),
    "flows/sub.yaml": JSON.stringify(sub),
  });
  return await runFlow(["main.yaml", "--flows", "flows"], { cwd: files.path });
}

const outputsOf = ({ events }: Run, task: string) => {
  const end = events.find((it) => it.type === "task.finished" && it.task === task);
  return end?.type === "task.finished" ? end.outputs : undefined;
};

const SPLITS: readonly (readonly [string, object, readonly string[]])[] = [
  ["one row without any", {}, ["0: a", "1: b", "2: c", "3: d", "4: e"]],
  ["rows", { batch: { rows: 2 } }, ["0: a\nb", "1: c\nd", "2: e"]],
  ["rows that an expression gives", { batch: { rows: "{{ 1 + 2 }}" } }, ["0: a\nb\nc", "1: d\ne"]],
  ["partitions", { batch: { partitions: 2 } }, ["0: a\nc\ne", "1: b\nd"]],
  ["bytes", { batch: { bytes: "3" } }, ["0: a\nb", "1: c\nd", "2: e"]],
  ["a separator", { batch: { rows: 5, separator: "," } }, ["0: a,b,c,d,e,"]],
  ["a pattern", { batch: { regexPattern: "([ac]|[be])" } }, ["0: a", "1: b", "2: c", "3: e"]],
];

for (const [name, each, expected] of SPLITS) {
  Deno.test(`for each item: batches by ${name}`, async () => {
    const said = await run(each);
    equal(said.code, 0, said.stderr);
    deepEqual(said.logs.map((it) => it.replace("INFO ", "")).toSorted(), expected);
  });
}

Deno.test("for each item: outputs are those of its parts, as in Kestra", async () => {
  const said = await run({ batch: { rows: 2 } }, {
    after: [{
      id: "all",
      type: LOG,
      message:
        "{{ outputs.each_items.numberOfBatches }} {{ read(outputs.each_merge.subflowOutputs) }}",
    }],
  });
  equal(said.code, 0, said.stderr);
  deepEqual(outputsOf(said, "each_items"), {
    numberOfBatches: 3,
    iterations: { CREATED: 0, RUNNING: 0, SUCCESS: 3 },
  });
  match(
    String(outputsOf(said, "each_split")?.splits),
    /^kestra:\/\/\/a\/b\/main\/executions\/.*splits\.txt$/,
  );
  equal(said.logs.at(-1), 'INFO 3 {"at":0}\n{"at":1}\n{"at":2}\n');
  const parents = said.events.flatMap((it) =>
    it.type === "task.started" && it.task.startsWith("each_") ? [it.parent] : []
  );
  const each = said.events.find((it) => it.type === "task.started" && it.task === "each") as
    | Extract<Event, { type: "task.started" }>
    | undefined;
  deepEqual(new Set(parents), new Set([each?.taskRun]));
});

Deno.test("for each item: every batch is run, also where one has failed", async () => {
  const sub = {
    ...SUB,
    outputs: [],
    tasks: [{ id: "say", type: FAIL, condition: "{{ inputs.at == 1 }}", errorMessage: "no" }],
  };
  const said = await run({ batch: { rows: 2 } }, { sub });
  equal(said.code, 1, said.stderr);
  deepEqual(outputsOf(said, "each_items"), {
    numberOfBatches: 3,
    iterations: { CREATED: 0, RUNNING: 0, SUCCESS: 2, FAILED: 1 },
  });
  equal(said.states.each, "FAILED");
  equal(said.states.each_merge, undefined);
  const kept = await run({ batch: { rows: 2 }, transmitFailed: false }, { sub });
  equal(kept.code, 0, kept.stderr);
});

Deno.test("for each item: an empty file starts nothing", async () => {
  const said = await run({}, { content: "" });
  equal(said.code, 0, said.stderr);
  equal(said.events.filter((it) => it.type === "execution.started").length, 1);
  deepEqual(outputsOf(said, "each_items"), {});
});

Deno.test("for each item: what is no stored file, and what is no size, fail it", async () => {
  for (
    const [each, fact] of [
      [{ items: "file:///etc/passwd" }, /no such file is stored/],
      [{ batch: { bytes: "many" } }, /bytes "many" is no size/],
      [{ batch: { rows: "{{ 'no' }}" } }, /rows "no" is no whole number from 1/],
      [{ batch: { partitions: 501 } }, /there are 500 partitions at most/],
      [{ batch: { regexPattern: "(" } }, /its pattern cannot be used/],
    ] as const
  ) {
    const said = await run(each);
    equal(said.code, 1, JSON.stringify(each));
    const end = said.events.find((it) => it.type === "task.finished" && it.task === "each_split");
    match(end?.type === "task.finished" ? end.error ?? "" : "", fact);
  }
});
