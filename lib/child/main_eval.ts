import { denyThreads } from "./deny_threads.ts";
import { evalScript } from "./eval_script.ts";
import { nodeProcess } from "./node_process.ts";
import { runJob } from "./run_job.ts";
import { TaskFailure } from "./task_failure.ts";

runJob(
  ({ task: { script, outputs } }, context) => {
    if (typeof script !== "string") throw new TaskFailure('Cannot run: the task has no "script"');
    const names = Array.isArray(outputs) ? outputs.map(String) : [];
    return evalScript(context.render(script), names, context, stripTypes);
  },
  async ({ spawn }) => {
    if (!spawn) await denyThreads();
  },
);

/** Blanks out the types of TypeScript; nothing of the script has run by then. */
function stripTypes(source: string): string {
  const { stripTypeScriptTypes } = nodeProcess().getBuiltinModule("node:module");
  return stripTypeScriptTypes(source);
}
