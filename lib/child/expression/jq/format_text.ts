import { Fault } from "../fault.ts";
import type { Budget } from "../limits.ts";
import { isList, kindOf, toJson, type Value } from "../value.ts";

/**
 * Writes a value as `@json`, `@csv`, … of jq do.
 *
 * @param format Without the `@`; `text` for what stands in a text as it is.
 */
export function formatText(format: string, value: Value, budget: Budget): string {
  const text = typeof value === "string" ? value : toJson(value, budget, "keep");
  switch (format) {
    case "text":
      return text;
    case "json":
      return toJson(value, budget, "keep");
    case "base64":
      return new TextEncoder().encode(text).toBase64();
    case "base64d":
      try {
        return new TextDecoder().decode(Uint8Array.fromBase64(text));
      } catch {
        throw new Fault("the text is not base64");
      }
    case "uri":
      if (!text.isWellFormed()) throw new Fault("the text is not well formed");
      return encodeURIComponent(text).replace(
        /[!'()*]/g,
        (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`,
      );
    case "csv":
      return row(value).map((it) =>
        typeof it === "string" ? `"${it.replaceAll('"', '""')}"` : cell(it)
      )
        .join(",");
    case "tsv":
      return row(value).map((it) =>
        typeof it === "string"
          ? it.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n")
            .replaceAll("\r", "\\r")
          : cell(it)
      ).join("\t");
    case "html":
      return text.replace(/[<>&'"]/g, (it) => `&#${it.charCodeAt(0)};`);
  }
  throw new Fault(`"@${format}" of jq is not supported`);
}

function row(value: Value): readonly Value[] {
  if (isList(value)) return value;
  throw new Fault(`a row must be a list, not ${kindOf(value)}`);
}

function cell(value: Value): string {
  if (value === null) return "";
  if (typeof value === "object") throw new Fault(`${kindOf(value)} cannot stand in a row`);
  return String(value);
}
