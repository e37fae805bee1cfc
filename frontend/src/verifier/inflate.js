// DEFLATE (RFC 1951) and zlib (RFC 1950) reading with a hard cap on what comes out. Own, because the
// browser's DecompressionStream is missing on the older phones that guards hold, and has no cap.
import { Stop } from "./outcome.js";

/** Most bytes that any certificate may inflate to. */
export const INFLATED_CAP = 64 * 1024;

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
  2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const broken = (detail) => new Stop("DAMAGED", `deflate ${detail}`);

class Bits {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    this.hold = 0;
    this.count = 0;
    this.padded = true;
  }

  take(count) {
    while (this.count < count) {
      if (this.at >= this.bytes.length) throw broken("too short");
      this.hold |= this.bytes[this.at++] << this.count;
      this.count += 8;
    }
    const value = this.hold & ((1 << count) - 1);
    this.hold >>>= count;
    this.count -= count;
    return value;
  }

  /** Leaves the byte that was begun; tells whether its last bits were none, as every writer leaves them. */
  alignToByte() {
    const clean = this.hold === 0;
    this.hold = 0;
    this.count = 0;
    return clean;
  }
}

/** A canonical Huffman code as counts per length and symbols in order. */
function huffman(lengths) {
  const counts = new Array(16).fill(0);
  for (const length of lengths) counts[length] += 1;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= 15; length++) {
    left = left * 2 - counts[length];
    if (left < 0) throw broken("code over-subscribed");
  }
  const starts = [0, 0];
  for (let length = 1; length < 15; length++) starts[length + 1] = starts[length] + counts[length];
  const symbols = [];
  lengths.forEach((length, symbol) => {
    if (length) symbols[starts[length]++] = symbol;
  });
  return { counts, symbols };
}

function symbolOf(bits, { counts, symbols }) {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= 15; length++) {
    code |= bits.take(1);
    const count = counts[length];
    if (code - count < first) return symbols[index + code - first];
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  throw broken("code");
}

function fixedCodes() {
  const lengths = Array.from({ length: 288 }, (_, n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8));
  return [huffman(lengths), huffman(new Array(30).fill(5))];
}

function dynamicCodes(bits) {
  const literals = bits.take(5) + 257;
  const distances = bits.take(5) + 1;
  const given = bits.take(4) + 4;
  if (literals > 286 || distances > 30) throw broken("table size");
  const lengths = new Array(19).fill(0);
  for (let index = 0; index < given; index++) lengths[CODE_ORDER[index]] = bits.take(3);
  const codes = huffman(lengths);
  const all = [];
  while (all.length < literals + distances) {
    const symbol = symbolOf(bits, codes);
    if (symbol < 16) all.push(symbol);
    else {
      if (symbol === 16 && !all.length) throw broken("repeat of nothing");
      const value = symbol === 16 ? all[all.length - 1] : 0;
      const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
      for (let n = 0; n < times; n++) all.push(value);
    }
  }
  if (all.length !== literals + distances || !all[256]) throw broken("table");
  return [huffman(all.slice(0, literals)), huffman(all.slice(literals))];
}

function copyStored(bits, out) {
  bits.padded = bits.alignToByte() && bits.padded;
  const length = bits.take(16);
  if ((bits.take(16) ^ 0xffff) !== length) throw broken("stored length");
  for (let n = 0; n < length; n++) out.push(bits.take(8));
}

function copyBack(bits, out, symbol, distances) {
  const index = symbol - 257;
  if (index >= 29) throw broken("length");
  const length = LENGTH_BASE[index] + bits.take(LENGTH_EXTRA[index]);
  const far = symbolOf(bits, distances);
  if (far === undefined || far >= 30) throw broken("distance");
  const distance = DISTANCE_BASE[far] + bits.take(far < 4 ? 0 : (far >> 1) - 1);
  if (distance > out.length) throw broken("distance too far");
  for (let n = 0; n < length; n++) out.push(out[out.length - distance]);
}

function readBlock(bits, out, cap, [literals, distances]) {
  for (;;) {
    const symbol = symbolOf(bits, literals);
    if (symbol === 256) return;
    if (symbol < 256) out.push(symbol);
    else copyBack(bits, out, symbol, distances);
    if (out.length > cap) throw broken("over the cap");
  }
}

function inflateAt(bytes, start, cap) {
  const bits = new Bits(bytes);
  bits.at = start;
  const out = [];
  for (let last = 0; !last; ) {
    last = bits.take(1);
    const kind = bits.take(2);
    if (kind === 3) throw broken("block kind");
    if (kind === 0) copyStored(bits, out);
    else readBlock(bits, out, cap, kind === 1 ? fixedCodes() : dynamicCodes(bits));
    if (out.length > cap) throw broken("over the cap");
  }
  const clean = bits.alignToByte() && bits.padded;
  return { bytes: Uint8Array.from(out), end: bits.at, clean };
}

function adler32(bytes) {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return ((high << 16) | low) >>> 0;
}

/** What raw DEFLATE bytes hold; throws Stop(DAMAGED) when they are broken or hold more than `cap` bytes. */
export function inflateRaw(bytes, cap = INFLATED_CAP) {
  return inflateAt(bytes, 0, cap).bytes;
}

/** What zlib bytes hold, its checksum compared; throws Stop(DAMAGED) when broken or more than `cap` bytes. */
export function inflateZlib(bytes, cap = INFLATED_CAP) {
  if (bytes.length < 6 || (bytes[0] & 15) !== 8 || ((bytes[0] << 8) | bytes[1]) % 31 || bytes[1] & 32) {
    throw broken("zlib header");
  }
  const { bytes: plain, end, clean } = inflateAt(bytes, 2, cap);
  if (end + 4 > bytes.length) throw broken("checksum missing");
  // No writer leaves anything behind the checksum or sets a bit where the stream only pads: a flip must not pass unseen.
  if (end + 4 < bytes.length || !clean) throw broken("bytes or bits left over");
  const sum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end);
  if (sum !== adler32(plain)) throw broken("checksum");
  return plain;
}
