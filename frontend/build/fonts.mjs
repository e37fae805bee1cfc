// Be Vietnam Pro in two weights, cut down to the letters that Vietnamese and English pages use.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import subsetFont from "subset-font";

const WEIGHTS = { 400: "400Regular/BeVietnamPro_400Regular.ttf", 600: "600SemiBold/BeVietnamPro_600SemiBold.ttf" };

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).join("");

// ASCII, Latin-1 letters (foreign certificates), the Vietnamese letters, then the signs that the pages use.
const LETTERS =
  range(0x20, 0x7e) + range(0xa0, 0xff) + "ĂăĐđĨĩŨũƠơƯư" + range(0x1ea0, 0x1ef9) + "\u0300\u0301\u0303\u0309\u0323" + "–—‘’“”•…₫→←≤≥×";

// Numerators, ligatures and the like are a fifth of the file, and no page uses them. Without them a weight stays under the
// 14,600 bytes that a connection sends before it waits a round trip for the first answer.
const OPTIONS = { targetFormat: "woff2", noHinting: true, keepFeatures: ["kern"] };

/** Writes be-vietnam-pro-<weight>.woff2 for both weights. */
export async function buildFonts(frontend, out) {
  for (const [weight, file] of Object.entries(WEIGHTS)) {
    const whole = readFileSync(join(frontend, "node_modules/@expo-google-fonts/be-vietnam-pro", file));
    writeFileSync(join(out, `be-vietnam-pro-${weight}.woff2`), await subsetFont(whole, LETTERS, OPTIONS));
  }
}
