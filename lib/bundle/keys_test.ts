import { deepEqual, equal, match } from "node:assert/strict";
import { generateKeys, readPublicKey, readSigningKey } from "./keys.ts";
import { writePem } from "./pem.ts";
import { findSigner, signManifest } from "./signature.ts";

const TEXT = new TextEncoder().encode("a manifest");

Deno.test("keys: what is made is read again, and has one id", async () => {
  const pair = await generateKeys();
  match(pair.id, /^[0-9a-f]{16}$/);
  const [whole, half] = [
    await readSigningKey(pair.privatePem),
    await readPublicKey(pair.publicPem),
  ];
  if (!whole.ok || !half.ok) throw new Error("they are keys");
  deepEqual([whole.key.id, whole.key.publicKey.id, half.key.id], [pair.id, pair.id, pair.id]);
  equal(whole.key.key.extractable, false);
  const signature = await signManifest(TEXT, whole.key);
  deepEqual(await signManifest(TEXT, whole.key), signature);
  for (const it of [half.key, whole.key.publicKey]) {
    equal(await findSigner(TEXT, signature, [it]), it);
  }
  equal((await generateKeys()).id === pair.id, false);
});

Deno.test("keys: openssl(1) reads both", async () => {
  const { privatePem, publicPem } = await generateKeys();
  const openssl = async (text: string, ...args: string[]) => {
    const child = new Deno.Command("openssl", {
      args: ["pkey", ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    return new TextDecoder().decode((await child.output()).stdout);
  };
  equal(await openssl(privatePem, "-pubout"), publicPem);
  equal(await openssl(publicPem, "-pubin", "-pubout"), publicPem);
});

const pair = await generateKeys();
const ec = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
const ecPem = writePem(
  "PUBLIC KEY",
  new Uint8Array(await crypto.subtle.exportKey("spki", (ec as CryptoKeyPair).publicKey)),
);

Deno.test.each([
  { name: "a private key", text: pair.privatePem, says: /private key/ },
  { name: "a key of another kind", text: ecPem, says: /no Ed25519 key/ },
  { name: "two keys", text: pair.publicPem + pair.publicPem, says: /no PEM text of one key/ },
  { name: "words before it", text: `trust\n${pair.publicPem}`, says: /no PEM text/ },
  { name: "nothing", text: "", says: /no PEM text/ },
  { name: "no base64", text: pair.publicPem.replace("M", "=M"), says: /no PEM text/ },
  { name: "half of one", text: pair.publicPem.replace(/.{8}\n-----END/, "\n-----END"), says: /no/ },
  { name: "a certificate", text: writePem("CERTIFICATE" as "PUBLIC KEY", TEXT), says: /"CERT/ },
])("readPublicKey() refuses $name", async ({ text, says }) => {
  const read = await readPublicKey(text);
  match(read.ok ? "accepted" : read.fact, says);
  equal((await readPublicKey(pair.publicPem.replaceAll("\n", "\r\n"))).ok, true);
});

Deno.test("readSigningKey() refuses a public key, and what is none", async () => {
  for (const [text, says] of [[pair.publicPem, /public key/], ["x", /no PEM/]] as const) {
    const read = await readSigningKey(text);
    match(read.ok ? "accepted" : read.fact, says);
  }
  equal((await readSigningKey(pair.privatePem)).ok, true);
});
