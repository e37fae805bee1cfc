// Slices of the lists of what was revoked: sorted beginnings of hashes (variable hash lists), looked up by bisection.
import { Stop } from "./outcome.js";
import { fromBase64, toBase64 } from "./bytes.js";

const HEAD = 11; // version (2), rate (4), count (4), width (1), big-endian
const VERSION = 1;
const DIGITS = { POINT: 1, VECTOR: 2, COORDINATE: 3 };
const BLOCK = 512;

/** Bytes of one slice made ready: {width, entries}. Throws Stop(DAMAGED) for another kind or a wrong length. */
export function readSlice(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = bytes.length >= HEAD ? bytes[HEAD - 1] : 0;
  if (!width || view.getUint16(0) !== VERSION || (bytes.length - HEAD) % width) throw new Stop("DAMAGED", "slice");
  return { width, entries: bytes.subarray(HEAD) };
}

function order({ width, entries }, index, hash) {
  for (let n = 0; n < width; n++) {
    const difference = entries[index * width + n] - hash[n];
    if (difference) return difference;
  }
  return 0;
}

/** True when the slice lists a hash (16 bytes) that begins like this one. */
export function holds(slice, hash) {
  let low = 0;
  let high = slice.entries.length / slice.width - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const difference = order(slice, middle, hash);
    if (!difference) return true;
    if (difference < 0) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** Where a hash lies: as many of its first hex digits as the mode (POINT, VECTOR, COORDINATE) has. */
export function placeOf(hash, mode) {
  return [...hash.subarray(0, 2)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, DIGITS[mode]);
}

/** The files of a tar archive as [name, bytes]; a broken archive gives those before the break. */
export function untar(bytes) {
  const files = [];
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at]; ) {
    const field = (from, length) => String.fromCharCode(...bytes.subarray(at + from, at + from + length)).replace(/\0.*$/s, "");
    const size = parseInt(field(124, 12), 8);
    if (!(size >= 0) || at + BLOCK + size > bytes.length) break;
    files.push([field(0, 100), bytes.slice(at + BLOCK, at + BLOCK + size)]);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/**
 * What is known to be revoked, made ready for look-ups: `has(kid bytes, base64 hashes)`, `madeAt` (epoch seconds, 0 for
 * never). `index` is {madeAt, lists: {kid: {mode, slices: [[place, name], ...]}}}, `bodies` a Map of name to bytes.
 */
export function readRevocations(index, bodies) {
  const lists = new Map();
  for (const [kid, { mode, slices }] of Object.entries(index?.lists ?? {})) {
    const places = new Map();
    for (const [place, name] of slices) {
      const bytes = bodies.get(name);
      if (bytes) places.set(place, [...(places.get(place) ?? []), readSlice(bytes)]);
    }
    lists.set(kid, { mode, places });
  }
  const has = (kid, hashes) => {
    const list = lists.get(toBase64(kid));
    return Boolean(list) && hashes.map(fromBase64)
      .some((hash) => (list.places.get(placeOf(hash, list.mode)) ?? []).some((slice) => holds(slice, hash)));
  };
  return { madeAt: index?.madeAt ?? 0, has };
}
