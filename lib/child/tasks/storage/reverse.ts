import { TaskFailure } from "../../task_failure.ts";
import type { BuiltIn } from "../mod.ts";
import { optionalTextOf, textOf } from "../properties.ts";
import { linesOf } from "./lines.ts";

/** `io.kestra.plugin.core.storage.Reverse`: stores the lines of a file, the last first, as UTF-8. */
export const storageReverse: BuiltIn = (task, { storage }) => {
  const from = textOf(task, "from");
  const charset = optionalTextOf(task, "charset") ?? "UTF-8";
  if (!/^utf-?8$/i.test(charset)) {
    throw new TaskFailure(`Cannot use charset "${charset}": files are read as UTF-8`);
  }
  const separator = optionalTextOf(task, "separator") ?? "\n";
  const lines = [...linesOf(storage, from, separator)];
  const file = storage.create(`reverse${/\.[A-Za-z0-9]{1,10}$/.exec(from)?.[0] ?? ""}`);
  for (const line of lines.reverse()) file.write(`${line}${separator}`);
  file.close();
  return { uri: file.uri };
};
