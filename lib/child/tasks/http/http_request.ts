import { TaskFailure } from "../../task_failure.ts";
import type { BuiltIn } from "../mod.ts";
import { flagOf } from "../properties.ts";
import { type Exchange, exchange, listed } from "./exchange.ts";

/** What a body may come to where the task does not say; it is held in memory and becomes an output. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * `io.kestra.plugin.core.http.Request`: one request; its outputs are `uri`, `code`, `headers`
 * and `body`. A status that is not allowed fails the task, with its outputs kept.
 */
export const httpRequest: BuiltIn = async (task, context) => {
  if (flagOf(task, "encryptBody", false)) {
    throw new TaskFailure('Cannot use "encryptBody": outputs are not encrypted here');
  }
  const made = await exchange(task, context);
  const { response, failure } = made;
  const outputs = {
    uri: response.url,
    code: response.status,
    headers: listed(response.headers),
    body: await textOf(made),
  };
  if (failure !== undefined) throw new TaskFailure(failure, outputs);
  return outputs;
};

async function textOf({ chunks, maxContentLength }: Exchange): Promise<string> {
  const most = Math.min(maxContentLength ?? MAX_BODY_BYTES, MAX_BODY_BYTES);
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) {
      throw new TaskFailure(
        `Cannot keep the body: it has more than ${most} bytes; Download stores it in a file`,
      );
    }
    kept.push(chunk);
  }
  return await new Blob(kept as BlobPart[]).text();
}
