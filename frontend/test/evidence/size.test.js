// A picture's size by its head: only that tells one that is too large from what is no picture.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sizeIn, tooManyPixels } from "../../src/shrink/size.js";

function png(width, height) {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}

const EXIF = [0xff, 0xe1, 0, 6, 1, 2, 3, 4];
const TABLE = [0xff, 0xc4, 0, 4, 9, 9];
const frame = (width, height) => [0xff, 0xc2, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 3];

test("a PNG and a JPEG say how large they are", () => {
  assert.deepEqual(sizeIn(png(60000, 50000)), [60000, 50000]);
  assert.deepEqual(sizeIn(new Uint8Array([0xff, 0xd8, ...EXIF, ...TABLE, ...frame(4000, 3000)])), [4000, 3000]);
});

test("what is no picture, or one cut off, says nothing", () => {
  for (const bytes of [[], [0xff, 0xd8], [0xff, 0xd8, 0xff, 0xe1, 0, 0, 0, 0, 0, 0, 0, 0], [...Buffer.from("<html>no picture at all</html>")]])
    assert.equal(sizeIn(new Uint8Array(bytes)), null);
  assert.equal(sizeIn(png(10, 10).slice(0, 20)), null);
});

test("only a picture of more than 24 million pixels is too large", async () => {
  assert.equal(await tooManyPixels(new Blob([png(60000, 60000)])), 3600);
  assert.equal(await tooManyPixels(new Blob([png(6000, 4000)])), 0);
  assert.equal(await tooManyPixels(new Blob(["no picture"])), 0);
});
