import type { PublicKey, SigningKey } from "./keys.ts";

/** Length of an Ed25519 signature. */
export const SIGNATURE_BYTES = 64;

/** So that a signature of something else is never one of a bundle, nor the reverse. */
const DOMAIN = new TextEncoder().encode("bulkhead edge bundle, manifest v1\0");

/** Signs a manifest. The same key and bytes give the same signature (RFC 8032). */
export async function signManifest(
  manifest: Uint8Array,
  { key }: SigningKey,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("Ed25519", key, inDomain(manifest)));
}

/** The first of the keys that signed this manifest, or `undefined` when none of them did. */
export async function findSigner(
  manifest: Uint8Array,
  signature: Uint8Array<ArrayBuffer>,
  trusted: readonly PublicKey[],
): Promise<PublicKey | undefined> {
  const signed = inDomain(manifest);
  for (const it of trusted) {
    if (await crypto.subtle.verify("Ed25519", it.key, signature, signed)) return it;
  }
  return undefined;
}

function inDomain(manifest: Uint8Array): Uint8Array<ArrayBuffer> {
  const signed = new Uint8Array(DOMAIN.length + manifest.length);
  signed.set(DOMAIN);
  signed.set(manifest, DOMAIN.length);
  return signed;
}
