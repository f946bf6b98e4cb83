import { scopeOf } from "./context.ts";
import { renderValue } from "./render_text.ts";
import { runJob } from "./run_job.ts";
import { serveRenderings } from "./serve_renderings.ts";
import { TaskFailure } from "./task_failure.ts";
import { BUILT_INS, type Properties, RENDER_THEMSELVES } from "./tasks/mod.ts";

runJob(() => {}, (job, context, _, ask) => {
  const { work } = job;
  if (work.kind === "renderer") return serveRenderings();
  const run = work.kind === "built-in" ? BUILT_INS.get(work.type) : undefined;
  if (run === undefined) throw new TaskFailure("Cannot run: this child has no such class");
  const isRendered = work.kind === "built-in" && !RENDER_THEMSELVES.has(work.type);
  const task = isRendered ? renderValue(job.task, scopeOf(job)) : job.task;
  return run(task as Properties, context, ask);
});
