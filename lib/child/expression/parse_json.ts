import { Fault } from "./fault.ts";
import { kindOf, type Value } from "./value.ts";

const LONG_NUMBER = /\d{16}/;

/**
 * Parses JSON text. `null` stays `null`, as in Kestra.
 *
 * @throws {Fault} When it is not JSON, or holds a whole number beyond 2^53, which would come
 * out as another one. Does not quote the text: it may be a secret.
 */
export function parseJson(text: Value): Value {
  if (text === null) return null;
  if (typeof text !== "string") throw new Fault(`it needs text, not ${kindOf(text)}`);
  try {
    return JSON.parse(text, LONG_NUMBER.test(text) ? refuseLong : undefined);
  } catch (error) {
    throw error instanceof SyntaxError ? new Fault("the text is not JSON") : error;
  }
}

function refuseLong(_key: string, value: unknown, { source }: { source?: string } = {}): unknown {
  if (typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "")) {
    throw new Fault("a whole number is beyond 2^53");
  }
  return value;
}
