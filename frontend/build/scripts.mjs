// Each src/<name>.js becomes <name>.js, an ES module with everything it imports inside.
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** Bundles every entry point of src/ and copies what others publish ready-made. */
export async function buildScripts(frontend, out) {
  const names = readdirSync(join(frontend, "src")).filter((name) => name.endsWith(".js"));
  await build({
    entryPoints: names.map((name) => join(frontend, "src", name)),
    outdir: out,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2020"],
    legalComments: "none", // LICENSES.md carries the notices
    // zxing-wasm looks for Node's own modules only when it runs there.
    external: ["node:*", "fs", "path", "module"],
  });
  copyFileSync(join(frontend, "node_modules/htmx.org/dist/htmx.min.js"), join(out, "htmx.js"));
  for (const name of readdirSync(join(frontend, "icons"))) copyFileSync(join(frontend, "icons", name), join(out, name));
  copyFileSync(join(frontend, "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm"), join(out, "zxing_reader.wasm"));
}
