// How large a picture says that it is, read from its first bytes: to tell one that is too large from what is no picture.
export const MOST_PIXELS = 24_000_000; // as on the server
const FIRST = 256 * 1024; // what a phone writes before a JPEG's size is shorter

/** Gives [width, height] of a PNG or JPEG by its head, null for anything else; `bytes` is a Uint8Array. */
export function sizeIn(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength >= 24 && view.getUint32(0) === 0x89504e47 && view.getUint32(12) === 0x49484452)
    return [view.getUint32(16), view.getUint32(20)];
  return view.byteLength > 4 && view.getUint16(0) === 0xffd8 ? sizeInJpeg(view) : null;
}

function sizeInJpeg(view) {
  for (let at = 2; at + 9 <= view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const mark = view.getUint8(at + 1);
    const frame = mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark); // tables share the range
    if (frame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
  }
  return null;
}

/** Gives the millions of pixels of a picture that has too many of them, else 0. */
export async function tooManyPixels(file) {
  const size = sizeIn(new Uint8Array(await file.slice(0, FIRST).arrayBuffer()));
  const pixels = size ? size[0] * size[1] : 0;
  return pixels > MOST_PIXELS ? Math.round(pixels / 1_000_000) : 0;
}
