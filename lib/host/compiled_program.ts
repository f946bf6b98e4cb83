import { StageError } from "../model/mod.ts";

/** Length of what `dataLength()` needs to see. */
export const TAIL_BYTES = 16;

const TAIL_MAGIC = 0x501e;
const PT_NOTE = 4;
const NOTE_TYPE = 0x53554901;

/**
 * Tells how many bytes of data a program of `deno compile` keeps at its very end.
 *
 * Up to some version after 2.4 a program on Linux is the base runtime followed by data,
 * whose last bytes are: u32 magic, u32 hash of a name, u64 length of the data with these
 * 16 bytes, all little-endian. The runtime finds its data from the end of the file, so
 * what stands between the two is never read.
 *
 * @param tail The last `TAIL_BYTES` bytes of the file.
 * @returns `0` where the data is not kept there.
 */
export function dataLength(tail: Uint8Array): number {
  const view = viewOf(tail);
  return view.getUint32(0, true) === TAIL_MAGIC ? Number(view.getBigUint64(8, true)) : 0;
}

/**
 * Finds the place in a compiled program where bytes can be put that it never reads.
 *
 * That is before the data where it stands at the end (`dataLength()`). Later versions
 * (seen: 2.9.6) keep it in an ELF note, which is mapped and found through the program
 * headers; there it is the end of the file.
 *
 * @param program A whole file, as `deno compile` wrote it.
 * @throws {StageError} If it has neither, so that any place could be a wrong one.
 */
export function findSeam(program: Uint8Array): number {
  if (program.length > TAIL_BYTES) {
    const length = dataLength(program.subarray(-TAIL_BYTES));
    if (length > TAIL_BYTES && length < program.length) return program.length - length;
  }
  if (hasDataNote(program)) return program.length;
  throw new StageError([{
    code: "host/payload-no-seam",
    severity: "error",
    message: "Cannot add the payload to the compiled program: its own data is not where " +
      "deno compile is known to put it",
    help: "Build on Linux, with a Deno that bulkhead was tried with: 2.4.2 or 2.9.6",
  }], "host");
}

/** Looks for the note `SUI` in the program headers of a 64-bit little-endian ELF file. */
function hasDataNote(program: Uint8Array): boolean {
  const view = viewOf(program);
  if (program.length < 64 || view.getUint32(0) !== 0x7f454c46 || view.getUint16(4) !== 0x0201) {
    return false;
  }
  const headers = Number(view.getBigUint64(32, true));
  const size = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  if (headers + size * count > program.length) return false;
  for (let i = 0; i < count; i++) {
    const header = headers + i * size;
    if (view.getUint32(header, true) !== PT_NOTE) continue;
    const start = Number(view.getBigUint64(header + 8, true));
    const end = Math.min(start + Number(view.getBigUint64(header + 32, true)), program.length);
    for (let note = start; note + 12 <= end;) {
      const name = view.getUint32(note, true);
      const description = view.getUint32(note + 4, true);
      if (view.getUint32(note + 8, true) === NOTE_TYPE) return true;
      note += 12 + aligned(name) + aligned(description);
    }
  }
  return false;
}

function aligned(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
