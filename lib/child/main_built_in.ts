import { renderDeep } from "./expression/mod.ts";
import { scopeOf } from "./context.ts";
import { runJob, TaskFailure } from "./run_job.ts";
import { BUILT_INS, type Properties } from "./tasks/mod.ts";

await runJob((job, context) => {
  const { work } = job;
  const run = work.kind === "built-in" ? BUILT_INS.get(work.type) : undefined;
  if (run === undefined) throw new TaskFailure("Cannot run: this child has no such class");
  return run(renderDeep(job.task, scopeOf(job)) as Properties, context);
});
