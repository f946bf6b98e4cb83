/** Why a file cannot be written, in words that end a message. */
export function unwritableFact(cause: unknown): string {
  const { code, message } = cause as Error & { readonly code?: string };
  if (code === "ENOSPC" || code === "EDQUOT") return "no space left";
  return message.replace(/ \(os error \d+\).*$/, "").toLowerCase();
}
