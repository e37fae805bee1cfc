// Each styles/<name>.scss that is no partial becomes <name>.css, compressed.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { transformSync } from "esbuild";
import { compile } from "sass";
import { purger } from "./purge.mjs";

// The kit fetches the cross of a search field as a file of its own: a request and two round trips before the first paint.
const CROSS = "nhsuk-icon-cross.svg";

/** Compiles every entry point of styles/, without what no page wears; `out` holds the built scripts already. */
export function buildStyles(frontend, out) {
  const folder = join(frontend, "styles");
  const purge = purger([join(frontend, "../tiemchung/web"), join(frontend, "src")], [join(out, "app.js")]);
  const cross = encodeURIComponent(readFileSync(join(folder, "icon-cross.svg"), "utf8").trim());
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".scss") && !name.startsWith("_"))) {
    const { css } = compile(join(folder, file), { loadPaths: [join(frontend, "node_modules")], quietDeps: true });
    // The oldest browsers of the campaign's phones: Chrome 80 and Safari 13.
    const { code } = transformSync(css, { loader: "css", minify: true, target: ["chrome80", "safari13"] });
    writeFileSync(join(out, `${basename(file, ".scss")}.css`), purge(code).replaceAll(`url(${CROSS})`, `url("data:image/svg+xml,${cross}")`));
  }
}
