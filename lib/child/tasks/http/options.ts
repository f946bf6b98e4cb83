import { parseDuration } from "../../../source/parse_duration.ts";
import type { Logger } from "../../context.ts";
import { TaskFailure } from "../../task_failure.ts";
import type { Properties } from "../mod.ts";
import { countOf, flagOf, isAbsent, optionalTextOf, textOf, wordOf } from "../properties.ts";

/** How an exchange goes, beside what is sent. */
export interface HttpOptions {
  readonly followRedirects: boolean;
  /** Whether a status of 400 or more is no failure. */
  readonly allowsFailed: boolean;
  /** The only statuses that are no failure. */
  readonly allowedResponseCodes?: readonly number[];
  /** How long nothing may come, also before the answer begins. */
  readonly readIdleTimeoutMs: number;
  readonly maxContentLength?: number;
  /** The value of the header `authorization`. */
  readonly authorization?: string;
}

/** As in Kestra's `TimeoutConfiguration`. */
const READ_IDLE_MS = 5 * 60 * 1000;

/** Keys that change nothing here: Kestra ignores them as well, or they are about its client's logs. */
const WITHOUT_EFFECT = [
  "connectionPoolIdleTimeout",
  "logLevel",
  "logs",
];

const KNOWN = [
  ...WITHOUT_EFFECT,
  "allowFailed",
  "allowedResponseCodes",
  "auth",
  "basicAuthPassword",
  "basicAuthUser",
  "connectTimeout",
  "defaultCharset",
  "followRedirects",
  "maxContentLength",
  "readIdleTimeout",
  "readTimeout",
  "timeout",
];

/**
 * Reads `options` of an HTTP task, Kestra's `HttpConfiguration`.
 *
 * @throws {TaskFailure} For what cannot be honoured: proxies, settings of TLS, other kinds of `auth`.
 */
export function optionsOf(task: Properties, logger: Logger): HttpOptions {
  const options = mapOf(task, "options");
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key)) {
      throw new TaskFailure(`Cannot use "options.${key}": it is not supported here`);
    }
  }
  const charset = optionalTextOf(options, "defaultCharset") ?? "UTF-8";
  if (!/^utf-?8$/i.test(charset)) {
    throw new TaskFailure(`Cannot use "options.defaultCharset" "${charset}": bodies are UTF-8`);
  }
  const timeout = mapOf(options, "timeout");
  if (!isAbsent(timeout.connectTimeout) || !isAbsent(options.connectTimeout)) {
    logger.warn("connectTimeout has no effect here: use readIdleTimeout, or the task's timeout");
  }
  const maxContentLength = countOf(options, "maxContentLength");
  const authorization = authorizationOf(options);
  const codes = options.allowedResponseCodes;
  return {
    followRedirects: flagOf(options, "followRedirects", true),
    allowsFailed: flagOf(options, "allowFailed", flagOf(task, "allowFailed", false)),
    readIdleTimeoutMs: durationOf(timeout, "readIdleTimeout") ??
      durationOf(options, "readTimeout") ?? durationOf(options, "readIdleTimeout") ?? READ_IDLE_MS,
    ...(!isAbsent(codes) && [codes].flat().length > 0 && {
      allowedResponseCodes: [codes].flat().map(Number),
    }),
    ...(maxContentLength !== undefined && { maxContentLength }),
    ...(authorization !== undefined && { authorization }),
  };
}

function authorizationOf(options: Properties): string | undefined {
  const user = optionalTextOf(options, "basicAuthUser");
  if (user !== undefined) return basic(user, optionalTextOf(options, "basicAuthPassword") ?? "");
  if (isAbsent(options.auth)) return undefined;
  const auth = mapOf(options, "auth");
  switch (wordOf(auth, "type", ["BASIC", "BEARER"], "BASIC")) {
    case "BASIC":
      return basic(
        optionalTextOf(auth, "username") ?? "",
        optionalTextOf(auth, "password") ?? "",
      );
    case "BEARER":
      return `Bearer ${textOf(auth, "token")}`;
  }
}

function basic(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function durationOf(options: Properties, name: string): number | undefined {
  const text = optionalTextOf(options, name);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new TaskFailure(`Cannot use "${name}" "${text}": expected a duration such as "PT30S"`);
}

function mapOf(owner: Properties, name: string): Properties {
  const value = owner[name] ?? {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new TaskFailure(`Cannot use "${name}": expected a map`);
  }
  return value as Properties;
}
