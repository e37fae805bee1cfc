// Whom the page believes for what: our country by our keys alone, seals by signers made for seals, lengths that are stated.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCbor } from "../../src/verifier/cbor.js";
import { readForeign, withForeign } from "../../src/verifier/foreign.js";
import { readTrust } from "../../src/verifier/trust.js";
import { verify } from "../../src/verifier/verify.js";
import { aDose, claims, DAY, issue, makeAuthority, makeSigner, NOW, seal } from "./issuer.js";

const [root, abroad] = [makeAuthority(), makeAuthority()];
const home = makeSigner({ under: root });
const own = readTrust({ keys: [{ ...home.line, purpose: "PASSPORT" }], authorities: [root.spki] });
const word = async (code, trust = own) => {
  const { verdict, reason } = await verify(code, { trust, now: NOW });
  return `${verdict} ${reason}`.trim();
};

function pointOf({ privateKey }) {
  const { x, y } = privateKey.export({ format: "jwk" });
  return Buffer.concat([x, y].map((text) => Buffer.from(text, "base64url"))).toString("base64");
}

const imported = (lines, authorities = [], issuers = []) => withForeign(own, readForeign({
  soft_days: 7, hard_days: 30, sources: [{ name: "EU", made_at: new Date((NOW - DAY) * 1000).toISOString() }],
  keys: lines, authorities, issuers,
}));

test("no key of an imported list vouches for our country, whatever the list calls it", async () => {
  const posing = makeSigner();
  const line = (country) => [posing.kid.toString("base64"), country, "", 0, 0, 0, pointOf(posing)];
  for (const country of ["VN", "VNM", "vn", ""]) {
    assert.equal(await word(issue(posing), imported([line(country)])), "INVALID COUNTRY_MISMATCH");
    const sentence = claims({ iss: "Bộ Y tế" });
    assert.equal(await word(issue(posing, sentence), imported([line(country)])), "INVALID COUNTRY_MISMATCH");
  }
  const french = claims({ iss: "FR", body: aDose({}, { co: "FR" }) });
  assert.equal(await word(issue(posing, french), imported([line("FR")])), "VALID");
  assert.equal(await word(issue(home), imported([line("VN")])), "VALID");
});

test("another country's authority vouches for its own seals and never for ours", async () => {
  const trust = imported([], [["FR", 0, 0, 0, abroad.spki]]);
  assert.equal(await word(seal(makeSigner({ under: abroad })), trust), "INVALID COUNTRY_MISMATCH");
  assert.equal(await word(seal(makeSigner({ country: "FR", under: abroad }), { is: "FRA" }), trust), "VALID");
  assert.equal(await word(seal(makeSigner({ under: root })), trust), "VALID");
});

test("nobody but we has web keys for our own address", () => {
  const theirs = imported([], [], [{ url: "https://ours.example", keys: [{}], source: 0 }]);
  assert.equal(theirs.issuer("https://ours.example").keys.length, 1);
  const named = readTrust({ keys: [], address: "https://ours.example" });
  assert.equal(withForeign(named, theirs.foreign).issuer("https://ours.example"), undefined);
});

test("a signer made for something else seals nothing", async () => {
  const uses = {
    "1.3.6.1.4.1.1847.2021.1.2": "VALID", "1.3.6.1.4.1.0.1847.2021.1.2": "VALID", "2.23.136.1.1.14.2": "VALID",
    "2.23.136.1.1.14": "VALID", "1.3.6.1.4.1.1847.2021.1.1": "WRONG", "1.3.6.1.5.5.7.3.36": "WRONG",
    "2.23.136.1.1.3": "WRONG", "2.23.136.1.1.140.2": "WRONG", "1.3.6.1.5.5.7.3.1": "WRONG",
  };
  for (const [use, expected] of Object.entries(uses)) {
    const told = await word(seal(makeSigner({ under: root, usages: [use] })));
    assert.equal(told, expected === "VALID" ? "VALID" : "INVALID WRONG_KEY_USAGE", use);
  }
  assert.equal(await word(seal(makeSigner({ under: root, usages: ["1.3.6.1.5.5.7.3.1", "2.23.136.1.1.14.2"] }))), "VALID");
});

test("the key of our cards seals nothing", async () => {
  const trust = readTrust({ keys: [{ ...home.line, purpose: "CARD" }], authorities: [root.spki] });
  assert.equal(await word(seal(home), trust), "INVALID WRONG_KEY_USAGE");
  assert.equal(await word(issue(home), trust), "VALID");
});

test("a key that was given up seals nothing, whatever it was for and though no line tells of it", async () => {
  const log = makeSigner({ under: root });
  assert.equal(await word(seal(log)), "VALID");
  const trust = readTrust({ keys: [], authorities: [root.spki], given_up: [log.kid.toString("base64")] });
  assert.equal(await word(seal(log), trust), "INVALID REVOKED");
});

test("an item whose length is not stated is refused, of whatever kind", () => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  for (const hex of ["bf0102ff", "9f01ff", "5f4101ff", "7f6161ff", "a1019f01ff", "ff", "81ff"]) {
    assert.throws(() => decodeCbor(bytes(hex)), { reason: "DAMAGED" }, hex);
  }
  assert.deepEqual(decodeCbor(bytes("a10102")), new Map([[1, 2]]));
});
