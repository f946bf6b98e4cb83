import type { Flow, Task } from "../model/mod.ts";
import { toPlain } from "../source/to_plain.ts";

/**
 * Finds the names in `secret('NAME')` anywhere in a value's texts.
 *
 * Only a name that stands written out is found: a task is handed no secret that one cannot
 * read off its flow.
 */
export function findSecrets(value: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const walk = (it: unknown): void => {
    if (typeof it === "string") {
      for (const [, , name] of it.matchAll(/\bsecret\s*\(\s*(['"])([A-Za-z0-9_.-]{1,200})\1/g)) {
        names.add(name!);
      }
    } else if (it !== null && typeof it === "object") Object.values(it).forEach(walk);
  };
  walk(value);
  return names;
}

const ofTask = new WeakMap<Task, ReadonlySet<string>>();

/**
 * The names of the secrets that a task may ask for. `render()` renders a variable, so a task that calls
 * it may ask for the variables' secrets.
 */
export function findSecretsOf(task: Task, flow: Pick<Flow, "variables">): ReadonlySet<string> {
  const known = ofTask.get(task);
  if (known !== undefined) return known;
  const own = toPlain(task.effective);
  const rendersMore = JSON.stringify(own).includes("render");
  const names = new Set([
    ...findSecrets(own),
    ...(rendersMore ? findSecrets(flow.variables) : []),
  ]);
  ofTask.set(task, names);
  return names;
}
