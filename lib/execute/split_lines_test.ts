import { deepEqual, equal } from "node:assert/strict";
import { MAX_LINE_BYTES, MAX_RECORD_BYTES, splitLines } from "./split_lines.ts";

async function lines(...chunks: string[]) {
  const encoder = new TextEncoder();
  const found: string[] = [];
  for await (
    const { kind, text } of splitLines(ReadableStream.from(chunks.map((it) => encoder.encode(it))))
  ) {
    found.push(`${kind}:${text}`);
  }
  return found;
}

Deno.test.each([
  { name: "lines across chunks", chunks: ["a", "b\nc", "\n"], found: ["text:ab", "text:c"] },
  { name: "a last line without newline", chunks: ["a\nb"], found: ["text:a", "text:b"] },
  { name: "empty lines", chunks: ["\n\na\n"], found: ["text:", "text:", "text:a"] },
  { name: "carriage returns", chunks: ["a\r\nb\r\n"], found: ["text:a", "text:b"] },
  {
    name: "records among text",
    chunks: ["x\n\x1e{}", "\ny\n"],
    found: ["text:x", "record:{}", "text:y"],
  },
  { name: "RS inside a line as text", chunks: ["x\x1e{}\n"], found: ["text:x\x1e{}"] },
  { name: "a letter split between chunks", chunks: ["ä\n"], found: ["text:ä"] },
])("splitLines() reads $name", async ({ chunks, found }) => {
  deepEqual(await lines(...chunks), found);
});

Deno.test("splitLines() cuts a long line, and goes on with the next", async () => {
  const found = await lines("x".repeat(MAX_LINE_BYTES), "x".repeat(10), "\nend\n");
  deepEqual(found.map((it) => it.length - 5), [MAX_LINE_BYTES, 3]);
  equal(found[1], "text:end");
});

Deno.test("splitLines() drops a record that is too long, and tells its length", async () => {
  const encoder = new TextEncoder();
  const piece = encoder.encode("x".repeat(2 ** 20));
  const chunks = [encoder.encode("\x1e"), ...Array(9).fill(piece), encoder.encode("\n\x1e{}\n")];
  const found = await Array.fromAsync(splitLines(ReadableStream.from(chunks)));
  deepEqual(found, [
    { kind: "dropped", text: "", missing: 9 * 2 ** 20 + 1 - MAX_RECORD_BYTES },
    { kind: "record", text: "{}" },
  ]);
});

Deno.test("splitLines() leaves out an empty line before a record, and no other", async () => {
  const lines = async (text: string) => {
    const stream = new Blob([text]).stream();
    return (await Array.fromAsync(splitLines(stream))).map((it) => `${it.kind} ${it.text}`);
  };
  deepEqual(await lines("a\n\x1e{}\n"), ["text a", "record {}"]);
  deepEqual(await lines("a\n\n\x1e{}\n"), ["text a", "record {}"]);
  deepEqual(await lines("\n\x1e{}\n\n\x1e{}\n"), ["record {}", "record {}"]);
  deepEqual(await lines("\n\n\nb\n\n"), ["text ", "text ", "text ", "text b", "text "]);
});

Deno.test.each([
  { name: "as long as it may be", size: MAX_RECORD_BYTES, kept: MAX_RECORD_BYTES },
  { name: "longer", size: MAX_RECORD_BYTES + 1, kept: MAX_LINE_BYTES, missing: 7 * 2 ** 20 + 1 },
])(
  "splitLines() has of a line of the script protocol that is $name what it should",
  async (row) => {
    const encoder = new TextEncoder();
    for (const step of [2 ** 16, row.size]) {
      const whole = encoder.encode(`::{${"x".repeat(row.size - 3)}`);
      const chunks: Uint8Array[] = [encoder.encode("before\n:")];
      for (let at = 1; at < whole.length; at += step) chunks.push(whole.subarray(at, at + step));
      const found = await Array.fromAsync(
        splitLines(ReadableStream.from([...chunks, encoder.encode("\nafter\n")])),
      );
      deepEqual(found.map((it) => [it.text.length, it.missing]), [
        [6, undefined],
        [row.kept, row.missing],
        [5, undefined],
      ]);
    }
  },
);
