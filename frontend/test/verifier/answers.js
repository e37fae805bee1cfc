// Reads [{text, trust, foreign, now}] from standard input and writes the verifier's answers: for tests in other languages.
import { readFileSync } from "node:fs";
import { readForeign, withForeign } from "../../src/verifier/foreign.js";
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

const answers = [];
for (const { text, trust, foreign, now } of cases()) {
  answers.push(await verify(text, { trust: withForeign(readTrust(trust), readForeign(foreign)), now }));
}
if (answers.length) process.stdout.write(JSON.stringify(answers));
