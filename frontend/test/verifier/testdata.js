// Finds the published vectors beside the checkout; tests that need them are skipped with that reason where they are absent.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const beside = join(dirname(fileURLToPath(import.meta.url)), "../../../../shared/testdata");
export const TESTDATA = join(process.env.TIEMCHUNG_TESTDATA || beside, "dcc");
export const skip = existsSync(TESTDATA) ? false : `no test vectors at ${TESTDATA} (set TIEMCHUNG_TESTDATA)`;

/** Every file below a folder of the vectors whose name matches, sorted; empty when absent. */
export function filesIn(folder, pattern) {
  const root = join(TESTDATA, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true })
    .map(String).filter((name) => pattern.test(name)).sort().map((name) => ({ name, path: join(root, name) }));
}

/** The text of a vector file without a byte order mark. */
export function readText(path) {
  return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
}
