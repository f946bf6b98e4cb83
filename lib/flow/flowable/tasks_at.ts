import type { Task } from "../../model/mod.ts";

/** Those of a flowable's tasks that stand in one of its lists: `tasks`, `cases.a`. */
export function tasksAt({ path, children }: Task, list: string): readonly Task[] {
  const start = `${path}.${list}[`;
  return children.filter((it) =>
    it.path.startsWith(start) && /^\d+\]$/.test(it.path.slice(start.length))
  );
}
