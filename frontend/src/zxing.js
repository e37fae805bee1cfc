// The QR reader for browsers without their own. A megabyte with its wasm: scan.js fetches it only when it is needed.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, tryInvert: true, maxNumberOfSymbols: 1, textMode: "Plain" };

/** Makes a reader from the wasm file's address: `(Blob | ImageData) -> Promise<string | null>`. */
export async function makeReader(wasmUrl) {
  await prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true });
  return async (image) => {
    const [found] = await readBarcodes(image, OPTIONS);
    return found && found.isValid ? found.text : null;
  };
}
