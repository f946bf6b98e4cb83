import { loadModule } from "./load_module.ts";
import { scopeOf } from "./context.ts";
import { denyThreads } from "./deny_threads.ts";
import { renderValue } from "./render_text.ts";
import { runJob } from "./run_job.ts";
import { TaskFailure } from "./task_failure.ts";
import type { TaskModule } from "./bulkhead.ts";

runJob(
  async ({ spawn }) => {
    if (!spawn) await denyThreads().lockThreads();
  },
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
    const task = renderValue(job.task, scopeOf(job));
    return await module.run(checked(module, task) as never, context);
  },
);

async function load(path: string): Promise<TaskModule> {
  const { default: module } = await loadModule(path) as { readonly default: TaskModule };
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
