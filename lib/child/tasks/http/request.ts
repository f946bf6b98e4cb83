import type { Storage } from "../../storage.ts";
import { TaskFailure } from "../../task_failure.ts";
import type { Properties } from "../mod.ts";
import { isAbsent, optionalTextOf } from "../properties.ts";
import type { HttpOptions } from "./options.ts";

/** What a task sends. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body?: BodyInit;
}

/**
 * Makes the request of an HTTP task. Form data is sent encoded as in an address, or in parts where
 * `contentType` is `multipart/form-data`: a stored file by its URI, or as `{name, content}`.
 */
export function requestOf(
  task: Properties,
  { authorization }: HttpOptions,
  storage: Storage,
): HttpRequest {
  const uri = optionalTextOf(task, "uri") ?? "";
  const url = URL.parse(uri.trim().replaceAll(" ", "%20"));
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TaskFailure(`Cannot request "${uri}": it is no http or https address`);
  }
  const headers = new Headers(pairs(task.headers, "headers"));
  if (authorization !== undefined) headers.set("authorization", authorization);
  const contentType = optionalTextOf(task, "contentType");
  const method = (optionalTextOf(task, "method") ?? "GET").toUpperCase();
  const body = bodyOf(task, contentType, storage);
  if (typeof body === "string") {
    if (contentType !== undefined || !headers.has("content-type")) {
      headers.set("content-type", contentType ?? "application/json");
    }
  } else if (body === undefined) {
    if (contentType !== undefined) headers.set("content-type", contentType);
  } else {
    headers.delete("content-type"); // fetch says it, with the boundary
  }
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw new TaskFailure(`Cannot send a body with ${method}`);
  }
  return { url, method, headers, ...(body !== undefined && { body }) };
}

function bodyOf(
  { formData, body }: Properties,
  contentType: string | undefined,
  storage: Storage,
): BodyInit | undefined {
  if (!isAbsent(formData)) {
    return contentType === "multipart/form-data"
      ? formOf(entries(formData, "formData"), storage)
      : new URLSearchParams(pairs(formData, "formData"));
  }
  if (isAbsent(body)) return undefined;
  return typeof body === "string" ? body : JSON.stringify(body);
}

function formOf(fields: readonly [string, unknown][], storage: Storage): FormData {
  const form = new FormData();
  const fileOf = (uri: string) => new Blob([...storage.parts(uri)] as BlobPart[]);
  for (const [key, value] of fields) {
    if (typeof value === "string" && value.startsWith("kestra://")) {
      form.append(key, fileOf(value), value.split("/").at(-1)!);
    } else if (isNamed(value)) {
      form.append(key, fileOf(String(value.content)), String(value.name));
    } else form.append(key, shown(value));
  }
  return form;
}

function isNamed(value: unknown): value is { readonly name: unknown; readonly content: unknown } {
  return typeof value === "object" && value !== null && "name" in value && "content" in value;
}

function pairs(value: unknown, name: string): [string, string][] {
  return entries(value, name).map(([key, it]) => [key, shown(it)]);
}

function shown(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function entries(value: unknown, name: string): [string, unknown][] {
  if (isAbsent(value)) return [];
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new TaskFailure(`Cannot use "${name}": expected a map`);
  }
  return Object.entries(value as Record<string, unknown>);
}
