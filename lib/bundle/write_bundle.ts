import { StageError } from "../model/mod.ts";
import { sha256 } from "../source/sha256.ts";
import type { SigningKey } from "./keys.ts";
import { MAX_BUNDLE_BYTES, MAX_FILES, MAX_MANIFEST_BYTES } from "./limits.ts";
import { faultOf, type Manifest, type Role } from "./manifest.ts";
import { signManifest } from "./signature.ts";
import { END_BYTES, spaceOf, ustarHeader } from "./ustar.ts";

/** Names of the two entries that stand before the files. */
export const MANIFEST_NAME = "bulkhead-bundle.json";
export const SIGNATURE_NAME = "bulkhead-bundle.sig";

/** A file on its way into a bundle. */
export interface FileToPack {
  readonly path: string;
  readonly role: Role;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** What a bundle is made of. */
export interface BundleToWrite {
  /** In the order in which they are to stand. */
  readonly files: readonly FileToPack[];
  readonly sequence: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/**
 * Makes the bytes of a bundle: manifest, signature, and the files in the order given.
 *
 * The same content, times and key give the same bytes.
 *
 * @throws {StageError} `bundle/unfit` when that is no bundle a node would take: a path that may
 * not stand in one, a file twice, too much of anything.
 */
export async function writeBundle(
  { files, sequence, createdAt, expiresAt }: BundleToWrite,
  key: SigningKey,
): Promise<Uint8Array<ArrayBuffer>> {
  const manifest: Manifest = {
    v: 1,
    sequence,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    keyId: key.id,
    files: await Promise.all(files.map(async ({ path, role, content }) => ({
      path,
      bytes: content.length,
      sha256: await sha256(content),
      role,
    }))),
  };
  const fact = faultOf(manifest);
  if (fact !== undefined) throw unfit(`its manifest ${fact}`);
  if (files.length > MAX_FILES) throw unfit(`${files.length} files, the limit is ${MAX_FILES}`);
  const text = new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`);
  if (text.length > MAX_MANIFEST_BYTES) {
    throw unfit(`its manifest has ${text.length} bytes, the limit is ${MAX_MANIFEST_BYTES}`);
  }
  const entries = [
    { path: MANIFEST_NAME, content: text },
    { path: SIGNATURE_NAME, content: await signManifest(text, key) },
    ...files,
  ];
  const length = entries.reduce((all, it) => all + spaceOf(it.content.length), END_BYTES);
  if (length > MAX_BUNDLE_BYTES) {
    throw unfit(`it would have ${length} bytes, the limit is ${MAX_BUNDLE_BYTES}`);
  }
  const bundle = new Uint8Array(length);
  let at = 0;
  for (const { path, content } of entries) {
    const header = ustarHeader(path, content.length);
    bundle.set(header, at);
    bundle.set(content, at + header.length);
    at += spaceOf(content.length);
  }
  return bundle;
}

function unfit(fact: string): StageError {
  return new StageError([{
    code: "bundle/unfit",
    severity: "error",
    message: `Cannot make the bundle: ${fact}`,
  }]);
}
