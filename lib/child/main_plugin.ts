import { scopeOf } from "./context.ts";
import { denyThreads } from "./deny_threads.ts";
import { renderValue } from "./render_text.ts";
import { runJob } from "./run_job.ts";
import { TaskFailure } from "./task_failure.ts";
import type { TaskModule } from "./bulkhead.ts";

runJob(
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
  async ({ spawn }) => {
    if (!spawn) await denyThreads().lockThreads();
  },
);

/** Loads by a computed name: what a literal import would load is not checked by Deno. */
async function load(path: string): Promise<TaskModule> {
  const name = `file://${path.split("/").map(encodeURIComponent).join("/")}`;
  const { default: module } = await loaded(name);
  if (typeof module?.type !== "string" || typeof module?.run !== "function") {
    throw new TaskFailure(
      `Cannot use plugin "${path}": its default export is not { type, properties?, run }`,
    );
  }
  return module;
}

/**
 * CommonJS modules are wrapped in an import of `node:module`. Behind the guard that is our own,
 * which Deno does not load on the wrapper's behalf: it has to be there before.
 */
async function loaded(name: string) {
  try {
    return await import(name);
  } catch (error) {
    if (!/^Loading unprepared module:/.test((error as Error)?.message)) throw error;
    await import("node:module");
    return await import(name);
  }
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
