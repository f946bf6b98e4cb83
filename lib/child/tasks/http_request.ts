import { TaskFailure } from "../task_failure.ts";
import type { BuiltIn } from "./mod.ts";

/** What a body may come to; a response is held in memory and becomes an output. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * `io.kestra.plugin.core.http.Request`: one request; its outputs are `uri`, `code`, `headers`
 * and `body`. A status of 400 or more fails the task, with its outputs kept.
 */
export const httpRequest: BuiltIn = async (
  { uri, method, headers, body, contentType, formData },
) => {
  const url = URL.parse(String(uri ?? ""));
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TaskFailure(`Cannot request "${uri ?? ""}": it is no http or https address`);
  }
  const sent = new Headers(pairs(headers, "headers"));
  let payload: BodyInit | undefined;
  if (formData !== undefined) {
    payload = new URLSearchParams(pairs(formData, "formData"));
  } else if (body !== undefined && body !== null) {
    payload = typeof body === "string" ? body : JSON.stringify(body);
    sent.set("content-type", String(contentType ?? "application/json"));
  }
  const verb = String(method ?? "GET").toUpperCase();
  const response = await fetch(url, {
    method: verb,
    headers: sent,
    ...(payload !== undefined && { body: payload }),
  });
  const outputs = {
    uri: response.url,
    code: response.status,
    headers: listed(response.headers),
    body: await textOf(response),
  };
  if (response.ok) return outputs;
  throw new TaskFailure(`${verb} ${url.href} answered ${response.status}`, outputs);
};

function pairs(value: unknown, name: string): [string, string][] {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new TaskFailure(`Cannot use "${name}": expected a map`);
  }
  return Object.entries(value).map(([key, it]) => [key, String(it)]);
}

/** Each header with all its values, as Kestra gives them. */
function listed(headers: Headers): Record<string, string[]> {
  return Object.fromEntries([...headers].map(([key, it]) => [key, [it]]));
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new TaskFailure(`Cannot keep the body: it has more than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return await new Blob(chunks as BlobPart[]).text();
}
