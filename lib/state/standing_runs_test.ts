import { deepEqual } from "node:assert/strict";
import type { State } from "../model/mod.ts";
import { standingRuns } from "./standing_runs.ts";

const rows: {
  readonly name: string;
  readonly runs: readonly (readonly [key: string, state: State])[];
  readonly stand: readonly string[];
}[] = [{
  name: "what went well, and not what failed or was killed",
  runs: [
    ["tasks[0]", "SUCCESS"],
    ["tasks[1]", "WARNING"],
    ["tasks[2]", "SKIPPED"],
    ["tasks[3]", "FAILED"],
    ["tasks[4]", "KILLED"],
  ],
  stand: ["tasks[0]", "tasks[1]", "tasks[2]"],
}, {
  name: "the last of several runs of one key",
  runs: [["tasks[0]", "FAILED"], ["tasks[1]", "SUCCESS"], ["tasks[0]", "SUCCESS"]],
  stand: ["tasks[0]", "tasks[1]"],
}, {
  name: "no handler of a flow in which something failed",
  runs: [
    ["tasks[0]", "SUCCESS"],
    ["tasks[1]", "FAILED"],
    ["errors[0]", "SUCCESS"],
    ["finally[0]", "SUCCESS"],
    ["afterExecution[0]", "SUCCESS"],
  ],
  stand: ["tasks[0]"],
}, {
  name: "a finally after tasks that went well",
  runs: [["tasks[0]", "SUCCESS"], ["finally[0]", "SUCCESS"]],
  stand: ["tasks[0]", "finally[0]"],
}, {
  name: "handlers of the rounds in which nothing failed",
  runs: [
    ["tasks[0].tasks[0].tasks[0]@0", "SUCCESS"],
    ["tasks[0].tasks[0].finally[0]@0", "SUCCESS"],
    ["tasks[0].tasks[0].tasks[0]@1", "FAILED"],
    ["tasks[0].tasks[0].finally[0]@1", "SUCCESS"],
  ],
  stand: ["tasks[0].tasks[0].tasks[0]@0", "tasks[0].tasks[0].finally[0]@0"],
}, {
  name: "no handler of a loop in one of whose rounds something failed",
  runs: [
    ["tasks[0].tasks[0]@0", "SUCCESS"],
    ["tasks[0].tasks[0]@1", "FAILED"],
    ["tasks[0].errors[0]", "SUCCESS"],
    ["tasks[1].finally[0]", "SUCCESS"],
  ],
  stand: ["tasks[0].tasks[0]@0", "tasks[1].finally[0]"],
}, {
  name: "no handler beside one that failed itself",
  runs: [
    ["tasks[0]", "SUCCESS"],
    ["finally[0]", "SUCCESS"],
    ["finally[1]", "FAILED"],
  ],
  stand: ["tasks[0]"],
}, {
  name: "neighbours whose paths only begin alike",
  runs: [["tasks[1].finally[0]", "SUCCESS"], ["tasks[10].tasks[0]", "FAILED"]],
  stand: ["tasks[1].finally[0]"],
}];

Deno.test.each(rows)("standingRuns() keeps $name", ({ runs, stand }) => {
  const found = standingRuns(
    runs.map(([key, state]) => ({ key, state, taskRun: "r", digest: "d", outputs: {} })),
  );
  deepEqual([...found.keys()].toSorted(), stand.toSorted());
});
