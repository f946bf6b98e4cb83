import { Fault, quote } from "./fault.ts";

const PATTERN = /^([^#0,.;%'E]*)([#,]*)([0,]*)(?:\.(0*)(#*))?(%?)([^#0,.;%'E]*)$/;

/**
 * Writes a number by a pattern of Java's `DecimalFormat`: `#,##0.00`, `0.#`, `0%`, with a text before and
 * behind. In English; halves go to the even digit, as there.
 *
 * @throws {Fault} For other patterns, and for a number that has too many digits.
 */
export function numberFormat(value: number, pattern: string): string {
  const found = PATTERN.exec(pattern);
  if (found === null || pattern.length > 60) {
    throw new Fault(`the number format ${quote(pattern)} is not supported`);
  }
  const [, before = "", optional = "", least = "", always = "", more = "", percent, behind = ""] =
    found;
  const shown = percent === "" ? value : value * 100;
  if (!Number.isFinite(shown) || Math.abs(shown) >= 1e15) {
    throw new Fault("the number has too many digits");
  }
  const whole = optional + least;
  const comma = whole.lastIndexOf(",");
  const digits = new Intl.NumberFormat("en-US", {
    minimumIntegerDigits: Math.max(1, least.replaceAll(",", "").length),
    minimumFractionDigits: always.length,
    maximumFractionDigits: always.length + more.length,
    useGrouping: comma >= 0,
    roundingMode: "halfEven",
  }).format(Math.abs(shown));
  if (comma >= 0 && whole.length - comma - 1 !== 3) {
    throw new Fault(`the number format ${quote(pattern)} is not supported`);
  }
  const sign = shown < 0 ? "-" : "";
  const shortened = least === "" && always + more !== "" ? digits.replace(/^0(?=\.)/, "") : digits;
  return `${sign}${before}${shortened}${percent}${behind}`;
}
