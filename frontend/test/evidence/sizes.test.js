// The arithmetic of photos: made small, turned, fitted in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted } from "../../src/shrink/photo.js";
import { fitting, laid, within } from "../../src/viewer/sheet.js";

test("a photo's longest side becomes 2000 and its shape stays", () => {
  assert.deepEqual(fitted(4000, 3000), [2000, 1500]);
  assert.deepEqual(fitted(3000, 4000), [1500, 2000]);
  assert.deepEqual(fitted(100000, 10), [2000, 1]);
});

test("a small photo is not made larger", () => assert.deepEqual(fitted(640, 480), [640, 480]));

test("a photo that fits in is as wide as the stage, also when it is turned", () => {
  const photo = { width: 1000, height: 2000 };
  assert.equal(fitting(photo, 0, 500), 0.5);
  assert.equal(fitting(photo, 90, 500), 0.25);
  assert.equal(fitting({ width: 100, height: 50 }, 0, 500), 1);
});

test("zoom ends at the fitting size and at four times the photo's own", () => {
  assert.equal(within(0.01, 0.5), 0.5);
  assert.equal(within(9, 0.5), 4);
  assert.equal(within(2, 0.5), 2);
});

// A turn around the upper left corner takes the photo off its sheet; the move must bring every corner back onto it.
test("a turned photo covers exactly its sheet", () => {
  for (const turn of [0, 90, 180, 270]) {
    const { width, height, sheet, move } = laid({ width: 300, height: 200 }, 2, turn);
    const angle = (turn * Math.PI) / 180;
    const corners = [[0, 0], [width, 0], [0, height], [width, height]].map(([x, y]) => [
      Math.round(x * Math.cos(angle) - y * Math.sin(angle) + move[0]) + 0,
      Math.round(x * Math.sin(angle) + y * Math.cos(angle) + move[1]) + 0,
    ]);
    const [across, down] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    assert.deepEqual([Math.min(...across), Math.min(...down)], [0, 0], `${turn}`);
    assert.deepEqual([Math.max(...across), Math.max(...down)], sheet, `${turn}`);
  }
});
