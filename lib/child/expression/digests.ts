/** Digests of a text's UTF-8, in hexadecimal digits. Synchronous, as rendering is. */
export type Digest = (text: string) => string;

const rotate = (it: number, by: number) => (it << by) | (it >>> (32 - by));

/** The bytes with `1`, zeros and their length in bits behind, up to whole blocks. */
function padded(text: string, block: number, order: "little" | "big"): DataView {
  const bytes = new TextEncoder().encode(text);
  const counter = block / 8;
  const length = Math.ceil((bytes.length + 1 + counter) / block) * block;
  const whole = new Uint8Array(length);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setBigUint64(
    order === "little" ? length - counter : length - 8,
    BigInt(bytes.length) * 8n,
    order === "little",
  );
  return view;
}

const hex = (it: number) => (it >>> 0).toString(16).padStart(8, "0");

const MD5_TURNS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]] as const;

/** RFC 1321. */
export const md5: Digest = (text) => {
  const data = padded(text, 64, "little");
  let [a, b, c, d] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let from = 0; from < data.byteLength; from += 64) {
    let [e, f, g, h] = [a, b, c, d];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const [mixed, at] = [
        [(f & g) | (~f & h), i],
        [(h & f) | (~h & g), 5 * i + 1],
        [f ^ g ^ h, 3 * i + 5],
        [g ^ (f | ~h), 7 * i],
      ][round] as [number, number];
      const constant = Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32);
      const sum = e + mixed + constant + data.getUint32(from + (at % 16) * 4, true);
      [e, h, g, f] = [h, g, f, f + rotate(sum | 0, MD5_TURNS[round]![i % 4]!)];
      f |= 0;
    }
    [a, b, c, d] = [a + e | 0, b + f | 0, c + g | 0, d + h | 0];
  }
  const result = new DataView(new ArrayBuffer(16));
  [a, b, c, d].forEach((it, i) => result.setUint32(i * 4, it));
  return [0, 4, 8, 12].map((at) => hex(swap(result.getUint32(at)))).join("");
};

function swap(it: number): number {
  return (it << 24) | ((it & 0xff00) << 8) | ((it >>> 8) & 0xff00) | (it >>> 24);
}

/** FIPS 180-4. */
export const sha1: Digest = (text) => {
  const data = padded(text, 64, "big");
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const words = new Int32Array(80);
  for (let from = 0; from < data.byteLength; from += 64) {
    for (let i = 0; i < 80; i++) {
      words[i] = i < 16
        ? data.getInt32(from + i * 4)
        : rotate(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
    }
    let [a, b, c, d, e] = state as [number, number, number, number, number];
    for (let i = 0; i < 80; i++) {
      const [mixed, constant] = i < 20
        ? [(b & c) | (~b & d), 0x5a827999]
        : i < 40
        ? [b ^ c ^ d, 0x6ed9eba1]
        : i < 60
        ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
        : [b ^ c ^ d, 0xca62c1d6];
      const next = rotate(a, 5) + mixed + e + constant + words[i]! | 0;
      [e, d, c, b, a] = [d, c, rotate(b, 30), a, next];
    }
    [a, b, c, d, e].forEach((it, i) => state[i] = state[i]! + it | 0);
  }
  return state.map(hex).join("");
};

/** The first bits of the fractions of roots of primes, from which SHA-2 takes its constants. */
function fractions(count: number, root: 2 | 3, bits: number): bigint[] {
  const found: bigint[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (Array.from({ length: candidate - 2 }, (_, i) => i + 2).some((it) => candidate % it === 0)) {
      continue;
    }
    // The whole root of candidate * 2^(bits * root), by halving.
    const target = BigInt(candidate) << BigInt(bits * root);
    let [low, high] = [0n, BigInt(candidate) << BigInt(bits)];
    while (low < high) {
      const middle = (low + high + 1n) / 2n;
      if (middle ** BigInt(root) <= target) low = middle;
      else high = middle - 1n;
    }
    found.push(BigInt.asUintN(bits, low));
  }
  return found;
}

interface Sha2 {
  readonly bits: 32 | 64;
  readonly rounds: 64 | 80;
  /** Of Σ0, Σ1, σ0 and σ1: what each rotates by; the last of a σ is a shift. */
  readonly turns: readonly (readonly [bigint, bigint, bigint])[];
}

const SHA256: Sha2 = {
  bits: 32,
  rounds: 64,
  turns: [[2n, 13n, 22n], [6n, 11n, 25n], [7n, 18n, 3n], [17n, 19n, 10n]],
};
const SHA512: Sha2 = {
  bits: 64,
  rounds: 80,
  turns: [[28n, 34n, 39n], [14n, 18n, 41n], [1n, 8n, 7n], [19n, 61n, 6n]],
};

/** FIPS 180-4. */
export const sha256: Digest = (text) => sha2(text, SHA256);
/** FIPS 180-4. */
export const sha512: Digest = (text) => sha2(text, SHA512);

function sha2(text: string, { bits, rounds, turns }: Sha2): string {
  const size = BigInt(bits);
  const cut = (it: bigint) => BigInt.asUintN(bits, it);
  const turn = (it: bigint, by: bigint) => cut((it >> by) | (it << (size - by)));
  const big = (it: bigint, [a, b, c]: Sha2["turns"][number]) =>
    turn(it, a) ^ turn(it, b) ^ turn(it, c);
  const small = (it: bigint, [a, b, c]: Sha2["turns"][number]) =>
    turn(it, a) ^ turn(it, b) ^ (it >> c);
  const data = padded(text, bits * 2, "big");
  const constants = fractions(rounds, 3, bits);
  let state = fractions(8, 2, bits);
  for (let from = 0; from < data.byteLength; from += bits * 2) {
    const words: bigint[] = [];
    for (let i = 0; i < rounds; i++) {
      words.push(
        i >= 16
          ? cut(
            small(words[i - 2]!, turns[3]!) + words[i - 7]! +
              small(words[i - 15]!, turns[2]!) + words[i - 16]!,
          )
          : bits === 64
          ? data.getBigUint64(from + i * 8)
          : BigInt(data.getUint32(from + i * 4)),
      );
    }
    let [a, b, c, d, e, f, g, h] = state as [
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    for (let i = 0; i < rounds; i++) {
      const first = h + big(e, turns[1]!) + ((e & f) ^ (cut(~e) & g)) + constants[i]! + words[i]!;
      const second = big(a, turns[0]!) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, cut(d + first), c, b, a, cut(first + second)];
    }
    state = state.map((it, i) => cut(it + [a, b, c, d, e, f, g, h][i]!));
  }
  return state.map((it) => it.toString(16).padStart(bits / 4, "0")).join("");
}
