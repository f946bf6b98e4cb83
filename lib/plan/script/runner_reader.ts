import type {
  Engine,
  HostFacts,
  Located,
  LocatedEntry,
  LocatedMap,
  Policy,
  Source,
} from "../../model/mod.ts";
import { nearest } from "../../source/nearest.ts";
import { toPlain } from "../../source/to_plain.ts";
import type { ClosedPath } from "../closed_paths.ts";
import { entryOf, expressionIn, type TaskReader } from "./task_reader.ts";

/** Reads the keys of a Docker task runner, under a policy. */
export interface RunnerReader extends TaskReader {
  /** Absent where the task names no runner. */
  readonly runner: LocatedMap | undefined;
  /** Where the policy forces the runner, if it does. */
  readonly forcedAt: Source | undefined;
  readonly policy: Policy;
  readonly closed: readonly ClosedPath[];
  readonly host: HostFacts;
  readonly engine: Engine;
}

/** What the runner takes; each of them is read by somebody here. */
const KEYS = [
  "type",
  "host",
  "config",
  "credentials",
  "user",
  "entryPoint",
  "extraHosts",
  "networkMode",
  "portBindings",
  "volumes",
  "pullPolicy",
  "deviceRequests",
  "cpu",
  "memory",
  "shmSize",
  "privileged",
  "fileHandlingStrategy",
  "delete",
  "wait",
  "killGracePeriod",
  "resume",
  "image",
];

/**
 * Keys that no rule of a policy governs, and that change what runs or who is asked: where a policy
 * forces the runner, they are its own to set.
 */
const CLOSED_WHEN_FORCED = ["host", "config", "credentials", "entryPoint", "extraHosts", "image"];

/** These are rendered, and hold what logs in: no rule looks at them. */
const RENDERED = ["config", "credentials"];

/** The value of a key, unless it has none. */
export function keyOf({ runner }: RunnerReader, name: string): LocatedEntry | undefined {
  return entryOf(runner, name);
}

/**
 * Says why a key cannot be as it is.
 *
 * @param path The key, and the keys in it.
 * @param fact Goes on after `key "networkMode" of its task runner`.
 * @param rule The line of the policy that decides; a forced runner's own where there is none.
 */
export function refuseKey(
  { task, refusals, runner, forcedAt }: RunnerReader,
  path: readonly [string, ...string[]],
  fact: string,
  { rule, help }: { readonly rule?: Source | undefined; readonly help?: string } = {},
): undefined {
  const key = keySource(runner, path);
  const source = rule ?? forcedAt;
  const name = path.join(".");
  refusals.push({
    code: "plan/runner-key",
    message: `Cannot run task "${task.id}": key "${name}" of its task runner ${fact}`,
    by: source === undefined ? "unsupported" : "policy",
    source: source ?? key,
    ...(source && { related: [{ message: `"${name}" stands here`, at: key }] }),
    ...(help !== undefined && { help }),
  });
}

function keySource(runner: LocatedMap | undefined, path: readonly string[]): Source {
  let map = runner;
  let source = runner!.source;
  for (const step of path) {
    const entry: LocatedEntry | undefined = map?.entries.get(step);
    if (entry === undefined) break;
    source = entry.key;
    map = entry.value.kind === "map" ? entry.value : undefined;
  }
  return source;
}

/** Refuses keys that nobody knows, that are not the author's to set, or that cannot be decided. */
export function refuseKeys(reader: RunnerReader): void {
  const { runner, forcedAt } = reader;
  for (const [name, { value }] of runner?.entries ?? []) {
    if (!KEYS.includes(name)) {
      const near = nearest(name, KEYS);
      refuseKey(reader, [name], "is not known", {
        help: near === undefined ? "Leave the key out" : `Did you mean "${near}"?`,
      });
      continue;
    }
    if (name === "type" || keyOf(reader, name) === undefined) continue;
    if (forcedAt !== undefined && CLOSED_WHEN_FORCED.includes(name) && isAuthors(value)) {
      refuseKey(reader, [name], "is not open to the author, the policy forces the runner", {
        help: "Leave the key out",
      });
      continue;
    }
    const expression = RENDERED.includes(name) ? undefined : expressionIn(value);
    if (expression === undefined) continue;
    const shown = JSON.stringify(toPlain(expression));
    refuseKey(
      reader,
      [name],
      `holds ${shown}, and an expression cannot be decided before the run`,
      { help: "Write the value out" },
    );
  }
}

/** Whether any of a value is of the flow, and not of the policy. */
function isAuthors(value: Located): boolean {
  switch (value.kind) {
    case "scalar":
      return value.injection === undefined || value.injection === "flow default" ||
        value.injection === "flow forced default";
    case "list":
      return value.items.length === 0 || value.items.some(isAuthors);
    case "map":
      return value.entries.size === 0 ||
        [...value.entries.values()].some((it) => isAuthors(it.value));
  }
}

/** The value as one sees it in a message. */
export function shownValue(value: Located): string {
  return JSON.stringify(toPlain(value));
}
