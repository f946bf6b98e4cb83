/**
 * What is known of classes, as data: `classOf()` is the way in.
 *
 * @module
 */
import { canonicalClass } from "./aliases.ts";
import { commandClass } from "./command_classes.ts";
import { CORE_CLASSES } from "./core_classes.ts";
import type { KnownClass } from "./known_class.ts";
import { SCRIPT_CLASSES } from "./script_classes.ts";

export type { KnownClass, Need, ScriptFile } from "./known_class.ts";

/** Classes by the name they have today. */
export const CLASSES: ReadonlyMap<string, KnownClass> = new Map([
  ...CORE_CLASSES,
  ...SCRIPT_CLASSES,
]);

/** What is known of a class, by any of its names; `undefined` for one that nobody here knows. */
export function classOf(type: string): KnownClass | undefined {
  const name = canonicalClass(type);
  return CLASSES.get(name) ?? commandClass(name);
}

/** Names of every task that are honoured. */
export const TASK_PROPERTIES: readonly string[] = [
  "id",
  "type",
  "description",
  "timeout",
  "retry",
  "logLevel",
  "taskCache",
  "allowFailure",
  "allowWarning",
  "disabled",
  "runIf",
  "when",
  "policyRefs",
  "pluginDefaultsRef",
];

/** The runner that a script task has when nobody names one, as in Kestra. */
export const DOCKER_RUNNER = "io.kestra.plugin.scripts.runner.docker.Docker";

/** The runner that runs commands on the host. */
export const PROCESS_RUNNER = "io.kestra.plugin.core.runner.Process";
