import { denyThreads, type Guard } from "./deny_threads.ts";
import { evalScript } from "./eval_script.ts";
import { runJob } from "./run_job.ts";
import { stripTypes } from "./strip_types.ts";
import { TaskFailure } from "./task_failure.ts";

/** Without `import` in its text a script loads no module; no escape can stand in that word. */
const MAY_LOAD = /import/;
/** Behind the gate a direct `eval` would be an indirect one. */
const MAY_EVAL = /eval/;

runJob(
  ({ spawn }) => spawn ? undefined : denyThreads(),
  async ({ task: { script, outputs } }, context, guard) => {
    if (typeof script !== "string") throw new TaskFailure('Cannot run: the task has no "script"');
    const names = Array.isArray(outputs) ? outputs.map(String) : [];
    const source = context.render(script);
    const begin = guard === undefined ? () => {} : await guarded(source, guard);
    return await evalScript(source, names, context, {
      stripTypes: (text) => stripTypes(text, guard === undefined),
      begin,
    });
  },
);

/** Finishes the guard, or gives what finishes it when the script is compiled. */
async function guarded(source: string, { gateCode, lockThreads }: Guard): Promise<() => void> {
  if (!MAY_LOAD.test(source) && !MAY_EVAL.test(source)) return gateCode;
  await lockThreads();
  return () => {};
}
