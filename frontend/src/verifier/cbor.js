// CBOR (RFC 8949) reading for certificates: maps stay Maps, since their keys are numbers, and everything
// unusual is refused: depth over 16, lengths that are not stated, foreign tags, repeated keys, numbers past 2^53.
import { Stop } from "./outcome.js";
import { concat, fromUtf8 } from "./bytes.js";

const DEPTH_CAP = 16;
const ITEM_CAP = 4096;
// 0/1 dates, 18 COSE_Sign1, 61 CWT, 100/1004 days, 55799 "this is CBOR".
const TAGS = new Set([0, 1, 18, 61, 100, 1004, 55799]);
const broken = (detail) => new Stop("DAMAGED", `cbor ${detail}`);

/** A value under a CBOR tag. */
export class Tagged {
  constructor(tag, value) {
    this.tag = tag;
    this.value = value;
  }
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    this.items = 0;
  }

  move(count) {
    const from = this.at;
    if (from + count > this.bytes.length) throw broken("too short");
    this.at += count;
    return from;
  }

  argument(info) {
    if (info < 24) return info;
    if (info === 24) return this.view.getUint8(this.move(1));
    if (info === 25) return this.view.getUint16(this.move(2));
    if (info === 26) return this.view.getUint32(this.move(4));
    if (info !== 27) throw broken("length");
    const big = this.view.getBigUint64(this.move(8));
    if (big > BigInt(Number.MAX_SAFE_INTEGER)) throw broken("number too large");
    return Number(big);
  }

  string(major, info) {
    const length = this.argument(info);
    const from = this.move(length);
    const piece = this.bytes.subarray(from, from + length);
    return major === 2 ? piece : fromUtf8(piece);
  }

  array(info, depth) {
    const count = this.argument(info);
    const list = [];
    while (list.length < count) list.push(this.item(depth));
    return list;
  }

  map(info, depth) {
    const count = this.argument(info);
    const map = new Map();
    for (let n = 0; n < count; n++) {
      const key = this.item(depth);
      if (map.has(key) || (typeof key !== "string" && typeof key !== "number")) throw broken("map key");
      map.set(key, this.item(depth));
    }
    return map;
  }

  tagged(info, depth) {
    const tag = this.argument(info);
    if (!TAGS.has(tag)) throw broken("tag");
    return new Tagged(tag, this.item(depth));
  }

  simple(info) {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22 || info === 23) return null;
    if (info === 25) return halfFloat(this.view.getUint16(this.move(2)));
    if (info === 26) return this.view.getFloat32(this.move(4));
    if (info === 27) return this.view.getFloat64(this.move(8));
    throw broken("simple value");
  }

  item(depth) {
    if (depth > DEPTH_CAP || ++this.items > ITEM_CAP) throw broken("too deep or too many items");
    const first = this.view.getUint8(this.move(1));
    const [major, info] = [first >> 5, first & 31];
    if (major === 0) return this.argument(info);
    if (major === 1) return -1 - this.argument(info);
    if (major <= 3) return this.string(major, info);
    if (major === 4) return this.array(info, depth + 1);
    if (major === 5) return this.map(info, depth + 1);
    return major === 6 ? this.tagged(info, depth + 1) : this.simple(info);
  }
}

function halfFloat(bits) {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

/** The one value that the bytes hold; throws Stop(DAMAGED) on anything else, left-over bytes included. */
export function decodeCbor(bytes) {
  const reader = new Reader(bytes);
  let value;
  try {
    value = reader.item(0);
  } catch (error) {
    throw error instanceof Stop ? error : broken("text");
  }
  if (reader.at !== bytes.length) throw broken("bytes left over");
  return value;
}

/** CBOR of a byte string, as a signature structure needs it. */
export function encodeBytes(bytes) {
  const length = bytes.length;
  const head = length < 24 ? [0x40 | length]
    : length < 256 ? [0x58, length]
      : [0x59, length >> 8, length & 255];
  return concat(Uint8Array.from(head), bytes);
}

/** The value without tags that only say how to read it, at any depth; Maps become plain objects. */
export function plain(value) {
  if (value instanceof Tagged) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  const object = Object.create(null);
  for (const [key, inner] of value) object[key] = plain(inner);
  return object;
}
