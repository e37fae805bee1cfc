// Reads [{text, trust, foreign, now, kept}] from standard input and writes the verifier's answers: for tests in other languages.
import { readFileSync } from "node:fs";
import { readForeign, withForeign } from "../../src/verifier/foreign.js";
import { fromBase64 } from "../../src/verifier/bytes.js";
import { readRevocations } from "../../src/verifier/slices.js";
import { readTrust } from "../../src/verifier/trust.js";
import { verify } from "../../src/verifier/verify.js";

/** The cases on standard input; none where nothing is given, or where Node takes this file for a test. */
function cases() {
  if (process.env.NODE_TEST_CONTEXT) return []; // standard input is nobody's there, and reading it never ends
  try {
    return JSON.parse(readFileSync(0, "utf8") || "[]");
  } catch {
    return [];
  }
}

/** The lists that a device keeps: `index` as it keeps it, `bodies` by name in base64. */
function revocationsIn({ index, bodies } = {}) {
  return readRevocations(index, new Map(Object.entries(bodies ?? {}).map(([name, text]) => [name, fromBase64(text)])));
}

const answers = [];
for (const { text, trust, foreign, now, kept } of cases()) {
  const revocations = revocationsIn(kept ?? {});
  answers.push(await verify(text, { trust: withForeign(readTrust(trust), readForeign(foreign)), now, revocations }));
}
if (answers.length) process.stdout.write(JSON.stringify(answers));
