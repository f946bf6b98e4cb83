/**
 * JSON in which no control character stands as itself.
 *
 * JSON itself allows DEL and the C1 range (U+007F to U+009F), which some terminals obey.
 *
 * @param indent Spaces, for a document that people read.
 */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\x7f-\x9f]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
