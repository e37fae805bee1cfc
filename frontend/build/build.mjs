// Builds what tiemchung/web/shared/static/tc/ holds. Running the product needs none of this: the results are committed.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildFonts } from "./fonts.mjs";
import { buildLicences } from "./licences.mjs";
import { buildScripts } from "./scripts.mjs";
import { printSizes } from "./sizes.mjs";
import { buildStyles } from "./styles.mjs";

const frontend = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(frontend, "../tiemchung/web/shared/static/tc");

mkdirSync(out, { recursive: true });
await buildFonts(frontend, out);
await buildScripts(frontend, out);
buildStyles(frontend, out);
buildLicences(frontend, out);
printSizes(out);
