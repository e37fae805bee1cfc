// Each styles/<name>.scss that is no partial becomes <name>.css, compressed.
import { readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { transformSync } from "esbuild";
import { compile } from "sass";
import { purger } from "./purge.mjs";

/** Compiles every entry point of styles/, without what no page wears; `out` holds the built scripts already. */
export function buildStyles(frontend, out) {
  const folder = join(frontend, "styles");
  const purge = purger([join(frontend, "../tiemchung/web"), join(frontend, "src")], [join(out, "app.js")]);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".scss") && !name.startsWith("_"))) {
    const { css } = compile(join(folder, file), { loadPaths: [join(frontend, "node_modules")], quietDeps: true });
    // The oldest browsers of the campaign's phones: Chrome 80 and Safari 13.
    const { code } = transformSync(css, { loader: "css", minify: true, target: ["chrome80", "safari13"] });
    writeFileSync(join(out, `${basename(file, ".scss")}.css`), purge(code));
  }
}
