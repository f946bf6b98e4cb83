import { Buffer } from "node:buffer";

/** Bytes as base64; Deno 2.4, which may run the harness, has no `Uint8Array.toBase64()`. */
export function toBase64({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString("base64");
}
