import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE, POLICY } from "./shared_options.ts";

/** `pack`, as data. */
export const PACK = {
  synopsis: "-p POLICY… --flows PATH… --key FILE -o FILE [options]",
  options: {
    ...POLICY,
    flows: {
      value: "PATH",
      multiple: true,
      about: "a flow, or a directory of them; repeat it",
      completes: "file",
    },
    plugins: {
      value: "DIR",
      multiple: true,
      about: "a directory of plugins, packed whole; repeat it",
      completes: "directory",
    },
    key: { value: "FILE", about: "the key that signs, from bulkhead keygen", completes: "file" },
    expires: { value: "WHEN", about: "P30D, 2027-01-31 or a time in UTC (default: P90D)" },
    sequence: {
      value: "N",
      about: "nodes take none below the last (default: the time, in seconds since 1970)",
    },
    output: { short: "o", value: "FILE", about: "the bundle", completes: "file" },
    ...EVERYWHERE,
  },
  notes: [
    "What is packed is read as run would read it: policies and flows with faults are not packed, " +
    "nor plugins that do not say what class they are.",
    "The same files, key, --sequence, --expires and SOURCE_DATE_EPOCH give the same bytes.",
    "Only a bundle is written over.",
  ],
  exits: ["ok", "usage", ["unreadable", "a file cannot be read or used"], "refused", "host"],
  examples: [
    "bulkhead pack -p policies/edge.yaml --flows flows/ --key edge.key -o node.tar",
  ],
} as const satisfies CommandTable;
