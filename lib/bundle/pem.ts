/** The kinds of PEM blocks that keys are written as. */
export type PemLabel = "PUBLIC KEY" | "PRIVATE KEY";

/** A key as text, RFC 7468. */
export function writePem(label: PemLabel, der: Uint8Array): string {
  const text = btoa(String.fromCharCode(...der)).replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`;
}

/**
 * The one block of a PEM text.
 *
 * @returns Its label, as it stands there, and its bytes; `undefined` when the text is anything but
 * one block and white space around it.
 */
export function readPem(
  text: string,
): { readonly label: string; readonly der: Uint8Array<ArrayBuffer> } | undefined {
  const block =
    /^\s*-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END ([A-Z0-9 ]+)-----\s*$/
      .exec(text);
  if (block === null || block[1] !== block[3]) return undefined;
  try {
    const der = Uint8Array.from(atob(block[2]!.replace(/[\r\n]/g, "")), (it) => it.charCodeAt(0));
    return { label: block[1]!, der };
  } catch {
    return undefined;
  }
}
