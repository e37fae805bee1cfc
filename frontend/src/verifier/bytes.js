// Small conversions between bytes and text that every format needs.

/** Bytes of a base64 or base64url text; throws a RangeError on any other character. */
export function fromBase64(text) {
  const plain = text.replace(/-/g, "+").replace(/_/g, "/").replace(/[\s=]+/g, "");
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) throw new RangeError("not base64");
  return Uint8Array.from(atob(plain), (sign) => sign.charCodeAt(0));
}

/** Bytes of unpadded base64url in its one spelling; throws a RangeError for any other. */
export function fromBase64Url(text) {
  if (!/^[\w-]*$/.test(text)) throw new RangeError("not base64url");
  const bytes = fromBase64(text);
  // The last sign may carry bits that no byte takes: set, they would be a second spelling of the same bytes.
  if (toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") !== text) throw new RangeError("not base64url");
  return bytes;
}

/** Standard base64 (with padding) of bytes. */
export function toBase64(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Text of UTF-8 bytes; throws a TypeError where they are not UTF-8. */
export function fromUtf8(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** UTF-8 bytes of a text. */
export function toUtf8(text) {
  return new TextEncoder().encode(text);
}

/** One array out of several, in order. */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** True when both arrays hold the same bytes. */
export function sameBytes(left, right) {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
