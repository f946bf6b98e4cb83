import { scopeOf } from "./context.ts";
import { denyThreads } from "./deny_threads.ts";
import { renderDeep } from "./expression/mod.ts";
import { runJob, TaskFailure } from "./run_job.ts";
import type { TaskModule } from "./bulkhead.ts";

await runJob(
  async (job, context) => {
    const { work } = job;
    if (work.kind !== "plugin" && work.kind !== "describe") {
      throw new TaskFailure("Cannot run: this child loads plugins only");
    }
    const module = await load(work.module);
    if (work.kind === "describe") {
      const shape = (module.properties as { shape?: object } | undefined)?.shape;
      return {
        type: module.type,
        ...(typeof shape === "object" && { properties: Object.keys(shape) }),
      };
    }
    const task = renderDeep(job.task, scopeOf(job));
    return await module.run(checked(module, task) as never, context);
  },
  async ({ spawn }) => {
    if (!spawn) await denyThreads();
  },
);

/** Loads by a computed name: what a literal import would load is not checked by Deno. */
async function load(path: string): Promise<TaskModule> {
  const name = `file://${path.split("/").map(encodeURIComponent).join("/")}`;
  const { default: module } = await import(name);
  if (typeof module?.type !== "string" || typeof module?.run !== "function") {
    throw new TaskFailure(
      `Cannot use plugin "${path}": its default export is not { type, properties?, run }`,
    );
  }
  return module;
}

function checked({ properties }: TaskModule, task: unknown): unknown {
  if (properties === undefined) return task;
  const parsed = properties.safeParse(task);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((it) =>
    `Cannot use property "${it.path.map(String).join(".")}": ${it.message}`
  );
  throw new TaskFailure(issues.join("\n"));
}
