import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE, MACHINE, POLICY } from "./shared_options.ts";

/** `doctor`, as data. */
export const DOCTOR = {
  synopsis: "[options]",
  options: {
    policy: {
      ...POLICY.policy,
      about: "say whether this machine has what a policy needs; repeat it",
    },
    json: { about: "one JSON document" },
    image: {
      value: "NAME",
      about: "prove the container layer with this image (default: one that is here)",
    },
    ...MACHINE,
    ...EVERYWHERE,
  },
  notes: [
    "A probe is something that its layer must refuse, a control something that it must not. " +
    "Nothing is pulled, and nothing that was remembered of earlier tests counts.",
  ],
  exits: [
    "ok",
    "usage",
    ["unreadable", "a policy cannot be read"],
    ["host", "this machine lacks what a policy given with -p needs"],
    "interrupted",
    "closedPipe",
    "terminated",
  ],
  examples: [
    "bulkhead doctor",
    "bulkhead doctor -p policies/edge.yaml --json | jq .layers",
  ],
} as const satisfies CommandTable;
