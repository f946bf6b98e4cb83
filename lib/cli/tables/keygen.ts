import type { CommandTable } from "../command_table.ts";
import { EVERYWHERE } from "./shared_options.ts";

/** `keygen`, as data. */
export const KEYGEN = {
  synopsis: "[options]",
  options: {
    output: {
      short: "o",
      value: "NAME",
      about: "writes NAME.key and NAME.pub (default: bulkhead)",
      completes: "file",
    },
    ...EVERYWHERE,
  },
  notes: ["No file is written over. Ed25519; PEM, as openssl pkey reads it."],
  exits: ["ok", "usage", "host"],
  examples: ["bulkhead keygen -o edge"],
} as const satisfies CommandTable;
