import { deepEqual, equal, rejects } from "node:assert/strict";
import fc from "fast-check";
import { StageError } from "../model/mod.ts";
import type { SigningKey } from "./keys.ts";
import { looksLikeBundle, openBundle } from "./open_bundle.ts";
import { SAMPLE_FILES, sampleBundle, sampleKey } from "./sample_bundle.ts";
import { signManifest } from "./signature.ts";
import { BLOCK_BYTES, END_BYTES, spaceOf, ustarHeader } from "./ustar.ts";
import { MANIFEST_NAME, SIGNATURE_NAME } from "./write_bundle.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function refusalOf(bytes: Uint8Array<ArrayBuffer>, key: SigningKey): Promise<string> {
  try {
    await openBundle(bytes, "node.tar", [key.publicKey]);
    return "accepted";
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    equal(error.fault, "refused");
    equal(error.diagnostics.length, 1);
    return error.diagnostics[0]!.code;
  }
}

interface Entry {
  readonly header: Uint8Array;
  readonly content: Uint8Array;
}

/** The entries of a bundle, to be put together in another way. */
function entriesOf(bytes: Uint8Array): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < bytes.length - END_BYTES;) {
    const size = parseInt(decoder.decode(bytes.subarray(at + 124, at + 135)), 8);
    const header = bytes.slice(at, at + BLOCK_BYTES);
    entries.push({ header, content: bytes.slice(at + BLOCK_BYTES, at + BLOCK_BYTES + size) });
    at += spaceOf(size);
  }
  return entries;
}

function joined(entries: readonly Entry[], end = END_BYTES): Uint8Array<ArrayBuffer> {
  const length = entries.reduce((all, it) => all + spaceOf(it.content.length), end);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const { header, content } of entries) {
    bytes.set(header, at);
    bytes.set(content, at + BLOCK_BYTES);
    at += spaceOf(content.length);
  }
  return bytes;
}

const entry = (path: string, text: string | Uint8Array): Entry => {
  const content = typeof text === "string" ? encoder.encode(text) : text;
  return { header: ustarHeader(path, content.length), content };
};

/** A header with one field written over and its sum made right: what a tar program would take. */
function doctored({ header, content }: Entry, at: number, text: string): Entry {
  const other = header.slice();
  other.set(encoder.encode(text), at);
  other.set(encoder.encode("        "), 148);
  const sum = other.reduce((all, it) => all + it, 0);
  other.set(encoder.encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return { header: other, content };
}

Deno.test("openBundle() gives what was packed, when a trusted key signed it", async () => {
  const key = await sampleKey();
  const bytes = await sampleBundle(key);
  const bundle = await openBundle(bytes, "node.tar", [
    (await sampleKey()).publicKey,
    key.publicKey,
  ]);
  deepEqual(
    [...bundle.contents].map(([path, it]) => [path, decoder.decode(it)]),
    SAMPLE_FILES.map((it) => [it.path, decoder.decode(it.content)]),
  );
  equal(bundle.manifest.sequence, 10);
  equal(bundle.manifest.keyId, key.id);
  deepEqual(joined(entriesOf(bytes)), bytes, "the tests take it apart as it is");
});

Deno.test("openBundle() refuses a bundle in which any one bit is another one", async () => {
  const key = await sampleKey();
  const bytes = await sampleBundle(key);
  for (let at = 0; at < bytes.length; at++) {
    const altered = bytes.slice();
    altered[at]! ^= 1 << (at % 8);
    const code = await refusalOf(altered, key);
    equal(code === "accepted", false, `byte ${at} was changed`);
  }
  equal(await refusalOf(bytes, key), "accepted");
});

Deno.test("openBundle() refuses a bundle that ends early, at whatever byte", async () => {
  const key = await sampleKey();
  const bytes = await sampleBundle(key);
  for (let length = 0; length < bytes.length; length += 61) {
    equal(await refusalOf(bytes.slice(0, length), key) === "accepted", false, `${length} bytes`);
  }
  equal(await refusalOf(bytes.slice(0, -1), key), "bundle/altered");
  equal(await refusalOf(new Uint8Array(), key), "bundle/not-a-bundle");
});

Deno.test("openBundle() takes nothing that differs from what was signed, however it differs", async () => {
  const key = await sampleKey();
  const bytes = await sampleBundle(key);
  const splice = fc.record({
    at: fc.nat(bytes.length),
    remove: fc.nat(1024),
    insert: fc.uint8Array({ maxLength: 1024 }),
  });
  await fc.assert(
    fc.asyncProperty(splice, async ({ at, remove, insert }) => {
      const altered = Uint8Array.from([
        ...bytes.subarray(0, at),
        ...insert,
        ...bytes.subarray(at + remove),
      ]);
      const isSame = altered.length === bytes.length && altered.every((it, i) => it === bytes[i]);
      equal(await refusalOf(altered, key) === "accepted", isSame);
    }),
    { numRuns: 200 },
  );
});

type Change = (entries: readonly Entry[]) => Uint8Array<ArrayBuffer>;

/** Archives that a tar program reads without a word, beside the bundle that they are made of. */
const ROWS: readonly { name: string; change: Change; code: string }[] = [
  { name: "as it is", change: (it) => joined(it), code: "accepted" },
  { name: "no signature", change: (it) => joined(it.toSpliced(1, 1)), code: "bundle/unsigned" },
  {
    name: "an empty signature",
    change: (it) => joined(it.with(1, entry(SIGNATURE_NAME, ""))),
    code: "bundle/unsigned",
  },
  {
    name: "a signature of zeros",
    change: (it) => joined(it.with(1, entry(SIGNATURE_NAME, new Uint8Array(64)))),
    code: "bundle/bad-signature",
  },
  {
    name: "the signature first",
    change: ([manifest, signature, ...rest]) => joined([signature!, manifest!, ...rest]),
    code: "bundle/not-a-bundle",
  },
  {
    name: "another manifest in front",
    change: (it) => joined([entry(MANIFEST_NAME, "{}"), ...it]),
    code: "bundle/unsigned",
  },
  {
    name: "another manifest behind",
    change: (it) => joined([...it, entry(MANIFEST_NAME, "{}")]),
    code: "bundle/altered",
  },
  {
    name: "one entry more",
    change: (it) => joined([...it, entry("policies/zz.yaml", "bulkhead: {kernel: off}\n")]),
    code: "bundle/altered",
  },
  { name: "one entry less", change: (it) => joined(it.slice(0, -1)), code: "bundle/altered" },
  {
    name: "an entry twice",
    change: (it) => joined([...it, it.at(-1)!]),
    code: "bundle/altered",
  },
  {
    name: "two entries the other way round",
    change: ([a, b, c, d, ...rest]) => joined([a!, b!, d!, c!, ...rest]),
    code: "bundle/altered",
  },
  {
    name: "a content of the same length",
    change: (it) => joined(it.with(2, { ...it[2]!, content: it[2]!.content.map((b) => b ^ 1) })),
    code: "bundle/altered",
  },
  {
    name: "a link in the place of a file",
    change: (it) => joined(it.with(2, doctored(it[2]!, 156, "2"))),
    code: "bundle/altered",
  },
  {
    name: "a device in the place of a file",
    change: (it) => joined(it.with(2, doctored(it[2]!, 156, "3"))),
    code: "bundle/altered",
  },
  {
    name: "another mode",
    change: (it) => joined(it.with(2, doctored(it[2]!, 100, "0004777\0"))),
    code: "bundle/altered",
  },
  {
    name: "another owner",
    change: (it) => joined(it.with(2, doctored(it[2]!, 108, "0001750\0"))),
    code: "bundle/altered",
  },
  {
    name: "an absolute path",
    change: (it) => joined(it.with(2, doctored(it[2]!, 0, "/etc/passwd\0"))),
    code: "bundle/altered",
  },
  {
    name: "something in the manifest's header",
    change: (it) => joined(it.with(0, doctored(it[0]!, 136, "00000000001\0"))),
    code: "bundle/not-a-bundle",
  },
  {
    name: "something behind the end",
    change: (it) => Uint8Array.from([...joined(it), ...encoder.encode("x")]),
    code: "bundle/altered",
  },
  {
    name: "more zeros behind the end",
    change: (it) => joined(it, 10_240),
    code: "bundle/altered",
  },
  { name: "no end", change: (it) => joined(it, 0), code: "bundle/altered" },
  {
    name: "a manifest larger than any may be",
    change: ([, ...rest]) => joined([entry(MANIFEST_NAME, new Uint8Array(2 ** 21 + 1)), ...rest]),
    code: "bundle/not-a-bundle",
  },
];

Deno.test.each(ROWS)("openBundle() of a bundle with $name: $code", async ({ change, code }) => {
  const key = await sampleKey();
  equal(await refusalOf(change(entriesOf(await sampleBundle(key))), key), code);
});

Deno.test("openBundle() refuses a bundle of another key, and when no key is trusted", async () => {
  const [key, other] = [await sampleKey(), await sampleKey()];
  const bytes = await sampleBundle(other);
  equal(await refusalOf(bytes, key), "bundle/bad-signature");
  equal(await refusalOf(bytes, other), "accepted");
  await rejects(openBundle(bytes, "node.tar", []), /none of the trusted keys/);
});

/** What a trusted key may sign, and is no bundle all the same. */
async function signed(
  key: SigningKey,
  change: (manifest: Record<string, unknown>) => unknown,
): Promise<Uint8Array<ArrayBuffer>> {
  const [manifest, , ...rest] = entriesOf(await sampleBundle(key));
  const changed = change(JSON.parse(decoder.decode(manifest!.content)));
  const text = encoder.encode(typeof changed === "string" ? changed : JSON.stringify(changed));
  const signature = await signManifest(text, key);
  return joined([entry(MANIFEST_NAME, text), entry(SIGNATURE_NAME, signature), ...rest]);
}

Deno.test.each(
  [
    { name: "it as it was", change: (it) => it, code: "accepted" },
    { name: "no JSON", change: () => "{", code: "bundle/unknown-manifest" },
    { name: "a list", change: () => [], code: "bundle/unknown-manifest" },
    { name: "a later version", change: (it) => ({ ...it, v: 2 }), code: "bundle/unknown-manifest" },
    { name: "one key more", change: (it) => ({ ...it, x: 1 }), code: "bundle/unknown-manifest" },
    {
      name: "no expiry",
      change: ({ expiresAt: _, ...it }) => it,
      code: "bundle/unknown-manifest",
    },
    {
      name: "another key's id",
      change: (it) => ({ ...it, keyId: "0".repeat(16) }),
      code: "bundle/altered",
    },
    {
      name: "a file less",
      change: (it) => ({ ...it, files: (it.files as unknown[]).slice(0, -1) }),
      code: "bundle/altered",
    },
    {
      name: "a path that leads out",
      change: (it) => ({
        ...it,
        files: (it.files as { path: string }[]).map((file, i) =>
          i === 0 ? { ...file, path: "policies/../../x" } : file
        ),
      }),
      code: "bundle/unknown-manifest",
    },
  ] as {
    name: string;
    change: (manifest: Record<string, unknown>) => unknown;
    code: string;
  }[],
)("openBundle() of a signed manifest with $name: $code", async ({ change, code }) => {
  const key = await sampleKey();
  equal(await refusalOf(await signed(key, change), key), code);
});

Deno.test("openBundle() takes no signature that was made for something else", async () => {
  const key = await sampleKey();
  const [manifest, , ...rest] = entriesOf(await sampleBundle(key));
  const plain = new Uint8Array(
    await crypto.subtle.sign("Ed25519", key.key, manifest!.content.slice()),
  );
  const bytes = joined([manifest!, entry(SIGNATURE_NAME, plain), ...rest]);
  equal(await refusalOf(bytes, key), "bundle/bad-signature");
});

Deno.test("looksLikeBundle() knows a bundle by its first block", async () => {
  equal(looksLikeBundle(await sampleBundle(await sampleKey())), true);
  equal(looksLikeBundle(ustarHeader("other.txt", 3)), false);
  equal(looksLikeBundle(encoder.encode("id: flow\n")), false);
});
