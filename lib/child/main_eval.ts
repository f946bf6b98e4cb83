import { denyThreads, type Guard } from "./deny_threads.ts";
import { evalScript } from "./eval_script.ts";
import { nodeProcess } from "./node_process.ts";
import { runJob } from "./run_job.ts";
import { TaskFailure } from "./task_failure.ts";

/** Without `import` in its text a script loads no module; no escape can stand in that word. */
const MAY_LOAD = /import/;
/** Behind the gate a direct `eval` would be an indirect one. */
const MAY_EVAL = /eval/;

runJob(
  async ({ task: { script, outputs }, spawn }, context) => {
    if (typeof script !== "string") throw new TaskFailure('Cannot run: the task has no "script"');
    const names = Array.isArray(outputs) ? outputs.map(String) : [];
    const source = context.render(script);
    const begin = spawn ? () => {} : await guarded(source, denyThreads());
    return await evalScript(source, names, context, { stripTypes, begin });
  },
);

/** Finishes the guard, or gives what finishes it when the script is compiled. */
async function guarded(source: string, { gateCode, lockThreads }: Guard): Promise<() => void> {
  if (!MAY_LOAD.test(source) && !MAY_EVAL.test(source)) return gateCode;
  await lockThreads();
  return () => {};
}

/** Blanks out the types of TypeScript; nothing of the script has run by then. */
function stripTypes(source: string): string {
  const { stripTypeScriptTypes } = nodeProcess().getBuiltinModule("node:module");
  return stripTypeScriptTypes(source);
}
