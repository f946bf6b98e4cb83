import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE, INPUTS, QUESTION } from "./shared_options.ts";

/** `run`, as data. */
export const RUN = {
  synopsis: "FLOW [options]",
  operands: "file",
  options: {
    ...INPUTS,
    yes: { short: "y", about: "let every pause that waits for somebody go on at once" },
    "on-resume": {
      value: "K=V",
      multiple: true,
      about: "a value for what a pause asks whoever resumes it; repeat it",
    },
    concurrency: {
      value: "N",
      about: "run so many tasks at a time at most; as many as there are processors without it",
    },
    json: { about: "events as JSON Lines on stdout" },
    accesses: {
      about: "with --json: tell too what tasks ask Deno for and get, for learn and what-if",
    },
    keep: { about: "leave the workspaces, and the record of the execution" },
    resume: {
      value: "EXECUTION",
      about: "go on with one that failed or was killed, from what it had finished",
    },
    "no-prestart": { about: "start each task's process when the task begins, not before" },
    report: {
      value: "FILE",
      about: "write the run as one HTML page: timeline, logs, outputs, isolation",
      completes: "file",
    },
    ...QUESTION,
    ...EVERYWHERE,
    quiet: { short: "q", about: "say nothing about tasks that go well, and no notes" },
  },
  notes: [
    "Of a bundle the signature is verified before anything in it is read, always. One that is refused " +
    "leaves the last good one in force, which is kept in BULKHEAD_STATE.",
    "Of an execution that fails or is killed the record stays in BULKHEAD_STATE, with its inputs, " +
    "outputs and stored files, for 7 days, of the 50 newest. --resume goes on with the inputs it was " +
    "begun with and takes the flow from where it was, unless FLOW names it; policies are named again. " +
    "Tasks that had not finished may have changed since.",
  ],
  exits: [
    "ok",
    ["failed", "the execution failed"],
    "usage",
    "unreadable",
    "refused",
    "timedOut",
    "host",
    "interrupted",
    "closedPipe",
    "terminated",
  ],
  examples: [
    "bulkhead run examples/demo.yaml -p policies/worker-isolation.yaml",
    "bulkhead run --resume 4f0c2v9kq81m3t7hna5e -p policies/worker-isolation.yaml",
    "bulkhead run --bundle node.tar --trust edge.pub company.team/hello",
    `bulkhead run flow.yaml -i name=world --json | jq -c 'select(.type == "task.denied")'`,
  ],
} as const satisfies CommandTable;
