// The licence of everything that the built files contain, in full.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PARTS = [
  { name: "nhsuk-frontend", in: "app.css, staff.css, app.js", licence: "MIT" },
  { name: "htmx.org", in: "htmx.js", licence: "0BSD" },
  { name: "zxing-wasm", in: "zxing.js", licence: "MIT" },
  { name: "cborg", in: "verify.js", licence: "Apache-2.0" },
  { name: "fflate", in: "verify.js", licence: "MIT" },
  { name: "@expo-google-fonts/be-vietnam-pro", in: "be-vietnam-pro-400.woff2, be-vietnam-pro-600.woff2", licence: "OFL-1.1" },
];

const FILES = ["LICENSE_FONT", "LICENSE", "LICENSE.md", "LICENSE.txt", "license", "LICENCE"];

// zxing_reader.wasm is compiled from zxing-cpp; its package carries no copy of that licence, which is Apache-2.0 as ours is.
const ZXING_CPP = `## zxing-cpp, in zxing_reader.wasm: Apache-2.0

Copyright of the ZXing and zxing-cpp authors. The full text is the LICENSE file of this project.
`;

function textOf(frontend, part) {
  const folder = join(frontend, "node_modules", part.name);
  const file = FILES.find((name) => existsSync(join(folder, name)));
  return file ? readFileSync(join(folder, file), "utf8").trim() : FALLBACK[part.name];
}

const MIT = (holder) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

// Packages that name their licence in package.json and ship no text.
const FALLBACK = { "nhsuk-frontend": MIT("2019 NHS.UK") };

/** Writes LICENSES.md beside the built files; fails when a part's licence text is nowhere. */
export function buildLicences(frontend, out) {
  const chapters = PARTS.map((part) => {
    const { version, license } = JSON.parse(readFileSync(join(frontend, "node_modules", part.name, "package.json")));
    const text = textOf(frontend, part);
    if (!text) throw new Error(`no licence text for ${part.name} (${license})`);
    return `## ${part.name} ${version}, in ${part.in}: ${part.licence}\n\n\`\`\`\n${text}\n\`\`\`\n`;
  });
  const head = "# Licences of the built files\n\nMade by `npm run build` in `frontend/`; everything else here is part of Tiêm Chủng, Apache-2.0.\n";
  writeFileSync(join(out, "LICENSES.md"), [head, ...chapters, ZXING_CPP].join("\n"));
}
