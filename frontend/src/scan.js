// QR codes from a camera or from an image file, as text.
//
// A page that scans names the two late files in its head (`ui.scanner_assets()` writes them), because their names carry a
// hash of their content:  <meta name="tc:zxing" content="..."> <meta name="tc:zxing-wasm" content="...">

const LOOK_EVERY_MS = 120; // eight looks a second find a code as soon as it is sharp, and leave a cheap phone cool

function addressOf(name, fallback) {
  const meta = document.querySelector(`meta[name="${name}"]`);
  return new URL(meta ? meta.content : new URL(fallback, import.meta.url).href, document.baseURI).href;
}

async function ownReader() {
  const { makeReader } = await import(addressOf("tc:zxing", "zxing.js"));
  return makeReader(addressOf("tc:zxing-wasm", "zxing_reader.wasm"));
}

async function browsersReader() {
  if (!("BarcodeDetector" in globalThis)) return null;
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    if (!formats.includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (image) => (await detector.detect(image))[0]?.rawValue ?? null;
  } catch {
    return null; // some desktop builds have the class and no service behind it
  }
}

let own = null;
let native = null;

function loadOwn() {
  own ??= ownReader().catch((error) => {
    own = null; // a lost connection must not spoil the next try
    throw error;
  });
  return own;
}

/** Loads everything that scanning needs, so that it also works when the network goes away. */
export async function prepareScanning() {
  native ??= browsersReader();
  await Promise.all([native, loadOwn()]);
}

async function pixelsOf(source, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  paper.drawImage(source, 0, 0, width, height);
  return paper.getImageData(0, 0, width, height);
}

async function readFrame(video) {
  native ??= browsersReader();
  const detect = await native;
  if (detect) return detect(video);
  const read = await loadOwn();
  return read(await pixelsOf(video, video.videoWidth, video.videoHeight));
}

/**
 * Shows the camera in `video` and calls `onText(text)` for each code it reads, a code that stays in view once.
 * Resolves to `stop()` as soon as the picture runs. Rejects with the browser's error when there is no camera or no consent;
 * `onFailure(error)` hears when reading breaks down later, for example when the late files cannot be loaded.
 */
export async function scanCamera(video, onText, onFailure = () => {}) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  let running = true;
  let timer = 0;
  let last = null;
  const stop = () => {
    running = false;
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  const look = async () => {
    try {
      const text = video.readyState >= 2 ? await readFrame(video) : null;
      if (running && text && text !== last) onText((last = text));
    } catch (error) {
      if (running) onFailure(error);
      return stop();
    }
    if (running) timer = setTimeout(look, LOOK_EVERY_MS);
  };
  video.setAttribute("playsinline", "");
  video.muted = true;
  video.srcObject = stream;
  try {
    await video.play();
  } catch (error) {
    stop();
    throw error;
  }
  look();
  return stop;
}

/** Reads the first QR code in an image file; null when there is none. Rejects when the file is no image. */
export async function scanImage(file) {
  native ??= browsersReader();
  const detect = await native;
  const picture = await createImageBitmap(file);
  try {
    const text = detect ? await detect(picture).catch(() => null) : null;
    if (text) return text;
    const read = await loadOwn();
    return await read(await pixelsOf(picture, picture.width, picture.height));
  } finally {
    picture.close();
  }
}
