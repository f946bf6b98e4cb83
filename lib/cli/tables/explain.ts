import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE, QUESTION } from "./shared_options.ts";

/** `explain`, as data. */
export const EXPLAIN = {
  synopsis: "FLOW[#TASK]… [options]",
  operands: "file",
  options: {
    read: {
      value: "PATH",
      multiple: true,
      about: "may it read this path: absolute, or from the workspace; repeat it",
      completes: "file",
    },
    write: {
      value: "PATH",
      multiple: true,
      about: "may it write this path; repeat it",
      completes: "file",
    },
    spawn: { about: "may it start processes and threads" },
    net: {
      value: "HOST",
      multiple: true,
      about: "may it reach this host, or HOST:PORT; repeat it",
    },
    env: { value: "NAME", multiple: true, about: "may it see this variable; repeat it" },
    events: {
      value: "FILE",
      about: "explain every denial of a recorded run: what run --json says; - is standard input",
      completes: "file",
    },
    brief: { about: "no search for the change that would turn an answer round" },
    json: { about: "one JSON document" },
    ...QUESTION,
    ...EVERYWHERE,
  },
  notes: [
    "TASK is a task's id; without it, or with *, all tasks of the flow are meant. Where nothing is asked, " +
    "a table of what is worth asking is shown.",
    "The change that would turn an answer round is found by trying: policies are edited in memory and the " +
    "flow is planned again. What is shown does it, the smallest first. Nothing runs, and no file is changed.",
    "With --events no flow is needed: each denial is told with the line that was recorded. Where its flow " +
    "is given, by name or in --flows, what the policies say of it now is told as well.",
  ],
  exits: [
    ["ok", "all that is asked is allowed; where nothing is, all tasks may run"],
    "usage",
    "unreadable",
    ["refused", "something is denied, or a task is refused"],
    ["host", "this machine lacks something, and nothing else refuses a task"],
    "interrupted",
    "closedPipe",
    "terminated",
  ],
  examples: [
    "bulkhead explain flow.yaml#load --read /etc/passwd -p policy.yaml",
    "bulkhead explain 'flow.yaml#*' --spawn --net example.org:443 -p policies/",
    "bulkhead run flow.yaml -p policy.yaml --json | bulkhead explain --events - flow.yaml -p policy.yaml",
  ],
} as const satisfies CommandTable;
