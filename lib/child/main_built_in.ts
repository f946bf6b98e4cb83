import { scopeOf } from "./context.ts";
import { renderValue } from "./render_text.ts";
import { runJob } from "./run_job.ts";
import { TaskFailure } from "./task_failure.ts";
import { BUILT_INS, type Properties } from "./tasks/mod.ts";

runJob((job, context) => {
  const { work } = job;
  const run = work.kind === "built-in" ? BUILT_INS.get(work.type) : undefined;
  if (run === undefined) throw new TaskFailure("Cannot run: this child has no such class");
  return run(renderValue(job.task, scopeOf(job)) as Properties, context);
});
