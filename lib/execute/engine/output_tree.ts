import type { Named } from "./named_outputs.ts";

/** Outputs of one task: its own, or by the value of a loop around it. */
export type Node = { readonly [key: string]: unknown };

/**
 * What expressions see as `outputs`: by the id of the task, and below that by the values of the loops
 * around it, from the outermost.
 *
 * Source: kestra-io/kestra, `Execution.outputs()`.
 */
export interface OutputTree {
  /**
   * Sets what a task run has left, in place of what an earlier round has.
   *
   * @param values Of the loops around it, its own last.
   */
  set(task: string, values: readonly string[], outputs: Readonly<Record<string, unknown>>): void;
  /** All of it. The same map as before: not to be changed, and not to be kept. */
  readonly all: Readonly<Record<string, Node>>;
  /** As much of it as texts can name. */
  only(named: Named, values: (at: string) => string | undefined): Readonly<Record<string, Node>>;
}

/** Begins with nothing. */
export function makeOutputTree(): OutputTree {
  const all: Record<string, Node> = Object.create(null);
  return {
    set(task, values, outputs) {
      // What is empty says nothing, and there may be a great many of them.
      if (values.length > 0 && Object.keys(outputs).length === 0) return;
      if (values.length === 0) {
        all[task] = outputs;
        return;
      }
      let at = (all[task] ??= Object.create(null) as Node) as Record<string, unknown>;
      for (const value of values.slice(0, -1)) {
        at = (at[value] ??= Object.create(null)) as Record<string, unknown>;
      }
      at[values.at(-1)!] = outputs;
    },
    all,
    only(named, valueOf) {
      if (named === "all") return all;
      const some: Record<string, Node> = Object.create(null);
      for (const [task, paths] of named) {
        if (Object.hasOwn(all, task)) {
          some[task] = paths === "all" ? all[task]! : pick(all[task]!, paths, valueOf);
        } else {
          // An expression that names no task is told which there are.
          for (const it of Object.keys(all).slice(0, SAID)) some[it] ??= {};
        }
      }
      return some;
    },
  };
}

/** So many names are told. */
const SAID = 50;

/** What of a task's outputs lies on paths by values of the loops around an expression. */
function pick(
  node: Node,
  paths: readonly (readonly string[])[],
  valueOf: (at: string) => string | undefined,
): Node {
  const picked: Record<string, unknown> = Object.create(null);
  for (const path of paths) {
    const keys = path.map(valueOf);
    let from: unknown = node;
    let to = picked;
    for (const [i, key] of keys.entries()) {
      // Where it is not as the text has it, it sees everything: it may fall back on something.
      if (key === undefined || !isMap(from) || !Object.hasOwn(from, key)) return node;
      from = from[key];
      if (i === keys.length - 1) to[key] = from;
      else to = (to[key] ??= Object.create(null)) as Record<string, unknown>;
    }
  }
  return picked;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
