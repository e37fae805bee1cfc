// The published pictures through the very reader that the page loads.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { readTrust } from "../../src/verifier/trust.js";
import { verify } from "../../src/verifier/verify.js";
import { filesIn, readText, skip as noVectors } from "./testdata.js";

const wasm = join(dirname(fileURLToPath(import.meta.url)), "../../node_modules/zxing-wasm/dist/reader/zxing_reader.wasm");
const skip = noVectors || (existsSync(wasm) ? false : "zxing-wasm is not installed: npm ci in frontend/");
const nobody = readTrust(null);

async function makeReader() {
  const { prepareZXingModule, readBarcodes } = await import("zxing-wasm/reader");
  prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm).buffer } });
  const options = { formats: ["QRCode"], tryHarder: true, tryInvert: true, maxNumberOfSymbols: 1, textMode: "Plain" };
  return async (bytes) => (await readBarcodes(new Blob([bytes]), options).catch(() => []))[0]?.text ?? null;
}

test("the picture in each vector reads as the published text", { skip }, async () => {
  const read = await makeReader();
  let ran = 0;
  for (const { name, path } of filesIn("dgc-testdata", /raw\/.*\.json$/)) {
    const vector = JSON.parse(readText(path));
    const expected = vector.EXPECTEDRESULTS.EXPECTEDPICTUREDECODE;
    if (expected === undefined || !vector["2DCODE"]) continue;
    ran += 1;
    const text = await read(Buffer.from(vector["2DCODE"], "base64"));
    assert.equal(text === vector.PREFIX, expected, name);
  }
  assert.ok(ran > 100, `only ${ran} pictures`);
});

test("each country's QR picture reads as a certificate with a name in it", { skip }, async () => {
  const read = await makeReader();
  const pictures = filesIn("qr-images", /\.png$/i);
  for (const { name, path } of pictures) {
    const answer = await verify((await read(readFileSync(path))) ?? "", { trust: nobody, now: 1_650_000_000 });
    assert.deepEqual([answer.format, answer.reason], ["HC1 DCC", "UNKNOWN_KEY"], name);
    assert.ok(answer.name && answer.birthDate, name);
  }
  assert.ok(pictures.length > 40, `only ${pictures.length} pictures`);
});
