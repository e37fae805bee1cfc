// Base45 (RFC 9285), the alphanumeric coding of HC1 texts.
import { Stop } from "./outcome.js";

const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUE = new Map([...SIGNS].map((sign, value) => [sign, value]));

function valueAt(text, index) {
  const value = VALUE.get(text[index]);
  if (value === undefined) throw new Stop("DAMAGED", "base45 sign");
  return value;
}

/** Bytes of a base45 text; throws Stop(DAMAGED) on a foreign sign, an overflow or a lone last sign. */
export function decodeBase45(text) {
  const lone = text.length % 3;
  if (lone === 1) throw new Stop("DAMAGED", "base45 length");
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (lone ? 1 : 0));
  let to = 0;
  for (let from = 0; from < text.length; from += 3) {
    const two = valueAt(text, from) + 45 * valueAt(text, from + 1);
    const whole = from + 2 < text.length;
    const number = whole ? two + 2025 * valueAt(text, from + 2) : two;
    if (number > (whole ? 0xffff : 0xff)) throw new Stop("DAMAGED", "base45 overflow");
    if (whole) bytes[to++] = number >> 8;
    bytes[to++] = number & 0xff;
  }
  return bytes;
}
