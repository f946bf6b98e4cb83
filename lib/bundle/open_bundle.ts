import { type Diagnostic, StageError } from "../model/mod.ts";
import { sha256 } from "../source/sha256.ts";
import type { PublicKey } from "./keys.ts";
import { MAX_MANIFEST_BYTES } from "./limits.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import { findSigner, SIGNATURE_BYTES } from "./signature.ts";
import { BLOCK_BYTES, claimedSize, END_BYTES, spaceOf, ustarHeader } from "./ustar.ts";
import { MANIFEST_NAME, SIGNATURE_NAME } from "./write_bundle.ts";

/** A bundle whose signature and digests hold. Whether it is in time and in order is judged after. */
export interface Bundle {
  readonly manifest: Manifest;
  /** SHA-256 of the manifest, in hex: it names every byte of the bundle. */
  readonly digest: string;
  /** The files, by path, in the order of the manifest. */
  readonly contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** All of it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Verifies a bundle and takes it apart.
 *
 * Of what is not verified one thing is used: the length of the manifest, within its limit. The
 * signature over those bytes is checked before they are parsed; then all else must be, byte for
 * byte, what `writeBundle()` makes of this manifest. So there is no entry more, less or elsewhere, no
 * link, no other name, and nothing behind the end.
 *
 * @param bytes The whole file.
 * @param file Shown in diagnostics.
 * @param trusted Keys that may have signed it.
 * @throws {StageError} `refused`, with `bundle/…`.
 */
export async function openBundle(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  trusted: readonly PublicKey[],
): Promise<Bundle> {
  const refused = (code: Diagnostic["code"], fact: string, help?: string) =>
    new StageError([{
      code,
      severity: "error",
      message: `Cannot use bundle "${file}": ${fact}`,
      ...(help !== undefined && { help }),
    }], "refused");

  const length = claimedSize(bytes.subarray(0, BLOCK_BYTES)) ?? 0;
  if (length > MAX_MANIFEST_BYTES || !isEntry(bytes, 0, MANIFEST_NAME, length)) {
    throw refused(
      "bundle/not-a-bundle",
      `it does not begin with ${MANIFEST_NAME}`,
      "Make one with bulkhead pack",
    );
  }
  const text = contentAt(bytes, 0, length);
  const signatureAt = spaceOf(length);
  if (!isEntry(bytes, signatureAt, SIGNATURE_NAME, SIGNATURE_BYTES)) {
    throw refused(
      "bundle/unsigned",
      `no ${SIGNATURE_NAME} follows on its manifest`,
      "Sign it: bulkhead pack --key NAME.key",
    );
  }
  const signer = await findSigner(text, contentAt(bytes, signatureAt, SIGNATURE_BYTES), trusted);
  if (signer === undefined) {
    throw refused(
      "bundle/bad-signature",
      `none of the trusted keys signed it (${trusted.map((it) => it.id).join(", ")}), or it was ` +
        "altered",
      "Trust the key that signed it with --trust NAME.pub, or BULKHEAD_TRUST",
    );
  }
  const parsed = parseManifest(text);
  if (!parsed.ok) {
    throw refused(
      "bundle/unknown-manifest",
      parsed.fact,
      parsed.isNewer ? "It may be made for a later bulkhead: bulkhead --version" : undefined,
    );
  }
  const { manifest } = parsed;
  if (manifest.keyId !== signer.id) {
    throw refused(
      "bundle/altered",
      `it says that key ${manifest.keyId} signed it, and it was ${signer.id}`,
    );
  }
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  let at = signatureAt + spaceOf(SIGNATURE_BYTES);
  for (const { path, bytes: size, sha256: expected } of manifest.files) {
    if (!isEntry(bytes, at, path, size)) {
      throw refused("bundle/altered", `"${path}" is not where its manifest puts it`);
    }
    const content = contentAt(bytes, at, size);
    if (await sha256(content) !== expected) {
      throw refused("bundle/altered", `"${path}" is not what was signed`);
    }
    contents.set(path, content);
    at += spaceOf(size);
  }
  const end = bytes.subarray(at);
  if (end.length !== END_BYTES || end.some((it) => it !== 0)) {
    throw refused("bundle/altered", "it does not end where its manifest says");
  }
  return { manifest, digest: await sha256(text), contents, bytes };
}

/** Whether a bundle begins here: a hint for who writes, worth nothing to who reads. */
export function looksLikeBundle(start: Uint8Array): boolean {
  const length = claimedSize(start.subarray(0, BLOCK_BYTES));
  return length !== undefined && isHeader(start, 0, MANIFEST_NAME, length);
}

/** Whether an entry is whole: its header is the one there is, and zeros fill its last block. */
function isEntry(bytes: Uint8Array, at: number, path: string, size: number): boolean {
  const end = at + spaceOf(size);
  return end <= bytes.length && isHeader(bytes, at, path, size) &&
    bytes.subarray(at + BLOCK_BYTES + size, end).every((it) => it === 0);
}

function isHeader(bytes: Uint8Array, at: number, path: string, size: number): boolean {
  const header = bytes.subarray(at, at + BLOCK_BYTES);
  return header.length === BLOCK_BYTES &&
    ustarHeader(path, size).every((it, i) => it === header[i]);
}

function contentAt(bytes: Uint8Array<ArrayBuffer>, at: number, size: number) {
  return bytes.subarray(at + BLOCK_BYTES, at + BLOCK_BYTES + size);
}
