import { makeStyle, whatIfJson, whatIfText } from "../report/mod.ts";
import type { Replay } from "../model/mod.ts";
import { codeOfAbort } from "./code_of_abort.ts";
import { defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { flowsBelow } from "./flows_below.ts";
import { prepare, questionOf } from "./prepare.ts";
import { readEvents } from "./read_events.ts";
import { makeReplayer } from "./replay.ts";
import { WHAT_IF } from "./tables/what_if.ts";

/** Complaints about lines that are told one by one. */
const TOLD = 20;

/** `what-if`: which decisions of recorded runs another policy makes otherwise. Nothing runs. */
export const whatIf = defineCommand(WHAT_IF, async ({ positionals, values }, io) => {
  const isFlow = (path: string) => /\.ya?ml$/i.test(path);
  const events = positionals.filter((it) => !isFlow(it));
  if (events.length === 0) throw new UsageError("Cannot replay: no file of events given");
  if (events.filter((it) => it === "-").length > 1) {
    throw new UsageError('Cannot replay "-" twice: standard input is read once');
  }
  const own = positionals.filter(isFlow);
  const files = await distinct([...own, ...await flowsBelow(io, values.flows)]);
  const { plan } = await prepare(io, questionOf(values, files));
  const replayer = makeReplayer(plan.flows);
  let damaged = 0;
  for (const path of events) {
    for await (const line of readEvents(path)) {
      const stopped = codeOfAbort(io);
      if (stopped !== undefined) return stopped;
      if ("event" in line) await replayer.take(line.event);
      else {
        replayer.damaged();
        if (++damaged <= TOLD) io.log.tell([line.problem]);
      }
    }
  }
  if (damaged > TOLD) {
    io.log.note("run/damaged-event", `${damaged - TOLD} more lines cannot be read`);
  }
  const replay = replayer.result();
  io.out(
    values.json
      ? whatIfJson(plan.policy, replay)
      : whatIfText(replay, io.texts, makeStyle(io.colour.out)),
  );
  io.log.tell(plan.policy.warnings);
  return codeOf(replay, values["fail-on"]);
});

/** A file that is named twice is one. */
async function distinct(paths: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(paths.map((it) => Deno.realPath(it).catch(() => it)));
  return paths.filter((_, i) => real.indexOf(real[i]!) === i);
}

function codeOf(
  { changes, denied, allowed, notReplayed, damaged }: Replay,
  failOn: "never" | "change" | "denied" | "allowed" | undefined,
): number {
  const counts = { never: 0, change: changes, denied, allowed }[failOn ?? "never"];
  if (counts > 0) return ExitCode.failed;
  return notReplayed.length > 0 || damaged > 0 ? ExitCode.unreadable : ExitCode.ok;
}
