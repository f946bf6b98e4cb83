import { sha256 } from "../source/sha256.ts";
import { readPem, writePem } from "./pem.ts";

/** A key that bundles are signed with. */
export interface SigningKey {
  readonly id: string;
  readonly key: CryptoKey;
  /** What verifies its signatures. */
  readonly publicKey: PublicKey;
}

/** A key whose signatures are believed. */
export interface PublicKey {
  readonly id: string;
  readonly key: CryptoKey;
}

/** A pair of keys as texts, and their id. */
export interface KeyPair {
  readonly id: string;
  /** PKCS#8, PEM. */
  readonly privatePem: string;
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicPem: string;
}

/** A key, or the fact that makes a text none. */
export type ReadKey<T> =
  | { readonly ok: true; readonly key: T }
  | { readonly ok: false; readonly fact: string };

const ED25519 = "Ed25519";

/** Makes a pair of Ed25519 keys (RFC 8032) from the system's random numbers. */
export async function generateKeys(): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey(ED25519, true, ["sign", "verify"]) as CryptoKeyPair;
  const exported = async (format: "pkcs8" | "spki", key: CryptoKey) =>
    new Uint8Array(await crypto.subtle.exportKey(format, key));
  return {
    id: await keyIdOf(pair.publicKey),
    privatePem: writePem("PRIVATE KEY", await exported("pkcs8", pair.privateKey)),
    publicPem: writePem("PUBLIC KEY", await exported("spki", pair.publicKey)),
  };
}

/** The name of a key: the first 16 hex digits of the SHA-256 of its 32 public bytes. */
export async function keyIdOf(publicKey: CryptoKey): Promise<string> {
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  return (await sha256(raw)).slice(0, 16);
}

/** Reads what `generateKeys()` calls `publicPem`. */
export async function readPublicKey(text: string): Promise<ReadKey<PublicKey>> {
  const pem = readPem(text);
  if (pem === undefined) return { ok: false, fact: "it is no PEM text of one key" };
  if (pem.label.endsWith("PRIVATE KEY")) {
    return { ok: false, fact: "it is a private key, and a node needs the public one" };
  }
  if (pem.label !== "PUBLIC KEY") return { ok: false, fact: `it is a "${pem.label}"` };
  try {
    const key = await crypto.subtle.importKey("spki", pem.der, ED25519, true, ["verify"]);
    return { ok: true, key: { id: await keyIdOf(key), key } };
  } catch {
    return { ok: false, fact: "it is no Ed25519 key" };
  }
}

/** Reads what `generateKeys()` calls `privatePem`. */
export async function readSigningKey(text: string): Promise<ReadKey<SigningKey>> {
  const pem = readPem(text);
  if (pem === undefined) return { ok: false, fact: "it is no PEM text of one key" };
  if (pem.label === "PUBLIC KEY") {
    return { ok: false, fact: "it is a public key, and signing needs the private one" };
  }
  if (pem.label !== "PRIVATE KEY") return { ok: false, fact: `it is a "${pem.label}"` };
  try {
    // Extractable, because the public half is asked of it; the copy that signs is not.
    const whole = await crypto.subtle.importKey("pkcs8", pem.der, ED25519, true, ["sign"]);
    const { kty, crv, x } = await crypto.subtle.exportKey("jwk", whole);
    const half = { kty: kty!, crv: crv!, x: x! };
    const publicHalf = await crypto.subtle.importKey("jwk", half, ED25519, true, ["verify"]);
    const key = await crypto.subtle.importKey("pkcs8", pem.der, ED25519, false, ["sign"]);
    const id = await keyIdOf(publicHalf);
    return { ok: true, key: { id, key, publicKey: { id, key: publicHalf } } };
  } catch {
    return { ok: false, fact: "it is no Ed25519 key" };
  }
}
