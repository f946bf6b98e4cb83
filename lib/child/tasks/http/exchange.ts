import type { Context } from "../../context.ts";
import { TaskFailure } from "../../task_failure.ts";
import type { Properties } from "../mod.ts";

import { optionsOf } from "./options.ts";
import { requestOf } from "./request.ts";

/** An answer whose body has not been read yet. */
export interface Exchange {
  readonly method: string;
  /** As the task names it. */
  readonly url: string;
  readonly response: Response;
  /** The body, no longer without a byte than the task allows. */
  readonly chunks: AsyncGenerator<Uint8Array>;
  /** Why the status fails the task; absent where it does not. */
  readonly failure?: string;
  /** Whether the task takes any status. */
  readonly allowsFailed: boolean;
  /** What the body may come to, in bytes, if the task says it. */
  readonly maxContentLength?: number;
}

/** Sends the request of a task. What cannot be honoured is refused before anything is sent. */
export async function exchange(task: Properties, context: Context): Promise<Exchange> {
  const options = optionsOf(task, context.logger);
  const { url, method, headers, body } = requestOf(task, options, context.storage);
  const idle = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(), options.readIdleTimeoutMs);
  };
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    wait();
    try {
      return await work;
    } catch (error) {
      if (!idle.signal.aborted) throw error;
      throw new TaskFailure(
        `Cannot request "${url.href}": nothing came for ${options.readIdleTimeoutMs} ms`,
      );
    } finally {
      clearTimeout(timer);
    }
  };
  const response = await inTime(fetch(url, {
    method,
    headers,
    redirect: options.followRedirects ? "follow" : "manual",
    signal: idle.signal,
    ...(body !== undefined && { body }),
  }));
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const reader = response.body?.getReader();
    if (reader === undefined) return;
    for (;;) {
      const { value } = await inTime(reader.read());
      if (value === undefined) return;
      yield value;
    }
  }
  const { status } = response;
  const { allowedResponseCodes, allowsFailed, maxContentLength } = options;
  const isRight = allowedResponseCodes === undefined
    ? status < 400 || allowsFailed
    : allowedResponseCodes.includes(status);
  return {
    method,
    url: url.href,
    response,
    chunks: chunks(),
    ...(!isRight && { failure: `${method} ${url.href} answered ${status}` }),
    allowsFailed,
    ...(maxContentLength !== undefined && { maxContentLength }),
  };
}

/** Each header with all its values, as Kestra gives them. */
export function listed(headers: Headers): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [key, it] of headers) (lists[key] ??= []).push(it);
  return lists;
}
