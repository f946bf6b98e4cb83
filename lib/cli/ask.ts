import type { BundleUse } from "./ask_bundle.ts";
import { type CommandIo, UsageError } from "./command.ts";
import type { Args } from "./command_table.ts";
import { type Asked, questionOf } from "./prepare.ts";
import type { PLAN } from "./tables/plan.ts";

/** What a command line asks about flows: those that lie on the disk, or those of a bundle. */
export async function ask(
  io: CommandIo,
  values: Args<typeof PLAN>["values"],
  names: readonly string[],
  use: BundleUse,
): Promise<Asked> {
  if (values.bundle === undefined) {
    if (values.trust.length === 0) return { io, question: questionOf(values, names) };
    throw new UsageError("Cannot use --trust without --bundle: nothing else is signed");
  }
  const { askBundle } = await import("./ask_bundle.ts");
  return await askBundle(io, values, names, use);
}
