// Reads [{text, trust, now}] from standard input and writes the verifier's answers: for tests in other languages.
import { readFileSync } from "node:fs";
import { readTrust } from "../../src/verifier/trust.js";
import { verify } from "../../src/verifier/verify.js";

/** The cases on standard input; none where nothing is given. */
function cases() {
  try {
    return JSON.parse(readFileSync(0, "utf8") || "[]");
  } catch {
    return [];
  }
}

const answers = [];
for (const { text, trust, now } of cases()) answers.push(await verify(text, { trust: readTrust(trust), now }));
if (answers.length) process.stdout.write(JSON.stringify(answers));
