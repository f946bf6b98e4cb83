import { denyThreads } from "./deny_threads.ts";
import { evalScript } from "./eval_script.ts";
import { runJob, TaskFailure } from "./run_job.ts";

let stripTypes = async (source: string): Promise<string> => {
  const { stripTypeScriptTypes } = await import("node:module");
  return stripTypeScriptTypes(source);
};

await runJob(
  ({ task: { script, outputs } }, context) => {
    if (typeof script !== "string") throw new TaskFailure('Cannot run: the task has no "script"');
    const names = Array.isArray(outputs) ? outputs.map(String) : [];
    return evalScript(context.render(script), names, context, (it) => stripTypes(it));
  },
  async ({ spawn }) => {
    if (spawn) return;
    const kept = await denyThreads();
    stripTypes = (source) => Promise.resolve(kept.stripTypes(source));
  },
);
