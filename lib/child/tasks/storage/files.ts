import { TaskFailure } from "../../task_failure.ts";
import type { BuiltIn } from "../mod.ts";
import { flagOf, isAbsent, optionalTextOf, structureOf, textOf } from "../properties.ts";

/** `io.kestra.plugin.core.storage.Write`: stores `content`; its output is `uri`. */
export const storageWrite: BuiltIn = (task, { storage }) => ({
  uri: storage.write(
    `write${extensionOf(optionalTextOf(task, "extension") ?? ".tmp")}`,
    contentOf(task),
  ),
});

/**
 * `io.kestra.plugin.core.storage.Concat`: stores `files` (a list, or the JSON of one) one after the other
 * in a new file, each followed by `separator`; its output is `uri`.
 */
export const storageConcat: BuiltIn = (task, { storage }) => {
  const files = structureOf(task, "files");
  if (!Array.isArray(files)) throw new TaskFailure('Cannot use "files": expected a list of URIs');
  const separator = optionalTextOf(task, "separator");
  const whole = storage.create(`concat${extensionOf(optionalTextOf(task, "extension") ?? ".tmp")}`);
  for (const uri of files.map(String)) {
    for (const part of storage.parts(uri)) whole.write(part);
    if (separator !== undefined) whole.write(separator);
  }
  whole.close();
  return { uri: whole.uri };
};

/** `io.kestra.plugin.core.storage.Size`: its output `size` is in bytes. */
export const storageSize: BuiltIn = (task, { storage }) => {
  const uri = textOf(task, "uri");
  const size = storage.size(uri);
  if (size === undefined) throw missing(uri);
  return { size };
};

/** `io.kestra.plugin.core.storage.Delete`: outputs `uri` and `deleted`, whether it was there. */
export const storageDelete: BuiltIn = (task, { storage }) => {
  const uri = textOf(task, "uri");
  const deleted = storage.delete(uri);
  if (!deleted && flagOf(task, "errorOnMissing", false)) throw missing(uri);
  return { uri, deleted };
};

function missing(uri: string): TaskFailure {
  return new TaskFailure(`Cannot find file "${uri}": this execution has stored no such file`);
}

function contentOf(task: Parameters<BuiltIn>[0]): string {
  const { content } = task;
  if (isAbsent(content)) throw new TaskFailure('Cannot run: the task has no "content"');
  return typeof content === "object" ? JSON.stringify(content) : String(content);
}

/** An extension with its dot; what else could stand in a name is left out by the harness. */
function extensionOf(given: string): string {
  return given === "" || given.startsWith(".") ? given : `.${given}`;
}
