import { TaskFailure } from "../../task_failure.ts";
import type { BuiltIn } from "../mod.ts";
import { flagOf } from "../properties.ts";
import { exchange, listed } from "./exchange.ts";

/**
 * `io.kestra.plugin.core.http.Download`: stores what an address answers, in parts, so that it is never in
 * memory as a whole. Outputs are `uri`, `code`, `headers` and `length`, in bytes. An empty answer fails the
 * task unless `failOnEmptyResponse` is false.
 */
export const httpDownload: BuiltIn = async (task, context) => {
  const { logger, metric, storage } = context;
  const { response, chunks, failure, url, allowsFailed, maxContentLength = Infinity } =
    await exchange(task, context);
  const outputs = { code: response.status, headers: listed(response.headers) };
  if (failure !== undefined) {
    await chunks.return(undefined);
    throw new TaskFailure(failure, outputs);
  }
  const file = storage.create(nameOf(response.headers, url));
  try {
    for await (const chunk of chunks) {
      file.write(chunk);
      if (file.size > maxContentLength) {
        throw new TaskFailure(`Cannot store "${url}": it has more than ${maxContentLength} bytes`);
      }
    }
  } catch (error) {
    storage.delete(file.uri);
    throw error;
  }
  file.close();
  metric({ name: "response.length", type: "counter", value: file.size });
  if (file.size === 0) {
    if (flagOf(task, "failOnEmptyResponse", true) && !allowsFailed) {
      storage.delete(file.uri);
      throw new TaskFailure(`Cannot download "${url}": the answer is empty`, outputs);
    }
    logger.warn("File '{}' is empty", url);
  }
  return { uri: file.uri, ...outputs, length: file.size };
};

/** What the answer calls itself, else the last part of the address. */
function nameOf(headers: Headers, url: string): string {
  const said = headers.get("content-disposition") ?? "";
  const named = /filename\*=(?:UTF-8)?'[^']*'([^;]+)/i.exec(said)?.[1] ??
    /filename="?([^";]+)"?/i.exec(said)?.[1];
  const last = (named ?? new URL(url).pathname).split(/[/\\]/).at(-1)!;
  return last === "" ? "download" : last;
}
