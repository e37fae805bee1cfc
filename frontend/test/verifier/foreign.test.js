// Codes of other networks: WHO, ICVP, ICAO and SMART Health Cards, against what their publishers say is inside.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readTrust } from "../../src/verifier/trust.js";
import { verify } from "../../src/verifier/verify.js";
import { filesIn, readText, skip, TESTDATA } from "./testdata.js";

const NOW = Date.parse("2022-06-01T00:00:00Z") / 1000;
const nobody = readTrust({ keys: [] });
const contents = (name) => readText(join(TESTDATA, "gdhcn-validator", name));
const read = (code, trust = nobody, now = NOW) => verify(code, { trust, now });

const WHOM = [
  ["WHOQR1Contents.txt", "HC1 DDCC", "Eddie Murphy", "1986-09-19"],
  ["WHOQR2Contents.txt", "HC1 DDCC", "EddieMurphy", "1986-09-19"],
  ["WHOSingaporePCRContents.txt", "HC1 DDCC", "TAN CHEN CHEN", "1990-01-15"],
  ["DVCTestQR.txt", "HC1 DVC", "Aulo Agerio", "1905-08-23"],
  ["EUQR1Contents.txt", "HC1 DCC", null, null],
  ["EUIndonesiaContents.txt", "HC1 DCC", null, null],
  ["EUItalyAcceptanceQRContents.txt", "HC1 DCC", null, null],
  ["EUColombiaContents.txt", "HC1 DCC", null, null],
  ["EUUruguayContents.txt", "HC1 DCC", null, null],
  ["ICAOAUQR1Contents.txt", "VDS-NC", "CITIZEN JANE SUE", "1961-05-15"],
  ["ICAOJPQR1Contents.txt", "VDS-NC", "NIHON HANAKO", "1991-12-01"],
  ["SHCQR1Contents.txt", "SHC", null, null],
  ["SHCSenegalContents.txt", "SHC", null, null],
  ["SHCWAVaxContents.txt", "SHC", null, null],
  ["SHCTestResultsContents.txt", "SHC", null, null],
];

test("a code of another network is read, named, and not judged without its key", { skip }, async (suite) => {
  for (const [file, format, name, birthDate] of WHOM) {
    await suite.test(file, async () => {
      const answer = await read(contents(file));
      assert.equal(answer.format, format);
      assert.equal(answer.genuine, false);
      assert.ok(["UNKNOWN_KEY", "MALFORMED_HEADER"].includes(answer.reason), `${answer.reason} ${answer.detail}`);
      assert.ok(answer.name && answer.birthDate);
      if (name) assert.deepEqual([answer.name, answer.birthDate], [name, birthDate]);
    });
  }
});

test("formats that we only know by name say so", { skip }, async () => {
  for (const { path } of filesIn("gdhcn-validator", /^DIVOC.*Contents\.txt$/)) {
    const answer = await read(readText(path));
    assert.deepEqual([answer.verdict, answer.reason, answer.format], ["UNKNOWN", "UNSUPPORTED_SIGNATURE", "DIVOC"]);
  }
});

test("the ICAO examples are valid once their certificate is listed", { skip }, async () => {
  for (const file of ["ICAOAUQR1Contents.txt", "ICAOJPQR1Contents.txt"]) {
    const code = contents(file);
    const { sig } = JSON.parse(code);
    const certificate = Buffer.from(sig.cer, "base64url").toString("base64");
    const trust = readTrust({ keys: [{ kid: "AAAAAAAAAAA=", certificate }] });
    assert.equal((await read(code, trust, Date.parse("2022-08-01T00:00:00Z") / 1000)).verdict, "VALID", file);
    const changed = code.replace(/"seq":1/, '"seq":7');
    assert.equal((await read(changed, trust)).reason, "BAD_SIGNATURE", file);
  }
});

const JWKS = () => JSON.parse(readText(join(TESTDATA, "shc/example-issuer-jwks.json"))).keys;

test("the HL7 examples are valid by their issuer's keys", { skip }, async (suite) => {
  const trust = readTrust({ issuers: [{ url: "https://spec.smarthealth.cards/examples/issuer", keys: JWKS() }] });
  for (const { name, path } of filesIn("shc/hl7-examples", /-f-qr-code-numeric-value-0\.txt$/)) {
    await suite.test(name, async () => {
      const answer = await read(readText(path), trust, Date.parse("2024-06-01T00:00:00Z") / 1000);
      const split = /^shc:\/\d+\/\d+\//.test(readText(path));
      assert.equal(answer.reason || answer.verdict, split ? "INCOMPLETE" : "VALID");
      if (!split) assert.ok(answer.name && answer.birthDate && answer.doses.length + Number(answer.kind === "test"));
    });
  }
});

const asDigits = (jws) => `shc:/${[...jws.replace(/\s+$/, "")].map((sign) => String(sign.charCodeAt(0) - 45).padStart(2, "0")).join("")}`;

test("a badly made SMART Health Card is never valid", { skip }, async (suite) => {
  const issuers = ["https://spec.smarthealth.cards/examples/issuer", "https://smarthealth.cards/examples/issuer"];
  const trust = readTrust({ issuers: issuers.map((url) => ({ url, keys: JWKS() })) });
  // These faults lie in the FHIR content, the length or a mark before it, which a verifier has no reason to refuse.
  const harmless = /utf8_bom_prefix|bad-fhir-metadata|jws_too_long|trailing_chars|issuer-not-valid-with-smart-key/;
  for (const { name, path } of filesIn("shc/dev-tools-testdata", /^test-example-00-d-jws-.*\.txt$/)) {
    if (harmless.test(name)) continue;
    await suite.test(name, async () => {
      const jws = readFileSync(path, "utf8");
      assert.notEqual((await read(asDigits(jws), trust)).verdict, "VALID");
    });
  }
});
