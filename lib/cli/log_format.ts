/** How what goes to stderr is written. */
export type LogFormat = "text" | "json";

/**
 * The `--log-format` of a command line that nobody has checked yet: an error in the rest of it is
 * told in that format too.
 */
export function logFormatOf(argv: readonly string[]): LogFormat {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  const asksForJson = words.some((it, i) =>
    it === "--log-format=json" || (it === "json" && words[i - 1] === "--log-format")
  );
  return asksForJson ? "json" : "text";
}
