import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { type About, openPayload, packPayload, spliceIntoProgram } from "./payload.ts";

const encoder = new TextEncoder();
const BASE = "a base runtime, long enough to be told from its data";
const BIG = crypto.getRandomValues(new Uint8Array(60_000));
const FILES = [
  { name: "tool", data: new Uint8Array([...BIG, ...new Uint8Array(500_000)]), mode: 0o500 },
  { name: "empty", data: new Uint8Array(), mode: 0o400 },
  { name: "text.mjs", data: encoder.encode("export default 1;\n"), mode: 0o400 },
];

/** As `deno compile` 2.4.2 lays it out: data at the end, found from there. */
function withDataAtEnd(): Uint8Array<ArrayBuffer> {
  const data = encoder.encode("d3n0l4nd data of the program d3n0l4nd");
  const bytes = new Uint8Array(BASE.length + data.length + 16);
  bytes.set(encoder.encode(BASE));
  bytes.set(data, BASE.length);
  const view = new DataView(bytes.buffer, bytes.length - 16);
  view.setUint32(0, 0x501e, true);
  view.setUint32(4, 679, true);
  view.setBigUint64(8, BigInt(data.length + 16), true);
  return bytes;
}

/** As 2.9.6 does: an ELF note, second of its segment, found through the program headers. */
function withDataInNote(type = 0x53554901): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 2, true);
  view.setUint32(64, 1, true); // PT_LOAD, to be passed over
  const header = 64 + 56;
  view.setUint32(header, 4, true);
  view.setBigUint64(header + 8, 192n, true);
  view.setBigUint64(header + 32, 44n, true);
  // Name of 4 bytes, description of 3 in 4, another type; then ours.
  [4, 3, 1].forEach((it, i) => view.setUint32(192 + 4 * i, it, true));
  [4, 8, type].forEach((it, i) => view.setUint32(212 + 4 * i, it, true));
  bytes.set(encoder.encode("SUI\0"), 224);
  return bytes;
}

async function makeBox() {
  const root = await Deno.makeTempDir({ prefix: "payload_" });
  return {
    path: `${root}/program`,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: number[] = [];
  for await (const piece of pieces) for (const byte of piece) all.push(byte);
  return new Uint8Array(all);
}

function codeOf(error: unknown): string {
  ok(error instanceof StageError, String(error));
  equal(error.fault, "host");
  return error.diagnostics[0]!.code;
}

const programs = [
  { name: "data at the end", program: withDataAtEnd(), seam: BASE.length },
  { name: "data in a note", program: withDataInNote(), seam: 256 },
];

Deno.test.each(programs)(
  "a payload comes out of a program with $name as it went in",
  async ({ program, seam }) => {
    await using box = await makeBox();
    const payload = await packPayload(FILES);
    const whole = spliceIntoProgram(program, payload);
    deepEqual(whole.subarray(0, seam), program.subarray(0, seam));
    deepEqual(whole.subarray(seam + payload.length), program.subarray(seam));

    await Deno.writeFile(box.path, whole);
    const opened = await openPayload(box.path);
    ok(opened);
    deepEqual(
      opened.manifest.files.map(({ name, size, mode }) => ({ name, size, mode })),
      FILES.map(({ name, data, mode }) => ({ name, size: data.length, mode })),
    );
    for (const { name, data } of FILES) deepEqual(await readAll(opened.read(name)), data);
    throws(() => opened.read("other"), { message: 'Cannot read "other": not in the payload' });
  },
);

Deno.test.each(programs)(
  "openPayload() finds none in a program with $name and no more",
  async ({ program }) => {
    await using box = await makeBox();
    await Deno.writeFile(box.path, program);
    equal(await openPayload(box.path), undefined);
    await Deno.writeFile(box.path, new Uint8Array());
    equal(await openPayload(box.path), undefined);
  },
);

Deno.test.each([
  { name: "is empty", program: new Uint8Array() },
  { name: "is a script", program: encoder.encode("#!/bin/sh\necho not compiled by deno\n") },
  { name: "has other notes only", program: withDataInNote(7) },
  {
    name: "says it has more data than bytes",
    program: withDataAtEnd().with(-8, 255) as Uint8Array<ArrayBuffer>,
  },
])("spliceIntoProgram() refuses a program that $name", ({ program }) => {
  throws(
    () => spliceIntoProgram(program, new Uint8Array(1)),
    (error) => codeOf(error) === "host/payload-no-seam",
  );
  // The control is above: "comes out as it went in".
});

Deno.test("packing twice gives the same bytes, another byte another digest", async () => {
  await using box = await makeBox();
  const digests = new Set<string>();
  deepEqual(await packPayload(FILES), await packPayload(FILES));
  for (const data of ["one", "two", "one"]) {
    const payload = await packPayload([{ name: "a", data: encoder.encode(data), mode: 0o400 }]);
    await Deno.writeFile(box.path, spliceIntoProgram(withDataAtEnd(), payload));
    digests.add((await openPayload(box.path))!.digest);
  }
  equal(digests.size, 2);
});

Deno.test("a payload names no directory and nothing hidden", async (t) => {
  for (const name of ["../a", "a/b", "/a", "", ".", "..", ".complete", "a\n", "plain-1.mjs"]) {
    await t.step(JSON.stringify(name), async () => {
      await using box = await makeBox();
      const payload = await packPayload([{ name, data: new Uint8Array(1), mode: 0o400 }]);
      await Deno.writeFile(box.path, spliceIntoProgram(withDataAtEnd(), payload));
      if (name === "plain-1.mjs") return void ok(await openPayload(box.path));
      await rejects(
        openPayload(box.path),
        (error) => codeOf(error) === "host/payload-corrupt",
      );
    });
  }
});

/** Which byte of a payload to change, counted from its end where negative. */
const damages = [
  { name: "the first file's header", at: 0, where: "read" },
  { name: "the middle of the first file", at: 30_000, where: "read" },
  { name: "the last byte of the manifest", at: -25, where: "open" },
  { name: "the length of the manifest", at: -24, where: "open" },
  { name: "the length of the manifest, far off", at: -18, where: "open" },
] as const;

Deno.test.each([...damages])(
  "a payload with another byte in $name is refused at $where",
  async ({ at, where }) => {
    await using box = await makeBox();
    const payload = await packPayload(FILES);
    const spoiled = payload.with(at, payload.at(at)! ^ 0x41);
    const use = async (bytes: Uint8Array) => {
      await Deno.writeFile(box.path, spliceIntoProgram(withDataAtEnd(), bytes));
      const opened = await openPayload(box.path);
      ok(opened);
      if (where === "read") return (await readAll(opened.read("tool"))).length;
    };
    await use(payload);
    await rejects(use(spoiled), (error) => codeOf(error) === "host/payload-corrupt");
  },
);

Deno.test("a payload that lost its end is none", async () => {
  await using box = await makeBox();
  const whole = spliceIntoProgram(withDataAtEnd(), await packPayload(FILES));
  await Deno.writeFile(box.path, whole.subarray(0, -1));
  equal(await openPayload(box.path), undefined);
  await Deno.writeFile(box.path, whole);
  ok(await openPayload(box.path));
});

Deno.test("openPayload() says which program it cannot read", async () => {
  await rejects(openPayload("/nonexistent/program"), (error) => {
    ok(error instanceof StageError);
    equal(error.diagnostics[0]?.code, "host/payload-unreadable");
    return error.message.includes('"/nonexistent/program"');
  });
});

Deno.test("what a manifest says about the binary does not change what is unpacked", async () => {
  await using box = await makeBox();
  const part = { name: "base runtime", bytes: 1, sha256: "0".repeat(64) };
  const about = { target: "x86_64-unknown-linux-gnu", base: part, harness: [part] };
  const open = async (about?: About) => {
    await Deno.writeFile(
      box.path,
      spliceIntoProgram(withDataAtEnd(), await packPayload(FILES, about)),
    );
    return (await openPayload(box.path))!;
  };
  const [without, withIt] = [await open(), await open(about)];
  deepEqual([without.manifest.about, withIt.manifest.about], [undefined, about]);
  equal(withIt.digest, without.digest);
  for (const bad of [{ ...about, base: { ...part, sha256: "0" } }, { ...about, harness: [null] }]) {
    await rejects(open(bad as About), (error) => codeOf(error) === "host/payload-corrupt");
  }
});
